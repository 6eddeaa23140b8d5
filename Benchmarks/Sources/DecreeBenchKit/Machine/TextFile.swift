import Glibc

/// Whole small files.
enum TextFile {
    /// The contents of a file; nil if it cannot be opened.
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = Glibc.read(file, &block, block.count), count > 0 {
            bytes.append(contentsOf: block[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The last lines of a file, for an error's text.
    static func lastLines(of path: String, count: Int = 8) -> String {
        let lines = (read(path) ?? "").split(separator: "\n").suffix(count)
        return lines.isEmpty ? "(its log is empty)" : lines.joined(separator: "\n")
    }
}

import CDecreeBench
import Glibc

/// A folder on a real disk that holds the data of all servers side by side, and goes away with the benchmark.
public final class ScratchFolder: Sendable {
    public let path: String

    /// Makes a new folder below the given one.
    ///
    /// - Parameter parent: where; nil takes /tmp, or /var/tmp if /tmp is in memory.
    /// - Throws: if the folder cannot be made, or would lie in memory, where a sync costs nothing.
    public init(in parent: String?) throws(BenchError) {
        let base = parent ?? (decree_is_in_memory("/tmp") ? "/var/tmp" : "/tmp")
        guard !decree_is_in_memory(base) else {
            throw .system("\(base) lies in memory, where a sync costs nothing: choose a folder on a disk")
        }
        var template = Array("\(base)/decree-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("cannot make a folder in \(base): \(systemErrorText())") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        CleanUp.add(folder: path)
    }

    /// Removes the folder and all in it.
    public func remove() {
        Self.remove(path)
        CleanUp.forget(folder: path)
    }

    static func remove(_ path: String) {
        for entry in entries(of: path) {
            if entry.isFolder { remove(entry.path) } else { unlink(entry.path) }
        }
        rmdir(path)
    }

    /// The bytes that the files below a folder take on disk.
    static func bytesOnDisk(_ path: String) -> Int {
        entries(of: path).reduce(0) { $0 + ($1.isFolder ? bytesOnDisk($1.path) : $1.bytes) }
    }

    private static func entries(of path: String) -> [(path: String, isFolder: Bool, bytes: Int)] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var entries: [(path: String, isFolder: Bool, bytes: Int)] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard name != ".", name != "..", lstat("\(path)/\(name)", &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            entries.append(("\(path)/\(name)", isFolder, Int(status.st_blocks) * 512))
        }
        return entries
    }
}

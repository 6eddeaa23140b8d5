import Foundation

/// Says which seeds were being run when a broken invariant ends the process.
///
/// The signal handler may do next to nothing: it writes a text that was made before.
enum CrashNote {
    /// As many runs as can be under way at once.
    static let places = 64
    private static let byteCount = 96
    /// One zero-terminated text per run under way; empty while there is none.
    nonisolated(unsafe) private static let texts: UnsafeMutablePointer<CChar> = {
        let texts = UnsafeMutablePointer<CChar>.allocate(capacity: places * byteCount)
        texts.initialize(repeating: 0, count: places * byteCount)
        return texts
    }()

    static func install() {
        _ = texts
        for signal in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
            Foundation.signal(signal) { number in
                CrashNote.writeAll()
                Foundation.signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    private static func writeAll() {
        for place in 0..<places {
            let text = texts + place * byteCount
            let length = strlen(text)
            if length > 0 { _ = write(STDERR_FILENO, text, length) }
        }
    }

    /// Notes the line that replays the run at `place`, which begins now; nil: none is under way there.
    static func set(_ line: String?, at place: Int) {
        let text = texts + place % places * byteCount
        guard let line else { return text.pointee = 0 }
        let bytes = Array("\nreplay: \(line)\n".utf8.prefix(byteCount - 1))
        for (offset, byte) in bytes.enumerated() { text[offset] = CChar(bitPattern: byte) }
        text[bytes.count] = 0
    }
}

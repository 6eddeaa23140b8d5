import Foundation

/// Ends the process.
enum Exit {
    /// At once: other threads may be at work, and nothing that they use is taken apart under them.
    /// - Parameter code: What the shell sees.
    static func now(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}

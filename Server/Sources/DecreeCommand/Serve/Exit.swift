import Foundation

/// Ends the process.
enum Exit {
    /// - Parameter code: What the shell sees.
    static func now(_ code: Int32) -> Never { exit(code) }
}

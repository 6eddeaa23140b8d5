/// Stops the process when something that must hold does not.
///
/// Kept in release builds, with its message: a failed `precondition` loses its text under `-O`, and a replica that goes
/// on after a broken invariant can lose what it acknowledged. Input from the network or a disk is never an invariant.
/// - Parameters:
///   - condition: What should hold.
///   - message: What should hold in words, with both values.
@inlinable
public func invariant(
    _ condition: @autoclosure () -> Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { invariantBroken(message(), file: file, line: line) }
}

/// Stops the process: the invariant that `message` words does not hold.
@usableFromInline
@inline(never)
func invariantBroken(_ message: String, file: StaticString, line: UInt) -> Never {
    fatalError("invariant broken: \(message)", file: file, line: line)
}

/// Stops the process at a place that cannot be reached while `message` holds.
public func invariantFailure(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    invariantBroken(message, file: file, line: line)
}

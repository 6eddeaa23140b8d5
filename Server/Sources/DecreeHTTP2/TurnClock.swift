import NIOCore

/// How long the present turn of an event loop lasts: many connections that send much at once would keep the others waiting,
/// however little is done for each of them.
struct TurnClock {
    /// After this time whoever makes much work waits for a later turn.
    static let limit = TimeAmount.milliseconds(2)

    private var began: NIODeadline?

    /// Whether the turn has lasted for too long. It counts from the first time that this is asked, so that turns with little to
    /// do need no clock.
    mutating func isOver(at now: NIODeadline) -> Bool {
        guard let began else {
            began = now
            return false
        }
        return now - began >= Self.limit
    }

    /// The sockets of all have been looked at, or are next.
    mutating func end() { began = nil }
}

import PaxosBase

/// Decides whether a connection still carries what is sent on it, from what the other end says that came.
///
/// The acknowledgements of the system show only that the next machine lives: whoever stands between (a proxy, a
/// container's network) may acknowledge for ever what it never passes on.
struct StallWatch {
    private let patience: TimeSpan
    private var sent: UInt64 = 0
    private var received: UInt64 = 0
    /// Since when something is under way without any progress; nil while all has come.
    private(set) var waitsSince: Instant?

    /// - Parameter patience: How long there may be no progress.
    init(patience: TimeSpan) { self.patience = patience }

    mutating func sends(_ byteCount: Int, at now: @autoclosure () -> Instant) {
        sent += UInt64(byteCount)
        if waitsSince == nil { waitsSince = now() }
    }

    /// The other end says that so many bytes came since the handshake.
    /// - Returns: Whether that can be.
    mutating func hears(_ total: UInt64, at now: Instant) -> Bool {
        guard total >= received, total <= sent else { return false }
        if total > received { waitsSince = total < sent ? now : nil }
        received = total
        return true
    }

    /// When it will be stalled unless there is progress.
    var deadline: Instant? { waitsSince.map { $0 + patience } }

    /// A look was late: this node itself stood still, and what the other end said meanwhile was not heard yet.
    mutating func slept(until now: Instant) { if waitsSince != nil { waitsSince = now } }
}

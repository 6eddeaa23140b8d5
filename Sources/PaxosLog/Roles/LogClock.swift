import PaxosBase

/// The clock of the log, as the leader reads it: where the log's time stood when it began to lead, and the monotonic time
/// since then.
///
/// Its own applies do not set it, or it would stand still under load; and a new leader begins where the last stamp was, so
/// the time between two leaders does not count. Wall time never enters.
struct LogClock: Hashable, Sendable {
    private let base: LogTime
    private let anchor: Instant

    /// - Parameters:
    ///   - base: The time of the log with all that phase 1 found.
    ///   - now: When phase 1 was complete.
    init(startingAt base: LogTime, at now: Instant) {
        // A stamp of zero would say that there is none.
        self.base = max(base, LogTime(nanoseconds: 1))
        anchor = now
    }

    func reading(at now: Instant) -> LogTime { base + now.since(anchor) }
}

/// A point on the clock of a replicated log, in nanoseconds since the log began.
///
/// The leader stamps each command with it when it proposes: where the log's time stood when it began to lead plus the
/// monotonic time that passed since then. Wall time never enters, so it never jumps; it stands still while there is no
/// leader. What a state machine may know of time is the largest stamp so far of those that count (the log below is the
/// one that the leader knew), which every replica sees alike.
@frozen
public struct LogTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The beginning of the log, and the stamp of a command that no leader stamped yet.
    @inlinable
    public static var zero: LogTime { LogTime(nanoseconds: 0) }

    /// Later than every stamp.
    @inlinable
    public static var distantFuture: LogTime { LogTime(nanoseconds: UInt64.max) }

    @inlinable
    public static func < (left: LogTime, right: LogTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at ``distantFuture``.
    @inlinable
    public static func + (time: LogTime, span: TimeSpan) -> LogTime {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return overflow ? .distantFuture : LogTime(nanoseconds: sum)
    }

    /// The time that passed since `earlier`; zero when `earlier` is in fact later.
    @inlinable
    public func since(_ earlier: LogTime) -> TimeSpan {
        TimeSpan(nanoseconds: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0)
    }

    public var description: String { "\(nanoseconds / 1_000)us" }
}

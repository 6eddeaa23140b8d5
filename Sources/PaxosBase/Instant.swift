/// A point on a node's monotonic clock, in nanoseconds since an arbitrary origin.
///
/// The core never reads a clock: every step is told what time it is. Instants of different nodes cannot be compared.
@frozen
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static var zero: Instant { Instant(nanoseconds: 0) }

    /// Later than every instant that a clock can show.
    @inlinable
    public static var distantFuture: Instant { Instant(nanoseconds: UInt64.max) }

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates at ``distantFuture``.
    @inlinable
    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The time that passed since `earlier`; zero when `earlier` is in fact later.
    @inlinable
    public func since(_ earlier: Instant) -> TimeSpan {
        TimeSpan(nanoseconds: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0)
    }

    public var description: String { "\(nanoseconds / 1_000)us" }
}

/// A non-negative length of time in whole nanoseconds; half the size of `Duration` and cheap in hot paths.
@frozen
public struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static var zero: TimeSpan { TimeSpan(nanoseconds: 0) }

    @inlinable
    public static func microseconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000) }

    @inlinable
    public static func milliseconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000) }

    @inlinable
    public static func seconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }

    @inlinable
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }

    @inlinable
    public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        TimeSpan(nanoseconds: left.nanoseconds + right.nanoseconds)
    }

    @inlinable
    public static func * (span: TimeSpan, factor: UInt64) -> TimeSpan {
        TimeSpan(nanoseconds: span.nanoseconds * factor)
    }

    @inlinable
    public static func / (span: TimeSpan, divisor: UInt64) -> TimeSpan {
        TimeSpan(nanoseconds: span.nanoseconds / divisor)
    }

    public var duration: Duration { .nanoseconds(Int64(clamping: nanoseconds)) }

    public var description: String { "\(nanoseconds / 1_000)us" }
}

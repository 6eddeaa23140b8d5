import NIOCore
import PaxosBase

/// The clock that the core is told the time of: monotonic, and the same that event loops keep their timers by.
enum MonotonicClock {
    @inline(__always)
    static func now() -> Instant { Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
}

extension Instant {
    var deadline: NIODeadline { .uptimeNanoseconds(nanoseconds) }
}

extension TimeSpan {
    var timeAmount: TimeAmount { .nanoseconds(Int64(clamping: nanoseconds)) }

    /// For people: milliseconds, or seconds with two digits.
    var forPeople: String {
        let milliseconds = nanoseconds / 1_000_000
        guard milliseconds >= 1_000 else { return "\(milliseconds) ms" }
        let hundredths = milliseconds / 10
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}

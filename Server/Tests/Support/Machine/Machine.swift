import Foundation

/// What the machine gives the tests.
///
/// Bounds on time are promises of the product on a machine that has nothing else to do; where they stand they are such
/// promises still. A machine that runs the tests may be slower than the one where a bound was set, and may have other work:
/// neither is the product's fault, and both are measured in the same run and taken off before a bound is looked at.
public enum Machine {
    /// How many times longer work takes the processor than where the bounds were set; at least 1. It is measured once, as
    /// the best of several tries.
    public static let slowness: Double = {
        let best = (0..<5).map { _ in sample() }.min() ?? 0
        return max(1, best / referenceMilliseconds)
    }()

    /// What ``sample()`` took on the machine where the bounds were set: two processors of a virtual machine of 2026.
    private static let referenceMilliseconds = 2.5

    /// What something would have taken where the bounds were set, with nothing else to do.
    ///
    /// - Parameter hindrance: for how long threads were kept waiting meanwhile. No more than three quarters are taken off,
    ///   so that processes that hinder each other still show.
    public static func comparable(_ duration: Duration, hindrance: Duration) -> Duration {
        max(duration / 4, duration - hindrance) / slowness
    }

    /// Work of the kind that servers do: it mixes numbers and goes through memory that no first cache holds.
    /// - Returns: The milliseconds of the processor that it took.
    private static func sample() -> Double {
        let count = 1 << 18
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
        defer { memory.deallocate() }
        memory.initialize(repeating: 1, count: count)
        let time = ProcessorTime()
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<4 * count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            memory[Int(truncatingIfNeeded: state) & (count - 1)] &+= state
        }
        // What was computed is used, so that no compiler leaves it out.
        return memory[Int(truncatingIfNeeded: state) & (count - 1)] == 0 ? 0 : time.milliseconds
    }
}

/// What this thread has taken of the processor since it was made: other tests and other processes do not count.
public struct ProcessorTime {
    private let start = Self.now()

    public init() {}

    public var milliseconds: Double { Double(Self.now() - start) / 1e6 }

    /// The same, as it would be where the bounds were set.
    public var comparableMilliseconds: Double { milliseconds / Machine.slowness }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

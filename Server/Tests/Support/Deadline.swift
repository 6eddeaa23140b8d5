import Foundation

/// A point in monotonic time at which waiting ends. Every wait of these tests has one.
public struct Deadline: Sendable {
    private let nanoseconds: UInt64

    public init(after duration: Duration) {
        nanoseconds = Monotonic.now() + duration.nanoseconds
    }

    public var hasPassed: Bool { Monotonic.now() >= nanoseconds }

    /// What is left, never negative.
    public var remaining: Duration {
        let now = Monotonic.now()
        return .nanoseconds(now >= nanoseconds ? 0 : Int64(nanoseconds - now))
    }

    /// For `poll(2)`: rounded up, so that the wait does not spin in its last millisecond.
    public var remainingMilliseconds: Int32 {
        Int32(min(remaining.nanoseconds / 1_000_000 + (hasPassed ? 0 : 1), 60_000))
    }
}

/// The machine's monotonic clock, one for all threads and processes of the machine.
public enum Monotonic {
    public static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    public var nanoseconds: UInt64 {
        let parts = components
        return UInt64(max(parts.seconds, 0)) * 1_000_000_000 + UInt64(max(parts.attoseconds, 0) / 1_000_000_000)
    }

    public var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
}

/// Something that was awaited did not come.
public struct TimedOut: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration
    public let lastError: String?

    public init(what: String, limit: Duration, lastError: String? = nil) {
        self.what = what
        self.limit = limit
        self.lastError = lastError
    }

    public var description: String {
        "\(what) did not happen within \(limit)" + (lastError.map { "; last error: \($0)" } ?? "")
    }
}

/// Asks again and again until `body` returns something. What `body` throws counts as "not yet".
///
/// The thread sleeps between two questions; that is the only kind of sleep in these tests.
public func eventually<Value>(
    _ what: String, within limit: Duration, every pause: Duration = .milliseconds(5), _ body: () throws -> Value?
) throws -> Value {
    let deadline = Deadline(after: limit)
    var lastError: String?
    while true {
        do {
            if let value = try body() { return value }
            lastError = nil
        } catch {
            lastError = "\(error)"
        }
        if deadline.hasPassed { throw TimedOut(what: what, limit: limit, lastError: lastError) }
        pauseThread(pause)
    }
}

/// The same for a condition.
public func eventually(
    _ what: String, within limit: Duration, every pause: Duration = .milliseconds(5), holds body: () throws -> Bool
) throws {
    let _: Bool = try eventually(what, within: limit, every: pause) { try body() ? true : nil }
}

public func pauseThread(_ duration: Duration) {
    let parts = duration.components
    var time = timespec(tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
    nanosleep(&time, nil)
}

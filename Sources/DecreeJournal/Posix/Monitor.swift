#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A value under a lock, with a condition to wait for.
final class Monitor<State>: @unchecked Sendable {
    // Locks and condition must not move; the state is touched only with the lock held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes who waits.
    func signal() { pthread_cond_broadcast(condition) }

    /// Waits until `body` returns something.
    /// - Parameter nanoseconds: How long at most; nil for no limit.
    /// - Returns: Nil when the time is over.
    func wait<Result>(nanoseconds: UInt64? = nil, until body: (inout State) -> Result?) -> Result? {
        let deadline = nanoseconds.map { monotonicNanoseconds() + $0 }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            let now = monotonicNanoseconds()
            guard now < deadline else { return nil }
            waitOnce(from: now, to: deadline)
        }
    }

    private func waitOnce(from now: UInt64, to deadline: UInt64) {
        #if canImport(Darwin)
        var span = timespec(
            tv_sec: Int((deadline - now) / 1_000_000_000), tv_nsec: Int((deadline - now) % 1_000_000_000))
        pthread_cond_timedwait_relative_np(condition, mutex, &span)
        #else
        var point = timespec()
        point.tv_sec = .init(deadline / 1_000_000_000)
        point.tv_nsec = .init(deadline % 1_000_000_000)
        pthread_cond_timedwait(condition, mutex, &point)
        #endif
    }
}

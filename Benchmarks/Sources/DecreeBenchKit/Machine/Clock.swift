import Glibc

/// Nanoseconds on the clock that never jumps.
@inline(__always)
public func monotonicNanoseconds() -> UInt64 { readClock(CLOCK_MONOTONIC) }

/// Nanoseconds on a clock of the kernel's.
@inline(__always)
func readClock(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

/// The text of `errno`.
func systemErrorText() -> String { String(cString: strerror(errno)) }

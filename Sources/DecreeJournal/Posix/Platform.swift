#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What an error number of the operating system says.
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number)) + " (errno \(number))"
}

/// Nanoseconds of a clock that is never set.
func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

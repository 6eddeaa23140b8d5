import Glibc

/// What a process has used of the machine so far, as the kernel accounts it.
public enum ProcessUsage {
    /// The processor time of this process, in nanoseconds.
    public static func ownNanoseconds() -> UInt64 { readClock(CLOCK_PROCESS_CPUTIME_ID) }

    /// The processor time of all threads of a process, ended ones included, in nanoseconds; 0 if there is no such
    /// process. Read from the process's own clock, which is exact, where /proc counts in ticks of 10 ms.
    public static func nanoseconds(ofProcess process: Int32) -> UInt64 {
        var clock = clockid_t()
        guard clock_getcpuclockid(process, &clock) == 0 else { return 0 }
        return readClock(clock)
    }

    /// The memory of a process in bytes: now, and at its highest. Zeros if there is no such process.
    public static func memory(ofProcess process: Int32) -> (resident: Int, peak: Int) {
        var resident = 0
        var peak = 0
        let text = TextFile.read("/proc/\(process)/status") ?? ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("VmRSS:") { resident = kibibytes(line) * 1024 }
            if line.hasPrefix("VmHWM:") { peak = kibibytes(line) * 1024 }
        }
        return (resident, peak)
    }

    /// The number in a line such as `VmRSS:    123456 kB`.
    private static func kibibytes(_ line: Substring) -> Int { Int(line.filter(\.isNumber)) ?? 0 }
}

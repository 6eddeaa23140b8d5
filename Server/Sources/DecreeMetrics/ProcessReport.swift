#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the system says of this process, read from `/proc`; parts that cannot be read are nil.
public struct ProcessReport: Sendable, Hashable {
    public var cpuSeconds: Double?
    public var residentBytes: Double?
    public var virtualBytes: Double?
    public var openFiles: Double?
    public var maximumFiles: Double?
    /// Since the Unix epoch.
    public var startSeconds: Double?

    /// Reads it now.
    public init() {
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        // The second field is a name in parentheses that may hold anything; fields are counted behind it.
        if let stat = Self.read("/proc/self/stat"), let end = stat.lastIndex(of: ")") {
            let fields = stat[stat.index(after: end)...].split(separator: " ").map { Double($0) ?? 0 }
            if fields.count > 21 {
                cpuSeconds = (fields[11] + fields[12]) / ticks
                virtualBytes = fields[20]
                residentBytes = fields[21] * page
                startSeconds = Self.bootSeconds.map { $0 + fields[19] / ticks }
            }
        }
        openFiles = Self.countEntries("/proc/self/fd")
        var limit = rlimit()
        if getrlimit(Self.fileLimit, &limit) == 0 { maximumFiles = Double(limit.rlim_cur) }
    }

    /// Sets the gauges and the counter of the process.
    public func publish(to registry: MetricsRegistry) {
        if let cpuSeconds { registry.counter("process_cpu_seconds_total").record(total: cpuSeconds) }
        let gauges = [
            ("process_resident_memory_bytes", residentBytes), ("process_virtual_memory_bytes", virtualBytes),
            ("process_open_fds", openFiles), ("process_max_fds", maximumFiles), ("os_fd_used", openFiles),
            ("os_fd_limit", maximumFiles), ("process_start_time_seconds", startSeconds),
        ]
        for (name, value) in gauges {
            if let value { registry.gauge(name).set(value) }
        }
    }

    private static let bootSeconds: Double? = read("/proc/stat")?.split(separator: "\n")
        .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst("btime ".count)) }

    #if canImport(Glibc)
    private static var fileLimit: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
    private static var fileLimit: Int32 { RLIMIT_NOFILE }
    #endif

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func countEntries(_ path: String) -> Double? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Neither the folder itself, nor the one above, nor the file that reads them counts.
        return Double(max(0, count - 3))
    }
}

import Foundation

/// A span of time during which some processes are watched, the tests' own among them: how long it took, and how long their
/// threads stood ready while others had the processors (the second number of `/proc/<pid>/task/<id>/schedstat`).
public struct WatchedSpan {
    private let start = Monotonic.now()
    private let processes: @Sendable () -> [pid_t]
    private let before: [String: UInt64]

    /// - Parameter nodes: watched with whatever process each has when it is looked at.
    public init(of nodes: [ServerNode] = []) {
        processes = { nodes.compactMap { $0.process?.pid } + [getpid()] }
        before = Self.delays(of: processes())
    }

    /// How long it took until now.
    public var length: Duration { .nanoseconds(Int64(Monotonic.now() - start)) }

    /// For how long threads were kept waiting until now. Those that stood in line at the same time count one by one, so on a
    /// busy machine this is too much rather than too little.
    public var hindrance: Duration {
        let delays = Self.delays(of: processes())
        let all = delays.reduce(UInt64(0)) { $0 + $1.value - min($1.value, before[$1.key] ?? 0) }
        return .nanoseconds(Int64(min(all, 1 << 60)))
    }

    /// What it would have taken until now where the bounds were set, with nothing else to do.
    public var comparableLength: Duration { Machine.comparable(length, hindrance: hindrance) }

    /// By threads, in nanoseconds. Where the system does not tell, there are none.
    private static func delays(of processes: [pid_t]) -> [String: UInt64] {
        var delays: [String: UInt64] = [:]
        for process in processes {
            let folder = "/proc/\(process)/task"
            for thread in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let text = try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)
                let fields = text?.split(whereSeparator: \.isWhitespace) ?? []
                if fields.count > 1 { delays[thread] = UInt64(fields[1]) }
            }
        }
        return delays
    }
}

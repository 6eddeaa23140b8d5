import DecreeHTTP2
import Glibc
import NIOCore

/// How the leader of a cluster fails.
public enum LeaderFailure: String, CaseIterable, Sendable {
    /// The process is killed: its connections are reset at once.
    case killed
    /// The process is frozen: its connections stay open and say nothing.
    case frozen

    /// The name in tables.
    public var title: String {
        switch self {
        case .killed: "leader killed (SIGKILL)"
        case .frozen: "leader frozen (SIGSTOP)"
        }
    }
}

/// The longest gaps in successful puts of one server, one for each failure of its leader.
public struct FailoverRow: Codable, Sendable {
    public var server: String
    public var failure: String
    /// In milliseconds, ascending.
    public var gaps: [Double]
    /// Puts that ended with an error.
    public var failedPuts: Int
    /// Puts that were acknowledged; all were found again afterwards.
    public var acknowledgedPuts: Int
}

/// Fails the leader of a cluster of three again and again, and measures for how long no put succeeds.
public struct FailoverMeasurement {
    public var times: Int
    public var progress: (String) -> Void
    /// How long the puts go on before and after the failure.
    private let secondsBefore = 0.5
    private let secondsAfter = 5.0

    public init(times: Int, progress: @escaping (String) -> Void) {
        self.times = times
        self.progress = progress
    }

    /// Runs all kinds of failure on a cluster of its own.
    public func run(
        _ program: ServerProgram, in folder: ScratchFolder, on loop: any EventLoop
    ) throws(BenchError) -> [FailoverRow] {
        let cluster = try Cluster(program, size: 3, in: folder, on: loop)
        defer { cluster.stop() }
        try cluster.start()
        var rows: [FailoverRow] = []
        var nextKey = 0
        var acknowledged: [Int] = []
        for failure in LeaderFailure.allCases {
            var row = FailoverRow(
                server: program.name, failure: failure.rawValue, gaps: [], failedPuts: 0, acknowledgedPuts: 0)
            for time in 1...times {
                let seen = try observe(failure, of: cluster, firstKey: &nextKey, on: loop)
                row.gaps.append(seen.gap)
                row.failedPuts += seen.failures
                row.acknowledgedPuts += seen.acknowledged.count
                acknowledged += seen.acknowledged
                progress("\(program.name), \(failure.title), \(time): \(decimal(seen.gap)) ms without a put")
            }
            row.gaps.sort()
            rows.append(row)
        }
        try checkNothingIsLost(cluster, acknowledged, on: loop)
        return rows
    }

    private struct Observation: Sendable {
        var gap: Double
        var failures: Int
        var acknowledged: [Int]
        var nextKey: Int
    }

    /// One failure and the recovery from it.
    private func observe(
        _ failure: LeaderFailure, of cluster: Cluster, firstKey: inout Int, on loop: any EventLoop
    ) throws(BenchError) -> Observation {
        let leader = try awaitLeader(of: cluster)
        let connections = try LoadConnections(ports: cluster.clientPorts, count: 3, on: loop)
        defer { connections.close() }
        let probe = FailoverProbe(connections.all, firstKey: firstKey, on: loop)
        loop.execute { probe.start() }
        usleep(UInt32(secondsBefore * 1e6))
        let failed = monotonicNanoseconds()
        switch failure {
        case .killed: cluster.kill(leader)
        case .frozen: cluster.freeze(leader)
        }
        usleep(UInt32(secondsAfter * 1e6))
        let seen: Observation
        do {
            seen = try loop.submit {
                let nextKey = probe.stop()
                return Observation(
                    gap: FailoverProbe.longestGap(probe.acknowledgements, after: failed), failures: probe.failures,
                    acknowledged: probe.acknowledgedKeys, nextKey: nextKey)
            }.wait()
        } catch {
            throw .system("\(error)")
        }
        firstKey = seen.nextKey
        switch failure {
        case .killed: try cluster.restart(leader)
        case .frozen: cluster.thaw(leader)
        }
        try cluster.awaitRead(at: leader, patienceSeconds: 30)
        guard seen.gap > 0 else { throw .server("\(cluster.program.name) took no put after its leader failed") }
        return seen
    }

    private func awaitLeader(of cluster: Cluster) throws(BenchError) -> Int {
        for _ in 0..<300 {
            if let leader = cluster.leader() { return leader }
            usleep(50_000)
        }
        throw .server("\(cluster.program.name) has no leader that all nodes name")
    }

    /// Every acknowledged put must be found again, with its value.
    private func checkNothingIsLost(
        _ cluster: Cluster, _ keys: [Int], on loop: any EventLoop
    ) throws(BenchError) {
        let caller = try Caller(port: cluster.clientPorts[0], on: loop)
        defer { caller.close() }
        var found = Set<Int>()
        let faults = try caller.readAllKeys(pageSize: 2_000) { key, value in
            guard FailoverProbe.value(of: key).matches(value) else { return false }
            found.insert(key.index)
            return true
        }
        let lost = keys.count { !found.contains($0) }
        guard lost == 0, faults == 0 else {
            let name = cluster.program.name
            throw .wrongAnswer("\(name): of \(keys.count) acknowledged puts \(lost) are lost, \(faults) are wrong")
        }
    }
}

import Glibc
import NIOCore

/// Compares servers under load: clusters of the same size side by side, rounds in turn.
public struct LoadComparison {
    public var programs: [ServerProgram]
    public var workloads: [Workload]
    public var clients: [Int]
    public var rounds: Int
    public var seconds: Double
    public var warmUpSeconds: Double
    public var connections: Int
    public var keyCount: Int
    public var valueBytes: Int
    public var seed: UInt64
    /// Called with a line about what happens now.
    public var progress: (String) -> Void

    public init(
        programs: [ServerProgram], workloads: [Workload], clients: [Int], rounds: Int, seconds: Double,
        warmUpSeconds: Double, connections: Int, keyCount: Int, valueBytes: Int, seed: UInt64,
        progress: @escaping (String) -> Void
    ) {
        self.programs = programs
        self.workloads = workloads
        self.clients = clients
        self.rounds = rounds
        self.seconds = seconds
        self.warmUpSeconds = warmUpSeconds
        self.connections = connections
        self.keyCount = keyCount
        self.valueBytes = valueBytes
        self.seed = seed
        self.progress = progress
    }

    /// Runs all workloads on clusters of one size.
    ///
    /// - Parameter row: called with each line of the comparison as soon as it is known.
    public func run(
        nodes: Int, in folder: ScratchFolder, on loop: any EventLoop, row: (LoadRow) -> Void
    ) throws(BenchError) -> [ClusterCost] {
        let clusters = try startClusters(nodes, in: folder, on: loop)
        defer { for loaded in clusters { loaded.cluster.stop() } }
        let idle = idlePercents(clusters)
        for workload in workloads {
            for count in clients { row(try compare(clusters, workload, count, nodes)) }
        }
        return zip(clusters, idle).map { cost($0, idlePercent: $1, nodes) }
    }

    private func startClusters(
        _ nodes: Int, in folder: ScratchFolder, on loop: any EventLoop
    ) throws(BenchError) -> [LoadedCluster] {
        var clusters: [LoadedCluster] = []
        do {
            for program in programs {
                let cluster = try Cluster(program, size: nodes, in: folder, on: loop)
                let ledger = WriteLedger(keyCount: keyCount, valueBytes: valueBytes)
                clusters.append(LoadedCluster(cluster, ledger, connectionCount: connections, on: loop))
                try cluster.start()
                let processes = cluster.processIdentifiers.map(String.init).joined(separator: " ")
                progress("\(program.name): \(nodes) \(nodes == 1 ? "node" : "nodes"), process \(processes)")
                try clusters[clusters.count - 1].fill()
            }
        } catch {
            for loaded in clusters { loaded.cluster.stop() }
            throw error
        }
        return clusters
    }

    /// Rounds alternate, so that whatever else the machine does meets all servers alike.
    private func compare(
        _ clusters: [LoadedCluster], _ workload: Workload, _ clients: Int, _ nodes: Int
    ) throws(BenchError) -> LoadRow {
        progress("\(workload.title), \(clients) clients")
        var results = clusters.map { (server: $0.cluster.program.name, rounds: [RoundResult]()) }
        for round in 0..<rounds {
            let plan = RoundPlan(
                workload: workload, clients: clients, warmUpSeconds: warmUpSeconds, seconds: seconds,
                seed: seed &+ UInt64(round))
            for (index, loaded) in clusters.enumerated() {
                let result = try loaded.run(plan)
                progress(line(result, results[index].server, round))
                results[index].rounds.append(result)
            }
        }
        return LoadRow(nodes: nodes, workload: workload, clients: clients, results: results)
    }

    private func line(_ result: RoundResult, _ server: String, _ round: Int) -> String {
        "    \(server), round \(round + 1): "
            + "\(decimal(result.requestsPerSecond)) req/s, "
            + "\(brief(result.serverMicrosecondsPerRequest)) us of servers and "
            + "\(brief(result.clientMicrosecondsPerRequest)) us of client a request"
    }

    // MARK: Costs beside the load

    private func idlePercents(_ clusters: [LoadedCluster]) -> [Double] {
        usleep(500_000)
        let before = clusters.map { $0.cluster.processorNanoseconds() }
        let since = monotonicNanoseconds()
        usleep(2_000_000)
        let elapsed = Double(monotonicNanoseconds() - since)
        return zip(clusters, before).map { Double($0.cluster.processorNanoseconds() - $1) / elapsed * 100 }
    }

    private func cost(_ loaded: LoadedCluster, idlePercent: Double, _ nodes: Int) -> ClusterCost {
        ClusterCost(
            nodes: nodes, server: loaded.cluster.program.name, idlePercent: idlePercent,
            residentMebibytes: loaded.cluster.residentBytes().map { Double($0) / 1_048_576 },
            diskMebibytes: Double(loaded.cluster.diskBytes(of: 0)) / 1_048_576)
    }
}

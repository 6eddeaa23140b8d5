/// What the rounds of one workload measured on one server: medians over the rounds.
public struct LoadSummary: Codable, Sendable, Equatable {
    public var rounds = 0
    public var requestsPerSecond = 0.0
    /// Milliseconds from sending a call to having read its answer.
    public var p50 = 0.0
    public var p90 = 0.0
    public var p99 = 0.0
    public var p999 = 0.0
    public var maximum = 0.0
    /// Processor time of all servers together, in microseconds a request.
    public var serverMicroseconds = 0.0
    /// Processor time of the load generator, in microseconds a request.
    public var clientMicroseconds = 0.0

    public init(_ results: [RoundResult]) {
        rounds = results.count
        requestsPerSecond = median(results.map(\.requestsPerSecond))
        serverMicroseconds = median(results.map(\.serverMicrosecondsPerRequest))
        clientMicroseconds = median(results.map(\.clientMicrosecondsPerRequest))
        func milliseconds(_ share: Double) -> Double {
            median(results.map { Double($0.latencies.percentile(share)) / 1e6 })
        }
        p50 = milliseconds(0.5)
        p90 = milliseconds(0.9)
        p99 = milliseconds(0.99)
        p999 = milliseconds(0.999)
        maximum = median(results.map { Double($0.latencies.maximum) / 1e6 })
    }
}

/// One line of the comparison: a workload with a number of clients, on each server.
public struct LoadRow: Codable, Sendable {
    public var nodes: Int
    public var workload: String
    public var clients: Int
    /// By the name of the server.
    public var servers: [String: LoadSummary]
    /// The first server's requests a second over the second's, both medians; absent if only one server ran.
    public var rateRatio: Double?
    /// The first server's processor time a request over the second's, both medians.
    public var processorRatio: Double?

    /// - Parameter results: of each server, the one that is measured first, its peer second.
    public init(nodes: Int, workload: Workload, clients: Int, results: [(server: String, rounds: [RoundResult])]) {
        self.nodes = nodes
        self.workload = workload.rawValue
        self.clients = clients
        let summaries = results.map { LoadSummary($0.rounds) }
        servers = Dictionary(uniqueKeysWithValues: zip(results.map(\.server), summaries))
        if summaries.count == 2 {
            rateRatio = summaries[0].requestsPerSecond / summaries[1].requestsPerSecond
            processorRatio = summaries[0].serverMicroseconds / summaries[1].serverMicroseconds
        }
    }
}

/// What the servers of a cluster cost beside the load.
public struct ClusterCost: Codable, Sendable {
    public var nodes: Int
    public var server: String
    /// Processor time of all nodes without any load, in percent of one core.
    public var idlePercent: Double
    /// Memory of each node after the load, in MiB.
    public var residentMebibytes: [Double]
    /// What the data of the first node takes on disk after the load, in MiB.
    public var diskMebibytes: Double
}

/// One round: a number of clients that each call again as soon as they are answered.
public struct RoundPlan: Sendable {
    public var workload: Workload
    /// Calls that are open at any time.
    public var clients: Int
    /// How long the clients call before anything is counted, in seconds.
    public var warmUpSeconds: Double
    /// How long is counted, in seconds.
    public var seconds: Double
    /// Chooses the keys.
    public var seed: UInt64

    public init(workload: Workload, clients: Int, warmUpSeconds: Double, seconds: Double, seed: UInt64) {
        self.workload = workload
        self.clients = clients
        self.warmUpSeconds = warmUpSeconds
        self.seconds = seconds
        self.seed = seed
    }
}

/// What a round measured.
public struct RoundResult: Sendable {
    /// Calls answered while it counted.
    public var requests = 0
    /// How long it counted.
    public var seconds = 0.0
    /// From sending a call to having read its answer.
    public var latencies = Histogram()
    /// Processor time of all servers together while it counted.
    public var serverNanoseconds: UInt64 = 0
    /// Processor time of this process while it counted.
    public var clientNanoseconds: UInt64 = 0
    /// Writes acknowledged in the whole round, its beginning and end included.
    public var acknowledgedWrites = 0
    /// Reads that were mixed into a round of puts to see that what was acknowledged can be read.
    public var spotChecks = 0
    /// Wrong answers in the whole round.
    public var faults = 0
    /// What was wrong with the first of them.
    public var firstFault: String?

    public init() {}

    public var requestsPerSecond: Double { seconds > 0 ? Double(requests) / seconds : 0 }
    public var serverMicrosecondsPerRequest: Double { perRequest(serverNanoseconds) }
    public var clientMicrosecondsPerRequest: Double { perRequest(clientNanoseconds) }

    private func perRequest(_ nanoseconds: UInt64) -> Double {
        requests > 0 ? Double(nanoseconds) / 1000 / Double(requests) : 0
    }
}

import PaxosBase

/// What came of one run.
public struct RunReport: Hashable, Sendable {
    public let seed: UInt64
    /// Delivered messages, completed writes and deadlines that were stepped.
    public let events: Int
    /// Over every event, effect and payload: equal for equal seeds, in every process.
    public let digest: UInt64
    public let violation: Violation?
    public let faults: FaultCounts
    public let sights: SightCounts
    public let nodeCount: Int
    public let chosenSlots: Int
    public let operations: Int
    /// How much virtual time passed.
    public let virtualTime: TimeSpan

    public init(
        seed: UInt64, events: Int, digest: UInt64, violation: Violation?, faults: FaultCounts, sights: SightCounts,
        nodeCount: Int, chosenSlots: Int, operations: Int, virtualTime: TimeSpan
    ) {
        self.seed = seed
        self.events = events
        self.digest = digest
        self.violation = violation
        self.faults = faults
        self.sights = sights
        self.nodeCount = nodeCount
        self.chosenSlots = chosenSlots
        self.operations = operations
        self.virtualTime = virtualTime
    }

    /// Sixteen digits.
    public var digestText: String {
        let digits = String(digest, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The sum of many runs.
public struct Totals: Hashable, Sendable {
    public private(set) var runs = 0
    public private(set) var events = 0
    public private(set) var chosenSlots = 0
    public private(set) var operations = 0
    public private(set) var faults = FaultCounts()
    public private(set) var sights = SightCounts()
    /// In how many runs each fault occurred and each sight was seen. The sums above say less: one run can see a thing a
    /// thousand times.
    public private(set) var faultRuns = FaultCounts()
    public private(set) var sightRuns = SightCounts()
    public private(set) var violations: [Violation] = []
    /// Over the digests of all runs, in order.
    public private(set) var digest: UInt64 = 0

    public init() {}

    public mutating func add(_ report: RunReport) {
        runs += 1
        events += report.events
        chosenSlots += report.chosenSlots
        operations += report.operations
        faults.add(report.faults)
        sights.add(report.sights)
        for kind in FaultKind.allCases where report.faults[kind] > 0 { faultRuns[kind] += 1 }
        for sight in Sight.allCases where report.sights[sight] > 0 { sightRuns[sight] += 1 }
        if let violation = report.violation { violations.append(violation) }
        var hasher = StableHasher(seed: digest)
        hasher.combine(report.digest)
        digest = hasher.finalize()
    }

    /// The faults and sights that came in fewer than so many runs of a hundred: what they were to show was hardly tried.
    /// - Parameter unseen: What the workload never shows (``Workload/unseen``).
    public func scarce(below percent: Int, sparing unseen: [Sight] = []) -> [String] {
        let faults = FaultKind.allCases.filter { faultRuns[$0] * 100 < runs * percent }.map(\.name)
        let sights = Sight.allCases.filter { sightRuns[$0] * 100 < runs * percent && !unseen.contains($0) }
        return faults + sights.map(\.name)
    }
}

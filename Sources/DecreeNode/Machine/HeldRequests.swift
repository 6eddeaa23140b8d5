import PaxosBase
import PaxosLog

/// Requests of a cluster that is not formed yet: they wait for it, but not for ever.
struct HeldRequests<Machine: StateMachine> {
    private var batches: [(batch: PortBatch<Machine>, until: Instant)] = []
    private(set) var count = 0

    private(set) var nextDeadline = Instant.distantFuture
    var isEmpty: Bool { batches.isEmpty }

    mutating func append(_ batch: PortBatch<Machine>, until: Instant) {
        count += batch.requests.count
        batches.append((batch, until))
        nextDeadline = min(nextDeadline, until)
    }

    mutating func takeAll() -> [PortBatch<Machine>] {
        let all = batches.map(\.batch)
        batches = []
        count = 0
        nextDeadline = .distantFuture
        return all
    }

    /// Takes the next batch whose time is up.
    mutating func takeExpired(at now: Instant) -> PortBatch<Machine>? {
        guard let first = batches.first, first.until <= now else { return nil }
        batches.removeFirst()
        nextDeadline = batches.first?.until ?? .distantFuture
        count -= first.batch.requests.count
        return first.batch
    }

    mutating func remove(where isGone: (_ port: PortID, _ token: UInt64) -> Bool) {
        for index in batches.indices {
            let port = batches[index].batch.port
            let before = batches[index].batch.requests.count
            batches[index].batch.requests.removeAll { isGone(port, $0.token) }
            count -= before - batches[index].batch.requests.count
        }
    }
}

/// Requests that a port handed over together.
public struct PortBatch<Machine: StateMachine>: Sendable {
    public let port: PortID
    public var requests: [NodeRequest<Machine>]

    public init(port: PortID, requests: [NodeRequest<Machine>]) {
        self.port = port
        self.requests = requests
    }
}

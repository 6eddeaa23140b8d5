import PaxosBase
import PaxosLog

/// Requests that wait, but not for ever: for the cluster to be formed, or for their turn among those that are long work.
struct HeldRequests<Machine: StateMachine> {
    private var batches = Row<(batch: PortBatch<Machine>, until: Instant)>()
    private(set) var count = 0
    /// Of all commands.
    private(set) var bytes = 0

    private(set) var nextDeadline = Instant.distantFuture
    /// Told by the deadline, which every batch has: asked in every turn, by code that does not know the machine.
    @inline(__always)
    var isEmpty: Bool { nextDeadline == .distantFuture }

    mutating func append(_ batch: PortBatch<Machine>, until: Instant) {
        count += batch.requests.count
        bytes += batch.commandBytes
        batches.append((batch, until))
        nextDeadline = min(nextDeadline, until)
    }

    mutating func takeAll() -> [PortBatch<Machine>] {
        let all = batches.removeAll { _ in true }.map(\.batch)
        self = HeldRequests()
        return all
    }

    var first: PortBatch<Machine>? { batches.first?.batch }

    /// Takes the next batch whose time is up.
    mutating func takeExpired(at now: Instant) -> PortBatch<Machine>? {
        guard let first = batches.first, first.until <= now else { return nil }
        return popFirst()
    }

    mutating func popFirst() -> PortBatch<Machine>? {
        guard let first = batches.popFirst() else { return nil }
        nextDeadline = batches.first?.until ?? .distantFuture
        count -= first.batch.requests.count
        bytes -= first.batch.commandBytes
        return first.batch
    }

    mutating func remove(where isGone: (_ port: PortID, _ token: UInt64) -> Bool) {
        (count, bytes) = (0, 0)
        batches.update { held in
            let port = held.batch.port
            held.batch.requests.removeAll { isGone(port, $0.token) }
            count += held.batch.requests.count
            bytes += held.batch.commandBytes
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

    /// Of the commands among the requests.
    var commandBytes: Int {
        requests.reduce(0) { sum, request in
            guard case .command(let payload, _) = request else { return sum }
            return sum + payload.count
        }
    }
}

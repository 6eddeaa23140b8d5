import PaxosBase
import PaxosLog

// Requests on their way into the replica.
extension GroupMachine {
    /// Takes in all requests of a turn, which reach the replica as one batch of proposals and one barrier. To be called
    /// in every turn before its input ends, also without requests: those that were held may go or have waited enough.
    public mutating func submit(_ batches: [PortBatch<Machine>], core: inout NodeCore, at now: Instant) {
        if core.lifecycle.isFormed || core.lifecycle.isStopping {
            if !held.isEmpty { admit(held.takeAll(), core: &core, at: now) }
            if !batches.isEmpty { admit(batches, core: &core, at: now) }
            if !long.waiting.isEmpty { admitLong(core: &core, at: now) }
        } else {
            for batch in batches { hold(batch, core: &core, at: now) }
            while let expired = held.takeExpired(at: now) { refuse(expired, .noLeader, core: &core) }
        }
    }

    /// Gives requests up. A query ends without a completion and lets go of what it pinned; a command that the log has
    /// taken goes its way. To be called behind ``submit(_:core:at:)``: what is cancelled may have come in the same turn.
    public mutating func cancel(_ requests: Set<RequestKey>) {
        held.remove { requests.contains(RequestKey(port: $0, token: $1)) }
        long.waiting.remove { requests.contains(RequestKey(port: $0, token: $1)) }
        for cursor in queries.remove(where: { requests.contains(RequestKey(port: $0, token: $1)) }) {
            abandon(cursor)
        }
    }

    private mutating func admit(_ batches: [PortBatch<Machine>], core: inout NodeCore, at now: Instant) {
        let refusal = refusal(core)
        var proposals: [Proposal] = []
        for batch in batches where ports.isOpen(batch.port) {
            proposals.reserveCapacity(proposals.count + batch.requests.count)
            for request in batch.requests {
                switch request {
                case .command(let payload, let token):
                    guard refusal != nil || machine.isShort(payload) else {
                        setAside(request, of: batch.port, core: &core, at: now)
                        continue
                    }
                    let waiter = Waiter(port: batch.port, token: token)
                    if let number = admit(payload, of: waiter, refusal, core: &core) {
                        proposals.append(Proposal(token: number, payload: payload))
                    }
                case .query(let query, let isLinearizable, let token):
                    let waiting = WaitingQuery<Machine>(port: batch.port, token: token, query: query)
                    admit(waiting, isLinearizable: isLinearizable, refusal, core: &core)
                }
            }
        }
        if !proposals.isEmpty { core.groups[place].step(.proposed(proposals), at: now) }
        guard let barrier = queries.closeBarrier() else { return }
        core.groups[place].counters.barriers &+= 1
        core.groups[place].step(.readRequested(barrier), at: now)
    }

    /// A command that may take long waits for its turn.
    private mutating func setAside(
        _ request: NodeRequest<Machine>, of port: PortID, core: inout NodeCore, at now: Instant
    ) {
        let batch = PortBatch(port: port, requests: [request])
        let (count, bytes) = (long.waiting.count, long.waiting.bytes)
        guard count < core.limits.maximumHeld, bytes < core.limits.maximumHeldBytes else {
            return refuse(batch, .overloaded, core: &core)
        }
        long.waiting.append(batch, until: now + core.limits.holdTimeout)
    }

    /// Proposes commands that take long, as far as there is room for them beside those that are under way.
    private mutating func admitLong(core: inout NodeCore, at now: Instant) {
        long.looked()
        if let refusal = refusal(core) {
            for batch in long.waiting.takeAll() { refuse(batch, refusal, core: &core) }
        }
        while let expired = long.waiting.takeExpired(at: now) { refuse(expired, .overloaded, core: &core) }
        var proposals: [Proposal] = []
        while let next = long.waiting.first {
            // What was cancelled has left its batch empty.
            if case .command(let payload, let token)? = next.requests.first {
                let time = machine.timeToApply(payload)
                guard long.hasRoom(for: time, within: core.limits.longWorkUnderWay) else { break }
                if let number = admit(payload, of: Waiter(port: next.port, token: token), nil, core: &core) {
                    long.began(number, time)
                    proposals.append(Proposal(token: number, payload: payload))
                }
            }
            _ = long.waiting.popFirst()
        }
        if !proposals.isEmpty { core.groups[place].step(.proposed(proposals), at: now) }
    }

    /// Why a request that needs the log cannot be taken, if so.
    private func refusal(_ core: borrowing NodeCore) -> RequestFailure? {
        core.lifecycle.isStopping ? .stopped : core.groups[place].isHalted ? .halted : nil
    }

    /// - Returns: The number under which the command's client waits; nil when it was refused.
    private mutating func admit(
        _ payload: Payload, of waiter: Waiter, _ refusal: RequestFailure?, core: inout NodeCore
    ) -> UInt64? {
        core.groups[place].counters.commandsSubmitted &+= 1
        if let refusal {
            failCommand(waiter, refusal, &core.groups[place])
        } else if payload.count > core.limits.maximumCommandBytes {
            failCommand(waiter, .tooLarge, &core.groups[place])
        } else {
            return core.groups[place].waiters.insert(waiter)
        }
        return nil
    }

    private mutating func admit(
        _ query: WaitingQuery<Machine>, isLinearizable: Bool, _ refusal: RequestFailure?, core: inout NodeCore
    ) {
        core.groups[place].counters.queriesSubmitted &+= 1
        if let refusal, isLinearizable || refusal == .stopped {
            failQuery(query, refusal, &core.groups[place])
        } else if queries.counts.waiting >= core.limits.maximumWaitingQueries {
            failQuery(query, .overloaded, &core.groups[place])
        } else if isLinearizable && !core.has(.queryBeforeBarrier) {
            queries.gather(query)
        } else {
            queries.makeReady(query)
        }
    }

    // MARK: Before the cluster is formed

    /// Requests that need no log do not wait.
    private mutating func hold(_ batch: PortBatch<Machine>, core: inout NodeCore, at now: Instant) {
        guard ports.isOpen(batch.port) else { return }
        var waiting = PortBatch<Machine>(port: batch.port, requests: [])
        for request in batch.requests {
            if case .query(let query, linearizable: false, let token) = request {
                let ready = WaitingQuery<Machine>(port: batch.port, token: token, query: query)
                admit(ready, isLinearizable: false, nil, core: &core)
            } else if case .command(let payload, let token) = request, payload.count > core.limits.maximumCommandBytes {
                failCommand(Waiter(port: batch.port, token: token), .tooLarge, &core.groups[place])
            } else {
                waiting.requests.append(request)
            }
        }
        guard !waiting.requests.isEmpty else { return }
        guard held.count < core.limits.maximumHeld, held.bytes < core.limits.maximumHeldBytes else {
            return refuse(waiting, .overloaded, core: &core)
        }
        held.append(waiting, until: now + core.limits.holdTimeout)
    }

    /// Ends all requests of a batch that cannot be taken.
    public mutating func refuse(_ batch: PortBatch<Machine>, _ failure: RequestFailure, core: inout NodeCore) {
        for request in batch.requests {
            switch request {
            case .command(_, let token):
                failCommand(Waiter(port: batch.port, token: token), failure, &core.groups[place])
            case .query(let query, _, let token):
                let waiting = WaitingQuery<Machine>(port: batch.port, token: token, query: query)
                failQuery(waiting, failure, &core.groups[place])
            }
        }
    }
}

/// Which request of which port.
public struct RequestKey: Hashable, Sendable {
    public let port: PortID
    public let token: UInt64

    public init(port: PortID, token: UInt64) {
        self.port = port
        self.token = token
    }
}

import DecreeNode
import Logging
import PaxosBase
import PaxosLog

/// Whose command is under way.
struct CommandWaiter {
    let port: PortBase
    let token: UInt64
}

/// A request that is not wanted any more.
private struct Cancelled: Hashable {
    let port: ObjectIdentifier
    let token: UInt64
}

// What came from other threads, on its way into the replica.
extension ReplicaLoop {
    func admit(_ input: Inbox<Machine>.Contents) {
        if let written = input.written { admit(written: written) }
        var cancelled: Set<Cancelled> = []
        for notice in input.notices {
            if case .cancel(let port, let token) = notice {
                cancelled.insert(Cancelled(port: ObjectIdentifier(port), token: token))
            } else {
                admit(notice)
            }
        }
        if lifecycle.isFormed || lifecycle.isStopping {
            admitHeld()
            admit(input.requests)
        } else {
            hold(input.requests)
            admitHeld()
        }
        // Last: what is cancelled may have come in the same batch.
        if !cancelled.isEmpty { giveUp(cancelled) }
    }

    private func admit(written write: WriteID) {
        if !identity.hasBegun {
            // From here on this directory without its journal is a lost promise, not a first start.
            var begun = identity
            begun.hasBegun = true
            record(begun)
        }
        step(.written(write))
    }

    private func admit(_ notice: Notice<Machine>) {
        switch notice {
        case .cancel: break
        case .closePort(let port): close(port)
        case .journalFull(let isFull): noteJournal(isFull: isFull)
        case .loaded(let first, let entries, let peer): step(.loaded(first: first, entries, for: peer))
        case .loadFailed(let reason, let peer):
            transport.refusals.report(unreadable: reason, for: "\(peer)", at: now)
        case .snapshotProgress: break
        case .snapshotEnded(let result): snapshotEnded(result)
        case .snapshotRequested: snapshots.isRequested = true
        case .handOver: if lifecycle.isFormed { step(.handOverRequested) }
        case .stop(let isGraceful): beginStop(isGraceful: isGraceful)
        }
    }

    private func noteJournal(isFull: Bool) {
        let metadata: Logger.Metadata = [
            "free MiB": "\(journal.statistics.freeBytes >> 20)",
            "needed MiB": "\(settings.journalOptions.neededSpace >> 20)",
        ]
        if isFull {
            logger.error(
                "the disk is full: writes are refused until there is space (free some, or raise the quota)",
                metadata: metadata)
        } else {
            logger.notice("the disk has space again: writes are accepted", metadata: metadata)
        }
        isJournalFull = isFull
        if lifecycle.isFormed { step(.journalFull(isFull)) }
    }

    /// All of a turn reaches the replica as one batch of proposals and one barrier.
    private func admit(_ batches: [(port: PortState<Machine>, requests: [Node<Machine>.Request])]) {
        var proposals: [Proposal] = []
        for (port, requests) in batches where port.isOpen {
            proposals.reserveCapacity(proposals.count + requests.count)
            for request in requests {
                switch request {
                case .command(let payload, let token):
                    status.counters.commandsSubmitted &+= 1
                    if let refusal = lifecycle.refusal {
                        failCommand(port, token, refusal)
                        continue
                    }
                    guard payload.count <= settings.maximumCommandBytes else {
                        failCommand(port, token, .tooLarge)
                        continue
                    }
                    let number = commands.insert(CommandWaiter(port: port, token: token))
                    proposals.append(Proposal(token: number, payload: payload))
                case .query(let query, let linearizable, let token):
                    status.counters.queriesSubmitted &+= 1
                    admit(WaitingQuery(port: port, token: token, query: query), linearizable: linearizable)
                }
            }
        }
        if !proposals.isEmpty { step(.proposed(proposals)) }
        if let barrier = queries.closeBarrier() {
            status.counters.barriers &+= 1
            step(.readRequested(barrier))
        }
    }

    private func admit(_ query: WaitingQuery<Machine>, linearizable: Bool) {
        let refusal = lifecycle.isStopping ? RequestFailure.stopped : linearizable ? lifecycle.refusal : nil
        if let refusal { return failQuery(query, refusal) }
        guard queries.waitingCount < settings.maximumWaitingQueries else { return failQuery(query, .overloaded) }
        if linearizable { queries.gather(query) } else { queries.makeReady(query) }
    }

    func failCommand(_ waiter: CommandWaiter, _ failure: RequestFailure) {
        failCommand(port(of: waiter), waiter.token, failure)
    }

    /// All ports of a node are of its machine.
    @inline(__always)
    func port(of waiter: CommandWaiter) -> PortState<Machine> {
        unsafeDowncast(waiter.port, to: PortState<Machine>.self)
    }

    func failCommand(_ port: PortState<Machine>, _ token: UInt64, _ failure: RequestFailure) {
        status.counters.commandsFailed &+= 1
        fail(port, token, failure)
    }

    func failQuery(_ query: WaitingQuery<Machine>, _ failure: RequestFailure) {
        status.counters.queriesFailed &+= 1
        fail(query.port, query.token, failure)
    }

    // MARK: Before the cluster is formed

    /// Requests of a cluster that is not formed yet wait for it, but not for ever; those that need no log do not wait.
    private func hold(_ batches: [(port: PortState<Machine>, requests: [Node<Machine>.Request])]) {
        for (port, requests) in batches where port.isOpen {
            let batch = (port: port, requests: requests.filter { !beginsAtOnce($0, of: port) })
            guard !batch.requests.isEmpty else { continue }
            guard lifecycle.heldCount < settings.replica.maximumPending else {
                refuse(batch, .overloaded)
                continue
            }
            lifecycle.heldCount += batch.requests.count
            lifecycle.held.append((batch, now + settings.replica.proposalTimeout))
        }
    }

    /// Takes a query that is to be answered from what is applied here.
    /// - Returns: Whether it was one.
    private func beginsAtOnce(_ request: Node<Machine>.Request, of port: PortState<Machine>) -> Bool {
        guard case .query(let query, linearizable: false, let token) = request else { return false }
        status.counters.queriesSubmitted &+= 1
        admit(WaitingQuery(port: port, token: token, query: query), linearizable: false)
        return true
    }

    private func admitHeld() {
        guard !lifecycle.held.isEmpty else { return }
        if lifecycle.isFormed || lifecycle.isStopping {
            let batches = lifecycle.held.map(\.batch)
            lifecycle.held = []
            lifecycle.heldCount = 0
            return admit(batches)
        }
        while let first = lifecycle.held.first, first.until <= now {
            lifecycle.held.removeFirst()
            lifecycle.heldCount -= first.batch.requests.count
            refuse(first.batch, .noLeader)
        }
    }

    func refuse(
        _ batch: (port: PortState<Machine>, requests: [Node<Machine>.Request]), _ failure: RequestFailure
    ) {
        for request in batch.requests {
            switch request {
            case .command(_, let token): failCommand(batch.port, token, failure)
            case .query(let query, _, let token):
                failQuery(WaitingQuery(port: batch.port, token: token, query: query), failure)
            }
        }
    }

    // MARK: Giving up

    /// All that one turn cancels is looked for at once: thousands of queries may be given up together.
    private func giveUp(_ cancelled: Set<Cancelled>) {
        for index in lifecycle.held.indices {
            let port = ObjectIdentifier(lifecycle.held[index].batch.port)
            let before = lifecycle.held[index].batch.requests.count
            lifecycle.held[index].batch.requests.removeAll {
                cancelled.contains(Cancelled(port: port, token: $0.token))
            }
            lifecycle.heldCount -= before - lifecycle.held[index].batch.requests.count
        }
        let gone = queries.remove { cancelled.contains(Cancelled(port: ObjectIdentifier($0.port), token: $0.token)) }
        for cursor in gone { abandon(cursor) }
    }

    private func close(_ port: PortState<Machine>) {
        port.isOpen = false
        port.completions = []
        commands.removeAll { $0.port === port }
        for cursor in queries.remove(where: { $0.port === port }) { abandon(cursor) }
    }
}

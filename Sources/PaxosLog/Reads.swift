import PaxosBase

/// Reads that wait until it is known up to where the state must be applied.
///
/// One barrier serves all reads that came before it began; the next begins when it is done.
struct Reads: Hashable, Sendable {
    /// Waiting for a barrier to begin.
    var waiting: [Waiting] = []
    var barrier: BarrierRound?
    /// Waiting for a slot to be applied.
    var parked: [Parked] = []
    private var counter: UInt64 = 0

    struct Waiting: Hashable, Sendable {
        let waiter: Waiter
        let since: Instant
    }

    enum Waiter: Hashable, Sendable {
        case client(ReadToken)
        case replica(NodeID, Nonce)
    }

    struct Parked: Hashable, Sendable {
        let target: Slot
        let token: ReadToken
        let since: Instant
    }

    mutating func makeNonce(node: NodeID, incarnation: Incarnation, reuse: Bool) -> Nonce {
        if !reuse { counter += 1 }
        return Nonce(node: node, incarnation: incarnation, counter: counter)
    }

    /// Another leader, or none: what was asked of the former begins again.
    mutating func restart(at now: Instant) {
        var all = parked.map { Waiting(waiter: .client($0.token), since: $0.since) }
        if let barrier { all += barrier.waiters.filter { if case .client = $0.waiter { true } else { false } } }
        waiting = all + waiting.filter { if case .client = $0.waiter { true } else { false } }
        barrier = nil
        parked = []
    }
}

/// A barrier under way.
struct BarrierRound: Hashable, Sendable {
    let nonce: Nonce
    let kind: Kind
    let waiters: [Reads.Waiting]
    let since: Instant
    var answers: MemberSet
    var target: Slot

    enum Kind: Hashable, Sendable {
        /// The leader asks whether its ballot still is the highest.
        case leader(Ballot)
        /// A follower asks its leader.
        case follower
        /// Without a leader: a quorum is asked for its highest slot.
        case probe
    }
}

// Linearizable reads. Rules 19 to 21; TLA+ sketch Reads.
extension Replica {
    /// Begins a barrier for all reads that wait, unless one is under way.
    mutating func startReads(at now: Instant, into effects: inout Effects) {
        guard reads.barrier == nil, !reads.waiting.isEmpty else { return }
        let waiters = reads.waiting
        reads.waiting = []
        let nonce = reads.makeNonce(node: node, incarnation: incarnation, reuse: has(.nonceReused))
        var answers = MemberSet()
        answers.insert(index)
        let kind: BarrierRound.Kind
        var target = Slot.zero
        if case .leader(let leader) = role {
            kind = .leader(leader.ballot)
            target = readTarget(of: leader)
            broadcast(.barrier(Barrier(ballot: leader.ballot, nonce: nonce)), into: &effects)
        } else if canAskLeader(at: now) {
            kind = .follower
            let request = ReadRequest(ballot: election.leader, nonce: nonce)
            send(.readRequest(request), to: election.leader.node, into: &effects)
        } else {
            kind = .probe
            target = highestRecord
            broadcast(.probe(Probe(nonce: nonce)), into: &effects)
        }
        reads.barrier = BarrierRound(
            nonce: nonce, kind: kind, waiters: waiters, since: now, answers: answers, target: target)
        finishBarrier(into: &effects)
    }

    /// Sending a request confirms the leader's ballot, so a replica that promised a higher one must not (rule 20).
    private func canAskLeader(at now: Instant) -> Bool {
        guard election.leader != .zero, let peer = configuration.index(of: election.leader.node), peer != index,
            election.isHeard(peer, at: now, within: settings.electionTimeout)
        else { return false }
        return promised <= election.leader || has(.barrierConfirmedDespitePromise)
    }

    /// Every slot that phase 1 saw or that is known to be chosen in this ballot, fixed when the read begins (rule 20).
    ///
    /// What was acknowledged before was chosen in a lower ballot, and phase 1 saw it, or in this one, and then this
    /// leader counted it: votes go to nobody else. So a read does not wait for proposals that are still under way. One
    /// own entry chosen is not enough, since slots are independent (rule 21).
    private func readTarget(of leader: Leader) -> Slot {
        if has(.barrierWithoutPhaseOne) { return log.watermark }
        if has(.barrierAtFirstOwnEntry), leader.hasChosenOwn { return log.watermark }
        return max(leader.phaseOneHighest, log.watermark)
    }

    /// The highest slot with any record, gaps and faulty slots counted (rule 19).
    private var highestRecord: Slot { has(.quorumReadContiguous) ? log.highestContiguous : log.highest }

    mutating func receive(_ barrier: Barrier, from leader: NodeID, into effects: inout Effects) {
        guard barrier.ballot.node == leader else { return }
        if barrier.ballot >= promised || has(.barrierConfirmedDespitePromise) {
            let confirmed = BarrierConfirmed(ballot: barrier.ballot, nonce: barrier.nonce)
            send(.barrierConfirmed(confirmed), to: leader, into: &effects)
        } else {
            send(.refused(Refused(ballot: barrier.ballot, promised: promised)), to: leader, into: &effects)
        }
    }

    mutating func receive(_ confirmed: BarrierConfirmed, from peer: Int, into effects: inout Effects) {
        guard reads.barrier?.nonce == confirmed.nonce, reads.barrier?.kind == .leader(confirmed.ballot) else { return }
        reads.barrier?.answers.insert(peer)
        finishBarrier(into: &effects)
    }

    /// A replica's request is its vote for the ballot too: with three members leader and asker are a quorum.
    mutating func receive(
        _ request: ReadRequest, from asker: NodeID, peer: Int, at now: Instant, into effects: inout Effects
    ) {
        guard case .leader(let leader) = role, leader.ballot == request.ballot else { return }
        if configuration.acceptQuorum <= 2 {
            let answer = ReadAnswer(nonce: request.nonce, target: readTarget(of: leader))
            send(.readAnswer(answer), to: asker, into: &effects)
        } else {
            reads.waiting.append(.init(waiter: .replica(asker, request.nonce), since: now))
        }
    }

    mutating func receive(_ answer: ReadAnswer, into effects: inout Effects) {
        guard reads.barrier?.nonce == answer.nonce, reads.barrier?.kind == .follower else { return }
        completeBarrier(target: answer.target, into: &effects)
    }

    mutating func receive(_ probe: Probe, from peer: NodeID, into effects: inout Effects) {
        send(.probeAnswer(ProbeAnswer(nonce: probe.nonce, highest: highestRecord)), to: peer, into: &effects)
    }

    mutating func receive(_ answer: ProbeAnswer, from peer: Int, into effects: inout Effects) {
        guard var barrier = reads.barrier, barrier.nonce == answer.nonce, barrier.kind == .probe else { return }
        barrier.answers.insert(peer)
        barrier.target = max(barrier.target, answer.highest)
        reads.barrier = barrier
        finishBarrier(into: &effects)
    }

    private mutating func finishBarrier(into effects: inout Effects) {
        guard let barrier = reads.barrier else { return }
        let isDone =
            switch barrier.kind {
            case .leader: barrier.answers.count >= configuration.acceptQuorum
            case .follower: false
            case .probe:
                barrier.answers.count >= (has(.quorumReadOfOne) ? 1 : configuration.prepareQuorum)
            }
        if isDone { completeBarrier(target: barrier.target, into: &effects) }
    }

    private mutating func completeBarrier(target: Slot, into effects: inout Effects) {
        guard let barrier = reads.barrier else { return }
        reads.barrier = nil
        for waiting in barrier.waiters {
            switch waiting.waiter {
            case .client(let token): reads.parked.append(.init(target: target, token: token, since: waiting.since))
            case .replica(let asker, let nonce):
                send(.readAnswer(ReadAnswer(nonce: nonce, target: target)), to: asker, into: &effects)
            }
        }
        releaseReads(into: &effects)
    }

    /// Reads whose slot is applied may run.
    mutating func releaseReads(into effects: inout Effects) {
        guard !reads.parked.isEmpty else { return }
        var remaining: [Reads.Parked] = []
        for parked in reads.parked {
            if parked.target <= applied {
                effects.outcomes.append(.readReady(parked.token))
            } else {
                remaining.append(parked)
            }
        }
        reads.parked = remaining
    }

    /// A barrier that got no answer begins again, under a new nonce; reads that waited too long fail.
    mutating func expireReads(at now: Instant, into effects: inout Effects) {
        if let barrier = reads.barrier, now.since(barrier.since) >= settings.resendInterval {
            reads.waiting = barrier.waiters + reads.waiting
            reads.barrier = nil
        }
        func isExpired(_ since: Instant) -> Bool { now.since(since) >= settings.readTimeout }
        var failed: [ReadToken] = []
        reads.waiting.removeAll { waiting in
            guard isExpired(waiting.since) else { return false }
            if case .client(let token) = waiting.waiter { failed.append(token) }
            return true
        }
        reads.parked.removeAll { parked in
            guard isExpired(parked.since) else { return false }
            failed.append(parked.token)
            return true
        }
        for token in failed { effects.outcomes.append(.readFailed(token)) }
        startReads(at: now, into: &effects)
    }
}

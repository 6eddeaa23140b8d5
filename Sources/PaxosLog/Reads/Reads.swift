import PaxosBase

/// Reads that wait until it is known up to where the state must be applied. Rules 19 to 21.
///
/// One barrier serves all reads that came before it began; the next begins when it is done.
struct Reads: Hashable, Sendable {
    /// Waiting for a barrier to begin.
    private var waiting: [Waiting] = []
    private(set) var barrier: BarrierRound?
    /// Waiting for a slot to be applied.
    private var parked: [Parked] = []
    private var counter: UInt64 = 0

    struct Waiting: Hashable, Sendable {
        let waiter: Waiter
        let since: Instant
    }

    enum Waiter: Hashable, Sendable {
        case client(ReadToken)
        case replica(NodeID, Nonce)
        /// Nobody: the leader wants to be answered.
        case leader

        var isClient: Bool { if case .client = self { true } else { false } }
    }

    private struct Parked: Hashable, Sendable {
        let target: Slot
        let token: ReadToken
        let since: Instant
    }

    /// Who can tell up to where everything is chosen that was acknowledged.
    enum Way: Hashable, Sendable {
        /// This node leads: `target` tells, once a quorum has confirmed its ballot.
        case ownBallot(Ballot, target: Slot)
        /// The leader of this ballot is asked.
        case leader(Ballot)
        /// Without a leader: a quorum is asked for its highest slot.
        case quorum
    }

    mutating func add(_ waiter: Waiter, at now: Instant) { waiting.append(Waiting(waiter: waiter, since: now)) }

    /// Since when the first of them waits, whatever for.
    var oldest: Instant? {
        let lists = [waiting.map(\.since), barrier?.waiters.map(\.since) ?? [], parked.map(\.since)]
        return lists.joined().min()
    }

    /// Whether a barrier is to begin.
    var wantsBarrier: Bool { !waiting.isEmpty && barrier == nil }

    /// Begins a barrier for all reads that wait.
    mutating func begin(
        by way: Way, at now: Instant, seat: Seat, _ core: inout Core, into effects: inout Effects
    ) {
        guard wantsBarrier else { return }
        let nonce = makeNonce(node: seat.node, &core)
        var round = BarrierRound(nonce: nonce, way: way, waiters: waiting, since: now, own: seat.index)
        waiting = []
        switch way {
        case .ownBallot(let ballot, let target):
            round.target = target
            seat.broadcast(.barrier(Barrier(ballot: ballot, nonce: nonce)), into: &effects)
        case .leader(let ballot):
            seat.send(.readRequest(ReadRequest(ballot: ballot, nonce: nonce)), to: ballot.node, into: &effects)
        case .quorum:
            round.target = core.highestRecord
            seat.broadcast(.probe(Probe(nonce: nonce)), into: &effects)
        }
        barrier = round
        finish(seat: seat, &core, into: &effects)
    }

    /// A nonce is never used again (rules 19 and 20).
    private mutating func makeNonce(node: NodeID, _ core: inout Core) -> Nonce {
        if !core.has(.nonceReused) { counter += 1 }
        return Nonce(node: node, incarnation: core.incarnation, counter: counter)
    }

    /// Another leader, or none: what was asked of the former begins again.
    mutating func restart() {
        var all = parked.map { Waiting(waiter: .client($0.token), since: $0.since) }
        if let barrier { all += barrier.waiters.filter(\.waiter.isClient) }
        waiting = all + waiting.filter(\.waiter.isClient)
        barrier = nil
        parked = []
    }

    /// - Returns: Whether that completed a quorum.
    mutating func receive(
        _ confirmed: BarrierConfirmed, from peer: Int, seat: Seat, _ core: inout Core, into effects: inout Effects
    ) -> Bool {
        guard let barrier, barrier.nonce == confirmed.nonce, barrier.isOf(confirmed.ballot) else { return false }
        self.barrier?.answers.insert(peer)
        finish(seat: seat, &core, into: &effects)
        return self.barrier == nil
    }

    /// The leader answers.
    mutating func receive(_ answer: ReadAnswer, seat: Seat, _ core: inout Core, into effects: inout Effects) {
        guard let barrier, barrier.nonce == answer.nonce, case .leader = barrier.way else { return }
        self.barrier?.target = answer.target
        complete(seat: seat, &core, into: &effects)
    }

    mutating func receive(
        _ answer: ProbeAnswer, from peer: Int, seat: Seat, _ core: inout Core, into effects: inout Effects
    ) {
        guard let barrier, barrier.nonce == answer.nonce, barrier.way == .quorum else { return }
        self.barrier?.answers.insert(peer)
        self.barrier?.target = max(barrier.target, answer.highest)
        finish(seat: seat, &core, into: &effects)
    }

    private mutating func finish(seat: Seat, _ core: inout Core, into effects: inout Effects) {
        guard let barrier else { return }
        let isDone =
            switch barrier.way {
            case .ownBallot: barrier.answers.count >= seat.configuration.acceptQuorum
            case .leader: false
            case .quorum:
                barrier.answers.count >= (core.has(.quorumReadOfOne) ? 1 : seat.configuration.prepareQuorum)
            }
        if isDone { complete(seat: seat, &core, into: &effects) }
    }

    private mutating func complete(seat: Seat, _ core: inout Core, into effects: inout Effects) {
        guard let done = barrier else { return }
        barrier = nil
        for waiting in done.waiters {
            switch waiting.waiter {
            case .client(let token): parked.append(Parked(target: done.target, token: token, since: waiting.since))
            case .replica(let asker, let nonce):
                seat.send(.readAnswer(ReadAnswer(nonce: nonce, target: done.target)), to: asker, into: &effects)
            case .leader: break
            }
        }
        release(through: core.applied, into: &effects)
    }

    /// Reads whose slot is applied may run.
    mutating func release(through applied: Slot, into effects: inout Effects) {
        guard !parked.isEmpty else { return }
        for read in parked where read.target <= applied { effects.outcomes.append(.readReady(read.token)) }
        parked.removeAll { $0.target <= applied }
    }

    /// Reads that waited too long fail; those whose barrier got no answer get another, under a new nonce.
    /// - Parameter isJournalFull: Whether entries that are still missing will not come: reads that have to see them fail
    ///   once those that were under way have had their time.
    mutating func expire(
        at now: Instant, settings: Replica.Settings, isJournalFull: Bool = false, into effects: inout Effects
    ) {
        if let barrier, now.since(barrier.since) >= settings.resendInterval {
            waiting = barrier.waiters + waiting
            self.barrier = nil
        }
        func isExpired(_ since: Instant) -> Bool { now.since(since) >= settings.readTimeout }
        expireInBarrier(isExpired, into: &effects)
        for read in waiting where isExpired(read.since) {
            if case .client(let token) = read.waiter { effects.outcomes.append(.readFailed(token)) }
        }
        waiting.removeAll { isExpired($0.since) }
        for read in parked where isExpired(read.since) { effects.outcomes.append(.readFailed(read.token)) }
        parked.removeAll { isExpired($0.since) }
        guard isJournalFull else { return }
        func lags(_ read: Parked) -> Bool { now.since(read.since) >= settings.resendInterval }
        for read in parked where lags(read) { effects.outcomes.append(.readLags(read.token)) }
        parked.removeAll(where: lags)
    }

    /// A client's time goes on while leaders follow each other and every barrier is cut short by the next. What else waits
    /// for a barrier waits no longer than for that.
    private mutating func expireInBarrier(_ isExpired: (Instant) -> Bool, into effects: inout Effects) {
        guard let barrier else { return }
        for read in barrier.waiters where isExpired(read.since) {
            if case .client(let token) = read.waiter { effects.outcomes.append(.readFailed(token)) }
        }
        self.barrier?.waiters.removeAll { $0.waiter.isClient && isExpired($0.since) }
    }
}

/// A barrier under way.
struct BarrierRound: Hashable, Sendable {
    let nonce: Nonce
    let way: Reads.Way
    var waiters: [Reads.Waiting]
    let since: Instant
    /// Who has confirmed or answered; this node itself to begin with.
    var answers = MemberSet()
    var target = Slot.zero

    init(nonce: Nonce, way: Reads.Way, waiters: [Reads.Waiting], since: Instant, own: Int) {
        self.nonce = nonce
        self.way = way
        self.waiters = waiters
        self.since = since
        answers.insert(own)
    }

    /// Whether it asks for confirmation of `ballot`.
    func isOf(_ ballot: Ballot) -> Bool {
        if case .ownBallot(ballot, _) = way { true } else { false }
    }
}

// What a replica answers to the barriers of others.
extension Core {
    /// The highest slot with any record, gaps and faulty slots counted (rule 19).
    var highestRecord: Slot { has(.quorumReadContiguous) ? log.highestContiguous : log.highest }

    /// Confirms a leader's ballot, unless a higher one was promised (rule 20).
    func receive(_ barrier: Barrier, from leader: NodeID, seat: Seat, into effects: inout Effects) {
        guard barrier.ballot.node == leader else { return }
        if barrier.ballot >= promised || has(.barrierConfirmedDespitePromise) {
            let confirmed = BarrierConfirmed(ballot: barrier.ballot, nonce: barrier.nonce)
            seat.send(.barrierConfirmed(confirmed), to: leader, into: &effects)
        } else {
            seat.send(.refused(Refused(ballot: barrier.ballot, promised: promised)), to: leader, into: &effects)
        }
    }

    func receive(_ probe: Probe, from peer: NodeID, seat: Seat, into effects: inout Effects) {
        seat.send(.probeAnswer(ProbeAnswer(nonce: probe.nonce, highest: highestRecord)), to: peer, into: &effects)
    }
}

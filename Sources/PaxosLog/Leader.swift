import PaxosBase

/// What a node knows while it leads: the slots that it proposed in and who accepted them.
struct Leader: Hashable, Sendable {
    let ballot: Ballot
    let since: Instant
    /// The highest slot that phase 1 saw, in any state.
    let phaseOneHighest: Slot
    /// The first slot of ``open``.
    var first: Slot
    /// The slot for the next command.
    var next: Slot
    /// The slots from ``first`` up to ``next``, each with its votes.
    var open = RingBuffer<Ballots>()
    /// Everything up to here is chosen and covered by this leader's mark (rule 9).
    var mark: Slot
    /// The mark that the others were told last.
    var toldMark: Slot
    /// The run that is gathered for the next `Accept`.
    var gathered: [Entry] = []
    var gatheredBytes = 0
    /// Commands that wait for room among the open slots.
    var backlog = RingBuffer<Command>()
    var backlogBytes = 0
    /// Up to where each origin's commands were taken in, so that a repeated `Forward` is not proposed again.
    var taken = OriginTable()
    var lastResend: Instant
    /// The slots below were open already at the last look for missing votes.
    var resendsBelow = Slot.zero
    var isHandingOver = false
    /// Some slot was counted in this ballot.
    var hasChosenOwn = false

    /// The votes for one slot.
    struct Ballots: Hashable, Sendable {
        var votes = MemberSet()
        var isChosen = false
        /// The slot was known to be chosen before this leader led: it does not propose there.
        var isForeign = false
    }
}

// Phase 2, pipelined and batched. TLA+ actions Propose, ReceiveAccepted.
extension Replica {
    /// Phase 1 is complete: proposes again, in the new ballot, what it found, and no-ops where it found nothing.
    mutating func becomeLeader(_ candidate: Candidate, at now: Instant, into effects: inout Effects) {
        let base = has(.proposesBelowWatermark) ? min(log.watermark, candidate.watermark) : log.watermark
        var leader = Leader(
            ballot: candidate.ballot, since: now, phaseOneHighest: max(candidate.highest, base), first: base.next,
            next: base.next, mark: base, toldMark: base, taken: origins, lastResend: now)
        let promisers = candidate.promisers
        role = .follower
        setLeader(leader.ballot, at: now, into: &effects)
        while leader.next <= leader.phaseOneHighest {
            let slot = leader.next
            if log.isChosen(slot) {
                flushAccept(&leader, into: &effects)
                leader.open.append(.init(isChosen: true, isForeign: true))
                leader.next = slot.next
                continue
            }
            var entry = Entry.noOp
            if let adopted = candidate.adopted[slot],
                !(has(.noOpOverAcceptedValue) && adopted.reporters.count < promisers)
            {
                entry = adopted.entry
            }
            if case .command(let command) = entry { _ = leader.taken.admit(command.origin) }
            propose(entry, by: &leader, into: &effects)
            if has(.votesCountedAcrossBallots), let holders = candidate.adopted[slot]?.holders {
                leader.open[leader.open.count - 1].votes = holders
            }
        }
        flushAccept(&leader, into: &effects)
        role = .leader(leader)
        voteForOwn(leader.ballot, from: leader.first, through: leader.next.previous, at: now, into: &effects)
        broadcast(.chosen(ChosenMark(ballot: leader.ballot, watermark: leader.mark)), into: &effects)
        advanceMark(into: &effects)
    }

    /// Accepts the entry here, as one acceptor among others, and gathers it for the others.
    private mutating func propose(_ entry: Entry, by leader: inout Leader, into effects: inout Effects) {
        let slot = leader.next
        if !log.isChosen(slot) {
            record(.accepted(slot, leader.ballot, entry), into: &effects)
            log.accept(entry, at: slot, in: leader.ballot, write: durability.lastWrite)
        }
        leader.open.append(.init())
        leader.next = slot.next
        leader.gathered.append(entry)
        leader.gatheredBytes += entry.byteCount
        if leader.gatheredBytes >= settings.maximumBatchBytes { flushAccept(&leader, into: &effects) }
    }

    /// The leader counts itself when its own write is durable, and no sooner (rule 1).
    private mutating func voteForOwn(
        _ ballot: Ballot, from first: Slot, through last: Slot, at now: Instant, into effects: inout Effects
    ) {
        guard first <= last else { return }
        let vote = Accepted(ballot: ballot, first: first, last: last)
        if has(.leaderVoteBeforeDurable) {
            count(vote, of: index, into: &effects)
        } else {
            whenDurable(.ownVote(vote), at: now, into: &effects)
        }
    }

    private mutating func flushAccept(_ leader: inout Leader, into effects: inout Effects) {
        guard !leader.gathered.isEmpty else { return }
        let first = leader.next.advanced(by: -leader.gathered.count)
        let mark = ChosenMark(ballot: leader.ballot, watermark: leader.mark)
        leader.toldMark = leader.mark
        broadcast(
            .accept(Accept(ballot: leader.ballot, first: first, entries: leader.gathered, mark: mark)), into: &effects)
        leader.gathered = []
        leader.gatheredBytes = 0
    }

    /// Takes commands in, as many as there is room for.
    mutating func lead(with commands: some Sequence<Command>, at now: Instant, into effects: inout Effects) {
        guard case .leader(var leader) = role else { return }
        role = .follower
        for command in commands {
            guard leader.backlog.count < settings.maximumPending else { break }
            guard leader.taken.admit(command.origin) || has(.forwardedAppliedTwice) else { continue }
            leader.backlog.append(command)
            leader.backlogBytes += command.payload.count
        }
        role = .leader(leader)
    }

    /// Proposes what waits and tells the others, once per batch of input.
    mutating func drainLeader(at now: Instant, into effects: inout Effects) {
        guard case .leader(var leader) = role else { return }
        role = .follower
        let first = leader.next
        while !leader.isHandingOver, hasRoomToWrite, leader.open.count < settings.maximumInFlight,
            hasRoomInMemory, let command = leader.backlog.popFirst()
        {
            leader.backlogBytes -= command.payload.count
            propose(.command(command), by: &leader, into: &effects)
        }
        flushAccept(&leader, into: &effects)
        if leader.toldMark < leader.mark {
            leader.toldMark = leader.mark
            broadcast(.chosen(ChosenMark(ballot: leader.ballot, watermark: leader.mark)), into: &effects)
        }
        role = .leader(leader)
        voteForOwn(leader.ballot, from: first, through: leader.next.previous, at: now, into: &effects)
    }

    mutating func receive(_ accepted: Accepted, from peer: Int, into effects: inout Effects) {
        count(accepted, of: peer, into: &effects)
    }

    /// Counts a durable acceptance per ballot and slot, never per value (rule 7).
    mutating func count(_ accepted: Accepted, of peer: Int, into effects: inout Effects) {
        guard case .leader(var leader) = role, accepted.ballot == leader.ballot else { return }
        role = .follower
        let needed = has(.quorumOfOne) ? 1 : configuration.acceptQuorum
        var slot = max(accepted.first, leader.first)
        let last = min(accepted.last, leader.next.previous)
        while slot <= last {
            let position = slot.distance(from: leader.first)
            leader.open[position].votes.insert(peer)
            if !leader.open[position].isChosen, leader.open[position].votes.count >= needed {
                leader.open[position].isChosen = true
                leader.hasChosenOwn = true
                if !log.isChosen(slot) { log.markChosen(slot) }
            }
            slot = slot.next
        }
        role = .leader(leader)
        advanceMark(into: &effects)
    }

    /// Moves the watermark and the mark that others may trust. The mark covers a slot only if its votes were counted in
    /// this ballot, or this leader never proposed there (rule 9).
    mutating func advanceMark(into effects: inout Effects) {
        _ = log.advanceWatermark()
        guard case .leader(var leader) = role else { return }
        role = .follower
        while let slot = leader.open.first, slot.isChosen, log.isChosen(leader.first) {
            leader.open.popFirst()
            leader.mark = leader.first
            leader.first = leader.first.next
        }
        role = .leader(leader)
    }

    /// A peer knows the value of a slot that this leader proposed in. The same value: it is chosen, and every acceptance
    /// in this ballot holds it. Another value: a higher ballot chose it and this leader is deposed; its mark must not
    /// cover the slot, or followers would take the losing value for chosen (rule 9).
    mutating func learnOwnProposal(_ entry: Entry, at slot: Slot, at now: Instant, into effects: inout Effects) {
        guard case .leader(var leader) = role else { return }
        let isSame = log.record(at: slot).entry == entry
        if !isSame { record(.learned(slot, entry), into: &effects) }
        log.learn(entry, at: slot)
        if isSame || has(.watermarkCoversLearned) {
            role = .follower
            leader.open[slot.distance(from: leader.first)].isChosen = true
            role = .leader(leader)
        } else {
            becomeFollower(at: now, into: &effects)
        }
    }

    /// Asks again for votes that have been missing for a while.
    mutating func resendAccepts(at now: Instant, into effects: inout Effects) {
        guard case .leader(var leader) = role else { return }
        guard !leader.open.isEmpty else {
            leader.lastResend = now
            return role = .leader(leader)
        }
        guard now.since(leader.lastResend) >= settings.resendInterval else { return }
        leader.lastResend = now
        let older = leader.resendsBelow
        leader.resendsBelow = leader.next
        role = .leader(leader)
        guard leader.first < older else { return }
        for (peer, member) in configuration.members.enumerated() where peer != index {
            resendAccepts(of: leader, below: older, to: member, peer: peer, into: &effects)
        }
    }

    private mutating func resendAccepts(
        of leader: Leader, below end: Slot, to member: NodeID, peer: Int, into effects: inout Effects
    ) {
        let mark = ChosenMark(ballot: leader.ballot, watermark: leader.mark)
        var run: [Entry] = []
        var (runBytes, sentBytes) = (0, 0)
        var slot = leader.first
        while slot < end, sentBytes < settings.maximumResendBytes {
            let state = leader.open[slot.distance(from: leader.first)]
            if !state.isChosen, !state.votes.contains(peer), let entry = log.record(at: slot).entry {
                run.append(entry)
                runBytes += entry.byteCount
                sentBytes += entry.byteCount
                slot = slot.next
                if runBytes < settings.maximumBatchBytes { continue }
            } else if run.isEmpty {
                slot = slot.next
                continue
            }
            // The run ends before `slot`, which is looked at again if it was not part of it.
            sendAgain(&run, before: slot, mark, to: member, into: &effects)
            runBytes = 0
        }
        sendAgain(&run, before: slot, mark, to: member, into: &effects)
        send(.chosen(mark), to: member, into: &effects)
    }

    private mutating func sendAgain(
        _ run: inout [Entry], before end: Slot, _ mark: ChosenMark, to member: NodeID, into effects: inout Effects
    ) {
        guard !run.isEmpty else { return }
        let accept = Accept(ballot: mark.ballot, first: end.advanced(by: -run.count), entries: run, mark: mark)
        send(.accept(accept), to: member, into: &effects)
        run = []
    }
}

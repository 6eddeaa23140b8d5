import PaxosBase

// Phases 1 and 2, learning: what acceptor, candidate, leader and learner make of messages, and what follows for the role.
extension Replica {
    mutating func receive(_ prepare: Prepare, from candidate: NodeID, at now: Instant, into effects: inout Effects) {
        let judgement = core.receive(prepare, from: candidate, at: now, seat: era.seat, into: &effects)
        guard judgement != .refused else { return }
        giveWay(after: judgement, into: &effects)
        era.election.note(round: prepare.ballot.round)
        // Once for each ballot: a candidate that hears no promise asks again and again, and others must get their chance.
        guard judgement == .raised || core.has(.graceForEveryPrepare) else { return }
        era.election.giveGrace(at: now)
        era.election.cancelStanding()
    }

    /// The own promise rose: whoever led or stood here in a lower ballot does so no more.
    private mutating func giveWay(after judgement: Judgement, into effects: inout Effects) {
        if judgement == .raised, !era.role.isFollower { becomeFollower(into: &effects) }
    }

    mutating func receive(_ promise: Promise, from peer: Int, at now: Instant, into effects: inout Effects) {
        let verdict = era.role.candidate?.receive(promise, from: peer, at: now, &core, into: &effects)
        carryOut(verdict, at: now, into: &effects)
    }

    mutating func receive(_ accept: Accept, from leader: NodeID, at now: Instant, into effects: inout Effects) {
        let judgement = core.judge(accept, from: leader, seat: era.seat, into: &effects)
        guard judgement != .refused else { return }
        giveWay(after: judgement, into: &effects)
        if core.has(.acceptDoesNotPromise), let own = era.role.ballot, own <= accept.ballot {
            becomeFollower(into: &effects)
        }
        follow(accept.ballot, at: now, into: &effects)
        core.vote(for: accept, from: leader, at: now, seat: era.seat, into: &effects)
        receive(accept.mark, from: leader, at: now, into: &effects)
    }

    mutating func receive(_ mark: ChosenMark, from sender: NodeID, at now: Instant, into effects: inout Effects) {
        guard mark.ballot.node == sender, core.isPlausible(mark.ballot, in: configuration) else { return }
        if mark.ballot >= core.promised { follow(mark.ballot, at: now, into: &effects) }
        guard core.believe(mark) else { return }
        core.noteChosenElsewhere(through: mark.watermark, by: sender, at: now, seat: era.seat, into: &effects)
        finishCatchingUp(at: now, into: &effects)
    }

    /// A peer sends chosen entries.
    mutating func receive(_ learned: Learned, from peer: NodeID, at now: Instant, into effects: inout Effects) {
        guard core.mayLearn(learned) else { return }
        var slot = learned.first
        for entry in learned.entries {
            learn(entry, at: slot, at: now, into: &effects)
            slot = slot.next
        }
        core.log.advanceWatermark()
        era.role.leader?.advanceMark(&core)
        core.noteLearned(learned, from: peer, at: now, seat: era.seat, into: &effects)
        finishCatchingUp(at: now, into: &effects)
    }

    private mutating func learn(_ entry: Entry, at slot: Slot, at now: Instant, into effects: inout Effects) {
        guard !core.log.isChosen(slot) else { return }
        guard isLeading else { return core.learn(entry, at: slot, into: &effects) }
        let verdict = era.role.leader?.learn(entry, at: slot, at: now, &core, into: &effects)
        if verdict == .isDeposed { becomeFollower(into: &effects) }
    }

    /// A write became durable; what waited for it happens.
    mutating func written(_ write: WriteID, at now: Instant, into effects: inout Effects) {
        guard core.noteWritten(write, at: now) else { return }
        var acknowledgement: (to: NodeID, run: Accepted)?
        while let action = core.durability.popDue() {
            // Neighbouring runs of one ballot leave as one message.
            if case .accepted(let leader, let run) = action {
                if let (to, former) = acknowledgement, to == leader, let joined = former.joined(with: run) {
                    acknowledgement = (to, joined)
                    continue
                }
                if let (to, run) = acknowledgement { era.seat.send(.accepted(run), to: to, into: &effects) }
                acknowledgement = (leader, run)
            } else {
                perform(action, at: now, into: &effects)
            }
        }
        if let (to, run) = acknowledgement { era.seat.send(.accepted(run), to: to, into: &effects) }
    }

    private mutating func perform(_ action: DurableAction, at now: Instant, into effects: inout Effects) {
        switch action {
        case .begin: core.durability.isReady = true
        case .prepare(let ballot):
            guard era.role.isCandidate, era.role.ballot == ballot else { return }
            carryOut(era.role.candidate?.begin(at: now, &core, into: &effects), at: now, into: &effects)
        case .promise(let candidate, let prepare):
            core.sendPromise(to: candidate, prepare, at: now, seat: era.seat, into: &effects)
        case .accepted(let leader, let accepted): era.seat.send(.accepted(accepted), to: leader, into: &effects)
        case .ownVote(let vote): era.role.leader?.count(vote, of: era.seat.index, &core)
        case .watermark(let slot): core.noteDurableWatermark(slot)
        }
    }

    /// Hands chosen entries to the state machine, and lets reads run that waited for them.
    mutating func applyChosen(into effects: inout Effects) {
        guard core.hasMoreToApply else { return }
        core.applyChosen(into: &effects)
        if !core.isHalted { era.reads.release(through: core.applied, into: &effects) }
    }
}

extension Accepted {
    /// Both runs as one, if the other follows this one in the same ballot.
    fileprivate func joined(with other: Accepted) -> Accepted? {
        guard other.ballot == ballot, last.next == other.first else { return nil }
        return Accepted(ballot: ballot, first: first, last: other.last)
    }
}

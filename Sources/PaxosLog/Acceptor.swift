import PaxosBase

// The acceptor: promises and accepts. TLA+ actions ReceivePrepare, PersistPromise, ReceiveAccept, PersistAccept.
extension Replica {
    /// Phase 1b. The promise leaves when it is durable, and everything accepted before it is durable by then too.
    mutating func receive(
        _ prepare: Prepare, from candidate: NodeID, at now: Instant, into effects: inout Effects
    ) {
        guard prepare.ballot.node == candidate, isPlausible(prepare.ballot) else { return }
        guard prepare.ballot >= promised else {
            return send(.refused(Refused(ballot: prepare.ballot, promised: promised)), to: candidate, into: &effects)
        }
        raisePromise(to: prepare.ballot, at: now, into: &effects)
        election.grace(prepare.ballot, until: now + settings.electionTimeout)
        if has(.promiseBeforeDurable) || has(.promiseOmitsInFlight) {
            sendPromise(to: candidate, prepare, into: &effects)
        } else {
            whenDurable(.promise(to: candidate, prepare), at: now, into: &effects)
        }
    }

    /// A round that jumps absurdly far would be a defect, and following it would use up the rounds.
    func isPlausible(_ ballot: Ballot) -> Bool {
        ballot.configuration == configuration.number
            && ballot.round <= promised.round.addingReportingOverflow(settings.maximumRoundJump).partialValue
    }

    /// From here on no lower ballot is voted in. The record is one of its own, also when an `Accept` raises the promise
    /// (rule 12).
    mutating func raisePromise(to ballot: Ballot, at now: Instant, into effects: inout Effects) {
        guard ballot > promised else { return }
        promised = ballot
        record(.promised(ballot), into: &effects)
        if case .follower = role { return }
        becomeFollower(at: now, into: &effects)
    }

    /// Reports every acceptance above both watermarks, cut into messages. Writes in flight when the promise was asked
    /// for are durable by now, because writes become durable in order (rule 2).
    mutating func sendPromise(to candidate: NodeID, _ prepare: Prepare, into effects: inout Effects) {
        guard prepare.ballot == promised else {
            return send(.refused(Refused(ballot: prepare.ballot, promised: promised)), to: candidate, into: &effects)
        }
        let parts = promiseParts(above: prepare.watermark)
        let answer = random.next()
        for (part, reports) in parts.enumerated() {
            let promise = Promise(
                ballot: prepare.ballot, attempt: prepare.attempt, answer: answer, watermark: log.watermark,
                part: UInt32(part),
                parts: UInt32(parts.count), reports: reports)
            send(.promise(promise), to: candidate, into: &effects)
        }
    }

    /// What a promise reports, in parts of limited size; at least one part, possibly empty.
    func promiseParts(above candidateWatermark: Slot) -> [[SlotReport]] {
        var parts: [[SlotReport]] = [[]]
        var bytes = 0
        var slot = max(log.watermark, candidateWatermark).next
        while slot <= log.highest {
            if let report = report(of: slot) {
                parts[parts.count - 1].append(report)
                bytes += log.record(at: slot).entry?.byteCount ?? 0
                if bytes >= settings.maximumBatchBytes {
                    parts.append([])
                    bytes = 0
                }
            }
            slot = slot.next
        }
        return parts
    }

    private func report(of slot: Slot) -> SlotReport? {
        let record = log.record(at: slot)
        guard let entry = record.entry else { return nil }
        if has(.promiseOmitsInFlight) && record.write > durability.durableWrite { return nil }
        return SlotReport(slot: slot, state: record.isChosen ? .chosen(entry) : .accepted(record.ballot, entry))
    }

    /// Phase 2b: accepts each slot of the run on its own; the vote leaves when it is durable.
    mutating func receive(_ accept: Accept, from leader: NodeID, at now: Instant, into effects: inout Effects) {
        guard accept.ballot.node == leader, isPlausible(accept.ballot), isPlausible(accept) else { return }
        guard accept.ballot >= promised else {
            return send(.refused(Refused(ballot: accept.ballot, promised: promised)), to: leader, into: &effects)
        }
        if has(.acceptDoesNotPromise) {
            becomeFollower(unlessLeading: accept.ballot, at: now, into: &effects)
        } else {
            raisePromise(to: accept.ballot, at: now, into: &effects)
        }
        follow(accept.ballot, at: now, into: &effects)
        // As if it had been lost: the leader asks again.
        guard hasRoomToWrite, mayHold(accept) else {
            return receive(accept.mark, from: leader, at: now, into: &effects)
        }
        var slot = accept.first
        var run: Accepted?
        for entry in accept.entries {
            if log.isChosen(slot) {
                // What is chosen never changes. The leader cannot know yet, or it would not ask.
                send(run, to: leader, at: now, into: &effects)
                run = nil
                serveChosen(slot, to: leader, into: &effects)
            } else {
                vote(for: entry, at: slot, in: accept.ballot, into: &effects)
                run = Accepted(ballot: accept.ballot, first: run?.first ?? slot, last: slot)
            }
            slot = slot.next
        }
        send(run, to: leader, at: now, into: &effects)
        _ = log.advanceWatermark()
        receive(accept.mark, from: leader, at: now, into: &effects)
    }

    /// Behind a gap entries pile up in memory, since nothing is applied until it is filled: not without bound.
    private func mayHold(_ accept: Accept) -> Bool {
        let next = log.watermark.next
        return hasRoomInMemory || accept.first <= next || log.record(at: next).entry != nil
    }

    var hasRoomInMemory: Bool { log.residentBytes < settings.maximumResidentBytes + settings.maximumOpenBytes }

    /// A disk that is full or far behind takes no more entries, or memory would hold them all.
    var hasRoomToWrite: Bool { !isJournalFull && durability.unsyncedBytes < settings.maximumUnsyncedBytes }

    /// A run far beyond what is known here comes from a defect, and room for it could not be had.
    private func isPlausible(_ accept: Accept) -> Bool {
        accept.first > .zero && accept.first.distance(from: log.watermark) <= 1 << 24
    }

    private mutating func vote(for entry: Entry, at slot: Slot, in ballot: Ballot, into effects: inout Effects) {
        // One ballot holds one value per slot, so a repeated request needs no second write.
        guard log.record(at: slot).ballot != ballot else { return }
        record(.accepted(slot, ballot, entry), into: &effects)
        log.accept(entry, at: slot, in: ballot, write: durability.lastWrite)
        if let mark = repair.mark, slot <= mark.watermark, isCovered(ballot, by: mark) { log.markChosen(slot) }
    }

    private mutating func send(_ run: Accepted?, to leader: NodeID, at now: Instant, into effects: inout Effects) {
        guard let run else { return }
        if has(.acceptBeforeDurable) {
            send(.accepted(run), to: leader, into: &effects)
        } else {
            whenDurable(.accepted(to: leader, run), at: now, into: &effects)
        }
    }

    private mutating func becomeFollower(unlessLeading ballot: Ballot, at now: Instant, into effects: inout Effects) {
        switch role {
        case .follower: return
        case .candidate(let candidate) where candidate.ballot > ballot: return
        case .leader(let leader) where leader.ballot > ballot: return
        case .candidate, .leader: becomeFollower(at: now, into: &effects)
        }
    }
}

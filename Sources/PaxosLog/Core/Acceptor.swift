import PaxosBase

/// What an acceptor makes of a request in a ballot. It never changes the role by itself: a promise that rises deposes
/// whoever leads or stands here in a lower ballot, which is for ``Replica`` to see to.
enum Judgement: Hashable, Sendable {
    /// Implausible, or below the promise.
    case refused
    /// The ballot was promised before.
    case stands
    /// The promise rose to the ballot.
    case raised
}

/// A promise that was told, and until when it may be under way.
struct ToldPromise: Hashable, Sendable {
    let ballot: Ballot
    let underWayUntil: Instant
}

// The acceptor: promises and accepts.
extension Core {
    /// Phase 1b. The promise leaves when it is durable, and everything accepted before it is durable by then too.
    mutating func receive(
        _ prepare: Prepare, from candidate: NodeID, at now: Instant, seat: Seat, into effects: inout Effects
    ) -> Judgement {
        guard prepare.ballot.node == candidate, isPlausible(prepare.ballot, in: seat.configuration) else {
            return .refused
        }
        guard prepare.ballot >= promised else {
            refuse(prepare.ballot, of: candidate, seat: seat, into: &effects)
            return .refused
        }
        let judgement = raisePromise(to: prepare.ballot, into: &effects)
        if has(.promiseOmitsInFlight) { durableWhenAsked = durability.durableWrite }
        if isAllDurable || has(.promiseBeforeDurable) {
            sendPromise(to: candidate, prepare, at: now, seat: seat, into: &effects)
        } else {
            putOff(.promise(to: candidate, prepare), at: now)
        }
        return judgement
    }

    /// A round that jumps absurdly far would be a defect, and following it would use up the rounds.
    func isPlausible(_ ballot: Ballot, in configuration: Configuration) -> Bool {
        ballot.configuration == configuration.number
            && (ballot.round <= promised.round || ballot.round - promised.round <= settings.maximumRoundJump)
    }

    private mutating func raisePromise(to ballot: Ballot, into effects: inout Effects) -> Judgement {
        guard ballot > promised else { return .stands }
        promise(ballot, into: &effects)
        return .raised
    }

    /// From here on no lower ballot is voted in. The record is one of its own, also when an `Accept` raises the promise
    /// (rule 12).
    mutating func promise(_ ballot: Ballot, into effects: inout Effects) {
        promised = ballot
        record(.promised(ballot), into: &effects)
    }

    private func refuse(_ ballot: Ballot, of proposer: NodeID, seat: Seat, into effects: inout Effects) {
        seat.send(.refused(Refused(ballot: ballot, promised: promised)), to: proposer, into: &effects)
    }

    /// Reports every acceptance above both watermarks, cut into messages. Writes in flight when the promise was asked
    /// for are durable by now, because writes become durable in order (rule 2).
    ///
    /// A promise of many megabytes that is still under way is not told again because it was asked for again: that would
    /// make it later still.
    mutating func sendPromise(
        to candidate: NodeID, _ prepare: Prepare, at now: Instant, seat: Seat, into effects: inout Effects
    ) {
        guard prepare.ballot == promised else {
            return refuse(prepare.ballot, of: candidate, seat: seat, into: &effects)
        }
        if let toldPromise, toldPromise.ballot == prepare.ballot, now < toldPromise.underWayUntil { return }
        let parts = promiseParts(above: prepare.watermark, through: durableWhenAsked)
        let bytes = parts.joined().reduce(0) { $0 + $1.byteCount }
        toldPromise = ToldPromise(ballot: prepare.ballot, underWayUntil: now + settings.slowTransfer(of: bytes))
        let answer = random.next()
        for (part, reports) in parts.enumerated() {
            let promise = Promise(
                ballot: prepare.ballot, attempt: prepare.attempt, answer: answer, watermark: log.watermark,
                part: UInt32(part), parts: UInt32(parts.count), reports: reports)
            seat.send(.promise(promise), to: candidate, into: &effects)
        }
    }

    /// What a promise reports, in parts of limited size; at least one part, possibly empty.
    /// - Parameter lastWrite: What later writes hold is left out; nil unless a rule is left out.
    func promiseParts(above candidateWatermark: Slot, through lastWrite: WriteID? = nil) -> [[SlotReport]] {
        var parts: [[SlotReport]] = [[]]
        var bytes = 0
        var slot = max(log.watermark, candidateWatermark).next
        while slot <= log.highest {
            if let report = report(of: slot, through: lastWrite) {
                if bytes > 0, bytes + report.byteCount > settings.maximumBatchBytes {
                    parts.append([])
                    bytes = 0
                }
                parts[parts.count - 1].append(report)
                bytes += report.byteCount
            }
            slot = slot.next
        }
        return parts
    }

    private func report(of slot: Slot, through lastWrite: WriteID?) -> SlotReport? {
        let record = log.record(at: slot)
        guard let entry = record.entry else { return nil }
        if let lastWrite, record.write > lastWrite { return nil }
        return SlotReport(slot: slot, state: record.isChosen ? .chosen(entry) : .accepted(record.ballot, entry))
    }

    /// Whether this acceptor takes part in the ballot of `accept`; ``vote(for:from:at:seat:into:)`` comes after.
    mutating func judge(_ accept: Accept, from leader: NodeID, seat: Seat, into effects: inout Effects) -> Judgement {
        guard accept.ballot.node == leader, isPlausible(accept.ballot, in: seat.configuration) else { return .refused }
        guard accept.ballot >= promised else {
            refuse(accept.ballot, of: leader, seat: seat, into: &effects)
            return .refused
        }
        return has(.acceptDoesNotPromise) ? .stands : raisePromise(to: accept.ballot, into: &effects)
    }

    /// Phase 2b: accepts each slot of the run on its own; the vote leaves when it is durable.
    mutating func vote(
        for accept: Accept, from leader: NodeID, at now: Instant, seat: Seat, into effects: inout Effects
    ) {
        // As if it had been lost: the leader asks again.
        guard hasRoomToWrite, isWithinReach(accept.first), mayHold(accept) else { return }
        var slot = accept.first
        var run: Accepted?
        for entry in accept.entries {
            guard isWithinReach(slot) else { break }
            if log.isChosen(slot) {
                // What is chosen never changes. The leader cannot know yet, or it would not ask.
                send(run, to: leader, at: now, seat: seat, into: &effects)
                run = nil
                serveChosen(slot, to: leader, seat: seat, into: &effects)
            } else {
                self.accept(entry, at: slot, in: accept.ballot, into: &effects)
                run = Accepted(ballot: accept.ballot, first: run?.first ?? slot, last: slot)
            }
            slot = slot.next
        }
        send(run, to: leader, at: now, seat: seat, into: &effects)
        log.advanceWatermark()
    }

    /// Behind a gap entries pile up in memory, since nothing is applied until it is filled: not without bound.
    private func mayHold(_ accept: Accept) -> Bool {
        let next = log.watermark.next
        return hasRoomInMemory || accept.first <= next || log.record(at: next).entry != nil
    }

    private mutating func accept(_ entry: Entry, at slot: Slot, in ballot: Ballot, into effects: inout Effects) {
        // One ballot holds one value per slot, so a repeated request needs no second write.
        guard log.record(at: slot).ballot != ballot else { return }
        record(.accepted(slot, ballot, entry), into: &effects)
        log.accept(entry, at: slot, in: ballot, write: durability.lastWrite)
        if let mark = repair.mark, slot <= mark.watermark, isCovered(ballot, by: mark) { log.markChosen(slot) }
    }

    private mutating func send(
        _ run: Accepted?, to leader: NodeID, at now: Instant, seat: Seat, into effects: inout Effects
    ) {
        guard let run else { return }
        if isAllDurable || has(.acceptBeforeDurable) {
            seat.send(.accepted(run), to: leader, into: &effects)
        } else {
            putOff(.accepted(to: leader, run), at: now)
        }
    }
}

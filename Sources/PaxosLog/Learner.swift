import PaxosBase

/// What a replica knows of its gaps: entries that are chosen somewhere and not known here.
struct Repair: Hashable, Sendable {
    /// The highest chosen mark of the highest ballot heard.
    var mark: ChosenMark?
    /// Something up to here is chosen, on anybody's word.
    var target = Slot.zero
    /// The fetch under way.
    var asked: Asked?
    /// Counts fetches that brought nothing, to ask another peer each time.
    var attempts = 0

    struct Asked: Hashable, Sendable {
        let peer: NodeID
        let at: Instant
        let first: Slot
    }
}

// The learner: takes slots for chosen, fills its gaps from peers, hands entries to the state machine in order.
// TLA+ actions ReceiveCommit and LearnChosen.
extension Replica {
    /// A leader says up to where everything is chosen. That is believed of a slot only if it was accepted here in the
    /// mark's very ballot (rule 8). Another value may have been accepted here before; and after, since a mark also covers
    /// slots that its sender never proposed in and learned of, and those may have been chosen above its ballot.
    mutating func receive(_ mark: ChosenMark, from sender: NodeID, at now: Instant, into effects: inout Effects) {
        guard mark.ballot.node == sender, isPlausible(mark.ballot) else { return }
        if mark.ballot >= promised { follow(mark.ballot, at: now, into: &effects) }
        var slot = log.watermark.next
        if let former = repair.mark {
            guard mark.ballot >= former.ballot else { return }
            if former.ballot == mark.ballot { slot = max(slot, former.watermark.next) }
            if former.ballot < mark.ballot || former.watermark < mark.watermark { repair.mark = mark }
        } else {
            repair.mark = mark
        }
        let last = min(mark.watermark, log.highest)
        while slot <= last {
            let record = log.record(at: slot)
            if record.entry != nil && !record.isChosen && isCovered(record.ballot, by: mark) { log.markChosen(slot) }
            slot = slot.next
        }
        _ = log.advanceWatermark()
        noteChosenElsewhere(through: mark.watermark, by: sender, at: now, into: &effects)
        finishCatchingUp(at: now, into: &effects)
    }

    /// Whether a mark speaks of what was accepted in `ballot`.
    func isCovered(_ ballot: Ballot, by mark: ChosenMark) -> Bool {
        ballot == mark.ballot || (has(.watermarkWithoutBallot) && ballot > .zero)
    }

    /// Somebody knows everything up to `slot`; what is missing here is fetched.
    mutating func noteChosenElsewhere(
        through slot: Slot, by peer: NodeID, at now: Instant, into effects: inout Effects
    ) {
        repair.target = max(repair.target, slot)
        guard repair.target > log.watermark, repair.asked == nil else { return }
        fetch(from: peer, at: now, into: &effects)
    }

    private mutating func fetch(from peer: NodeID, at now: Instant, into effects: inout Effects) {
        let first = log.watermark.next
        repair.asked = .init(peer: peer, at: now, first: first)
        send(.fetch(Fetch(first: first, last: repair.target)), to: peer, into: &effects)
    }

    /// Asks another peer when a fetch was not answered.
    mutating func continueRepair(at now: Instant, into effects: inout Effects) {
        guard repair.target > log.watermark else { return repair.asked = nil }
        if let asked = repair.asked, now.since(asked.at) < settings.resendInterval { return }
        let peers = election.heard(at: now, within: settings.electionTimeout)
            .filter { $0 != index && election.peers[$0].watermark > log.watermark }
        guard !peers.isEmpty else { return repair.asked = nil }
        repair.attempts += 1
        fetch(from: configuration.members[peers[repair.attempts % peers.count]], at: now, into: &effects)
    }

    /// A peer asks for chosen entries.
    mutating func receive(_ fetch: Fetch, from peer: NodeID, into effects: inout Effects) {
        guard fetch.first > .zero, fetch.first <= fetch.last else { return }
        if fetch.first > log.trimmed && fetch.first <= log.released {
            let last = min(fetch.last, log.released)
            effects.loads.append(Load(peer: peer, first: fetch.first, last: last))
            return
        }
        var entries: [Entry] = []
        var bytes = 0
        var slot = fetch.first
        while slot > log.released, slot <= min(fetch.last, log.watermark), bytes < settings.maximumBatchBytes,
            let entry = log.record(at: slot).entry
        {
            entries.append(entry)
            bytes += entry.byteCount
            slot = slot.next
        }
        answerFetch(of: peer, first: fetch.first, entries, into: &effects)
    }

    mutating func answerFetch(of peer: NodeID, first: Slot, _ entries: [Entry], into effects: inout Effects) {
        let learned = Learned(first: first, entries: entries, watermark: log.watermark, trimmed: log.trimmed)
        send(.learned(learned), to: peer, into: &effects)
    }

    /// Tells a leader, which asked to accept in a slot that is chosen already, what was chosen.
    mutating func serveChosen(_ slot: Slot, to leader: NodeID, into effects: inout Effects) {
        if slot > log.released, let entry = log.record(at: slot).entry {
            answerFetch(of: leader, first: slot, [entry], into: &effects)
        } else if slot > log.trimmed {
            effects.loads.append(Load(peer: leader, first: slot, last: slot))
        }
    }

    /// A peer sends chosen entries.
    mutating func receive(_ learned: Learned, from peer: NodeID, at now: Instant, into effects: inout Effects) {
        guard learned.first > .zero, learned.first.distance(from: log.watermark) <= 1 << 24 else { return }
        // What fills a gap goes before what comes after it, so there is room for it when there is none for an `Accept`.
        guard !isJournalFull, durability.unsyncedBytes < 2 * settings.maximumUnsyncedBytes else { return }
        var slot = learned.first
        for entry in learned.entries {
            learn(entry, at: slot, at: now, into: &effects)
            slot = slot.next
        }
        if case .leader = role { advanceMark(into: &effects) } else { _ = log.advanceWatermark() }
        repair.target = max(repair.target, learned.watermark)
        if let asked = repair.asked, asked.peer == peer {
            repair.asked = nil
            // An empty answer means that this peer cannot help; another is asked at the next tick.
            if repair.target > log.watermark && log.watermark >= asked.first {
                fetch(from: peer, at: now, into: &effects)
            }
        }
        finishCatchingUp(at: now, into: &effects)
    }

    /// The value at `slot` is chosen, on the word of a peer that knows.
    mutating func learn(_ entry: Entry, at slot: Slot, at now: Instant, into effects: inout Effects) {
        guard !log.isChosen(slot) else { return }
        if case .leader(let leader) = role, slot >= leader.first, slot < leader.next {
            return learnOwnProposal(entry, at: slot, at: now, into: &effects)
        }
        if log.record(at: slot).entry != entry { record(.learned(slot, entry), into: &effects) }
        log.learn(entry, at: slot)
        // A slot that this leader never proposed in was chosen: there is a leader with a higher ballot.
        if isLeading && !isStubbornLeader(at: now) { becomeFollower(at: now, into: &effects) }
    }

    var hasMoreToApply: Bool { applied < log.watermark && !isHalted }

    /// Hands chosen entries to the state machine, strictly in order.
    mutating func applyChosen(at now: Instant, into effects: inout Effects) {
        guard hasMoreToApply else { return }
        var budget = settings.maximumAppliesPerStep
        while applied < log.watermark, budget > 0, !isHalted {
            budget -= 1
            let slot = applied.next
            guard let entry = log.record(at: slot).entry else {
                invariantFailure("an entry that is to be applied is in memory: \(slot), released \(log.released)")
            }
            if case .unknown(let kind, _) = entry {
                isHalted = true
                return effects.applies.append(Apply(slot: slot, action: .halt(kind: kind)))
            }
            effects.applies.append(Apply(slot: slot, action: action(for: entry, at: now, into: &effects)))
            applied = slot
        }
        releaseReads(into: &effects)
        releaseApplied()
    }

    /// What is not durable yet cannot be read back: the journal may hold an older acceptance of the slot.
    mutating func releaseApplied() {
        log.release(through: min(applied, durability.watermark), keeping: settings.maximumResidentBytes)
    }

    private mutating func action(for entry: Entry, at now: Instant, into effects: inout Effects) -> Apply.Action {
        guard case .command(let command) = entry else { return .skip }
        guard origins.admit(command.origin) || has(.forwardedAppliedTwice) else { return .skip }
        return .command(command.payload, token: settle(command.origin))
    }

    /// Records the watermark, so that a restart need not learn again what was chosen; and lets the journal drop what is
    /// in a snapshot and what no member misses.
    mutating func recordProgress(force: Bool, at now: Instant, into effects: inout Effects) {
        if recordedWatermark < log.watermark, force || !effects.records.isEmpty {
            recordedWatermark = log.watermark
            record(.chosen(through: log.watermark), into: &effects)
            whenDurable(.watermark(log.watermark), at: now, into: &effects)
        }
        guard force else { return }
        let spared = configuration.members.indices.map {
            $0 == index ? durability.watermark : election.peers[$0].watermark
        }
        let through = min(snapshot, spared.min() ?? .zero)
        guard through > log.trimmed else { return }
        log.release(through: through, keeping: 0)
        log.trim(through: min(through, log.released))
        record(.trimmed(through: log.trimmed), into: &effects)
        effects.trim = log.trimmed
    }
}

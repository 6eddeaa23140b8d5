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

// Gaps are filled from peers.
extension Core {
    /// Somebody knows everything up to `slot`; what is missing here is fetched.
    mutating func noteChosenElsewhere(
        through slot: Slot, by peer: NodeID, at now: Instant, seat: Seat, into effects: inout Effects
    ) {
        repair.target = max(repair.target, slot)
        guard repair.target > log.watermark, repair.asked == nil else { return }
        fetch(from: peer, at: now, seat: seat, into: &effects)
    }

    private mutating func fetch(from peer: NodeID, at now: Instant, seat: Seat, into effects: inout Effects) {
        let first = log.watermark.next
        repair.asked = .init(peer: peer, at: now, first: first)
        seat.send(.fetch(Fetch(first: first, last: repair.target)), to: peer, into: &effects)
    }

    /// A peer reports its watermark.
    mutating func heard(watermark: Slot, election: Election, at now: Instant, into effects: inout Effects) {
        // What the leader sent lately may still be on its way; only what has been missing for a while is fetched.
        if repair.target > log.watermark { continueRepair(asking: election, at: now, into: &effects) }
        repair.target = max(repair.target, watermark)
    }

    /// Asks another peer when a fetch was not answered.
    mutating func continueRepair(asking election: Election, at now: Instant, into effects: inout Effects) {
        guard repair.target > log.watermark else { return repair.asked = nil }
        let wait = election.patience.stretched(settings.resendInterval)
        if let asked = repair.asked, now.since(asked.at) < wait { return }
        let peers = election.heard(at: now).filter { election.peers[$0].durableWatermark > log.watermark }
        guard !peers.isEmpty else { return repair.asked = nil }
        repair.attempts += 1
        let peer = election.seat.configuration.members[peers[repair.attempts % peers.count]]
        fetch(from: peer, at: now, seat: election.seat, into: &effects)
    }

    /// A peer asks for chosen entries.
    mutating func receive(_ fetch: Fetch, from peer: NodeID, seat: Seat, into effects: inout Effects) {
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
        answerFetch(of: peer, first: fetch.first, entries, seat: seat, into: &effects)
    }

    func answerFetch(of peer: NodeID, first: Slot, _ entries: [Entry], seat: Seat, into effects: inout Effects) {
        let learned = Learned(first: first, entries: entries, watermark: log.watermark, trimmed: log.trimmed)
        seat.send(.learned(learned), to: peer, into: &effects)
    }

    /// Tells a leader, which asked to accept in a slot that is chosen already, what was chosen.
    func serveChosen(_ slot: Slot, to leader: NodeID, seat: Seat, into effects: inout Effects) {
        if slot > log.released, let entry = log.record(at: slot).entry {
            answerFetch(of: leader, first: slot, [entry], seat: seat, into: &effects)
        } else if slot > log.trimmed {
            effects.loads.append(Load(peer: leader, first: slot, last: slot))
        }
    }

    /// Whether chosen entries can be taken in. What fills a gap goes before what comes after it, so there is room for it
    /// when there is none for an `Accept`.
    func mayLearn(_ learned: Learned) -> Bool {
        isWithinReach(learned.first) && !isJournalFull
            && durability.unsyncedBytes < 2 * settings.maximumUnsyncedBytes
    }

    /// The entries of `learned` were taken in: asks the same peer for more if it knows more.
    mutating func noteLearned(
        _ learned: Learned, from peer: NodeID, at now: Instant, seat: Seat, into effects: inout Effects
    ) {
        repair.target = max(repair.target, learned.watermark)
        guard let asked = repair.asked, asked.peer == peer else { return }
        repair.asked = nil
        // An empty answer means that this peer cannot help; another is asked at the next tick.
        guard repair.target > log.watermark, log.watermark >= asked.first else { return }
        fetch(from: peer, at: now, seat: seat, into: &effects)
    }
}

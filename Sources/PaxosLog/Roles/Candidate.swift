import PaxosBase

/// A node that runs phase 1: it collects promises, and adopts for each slot the value of the highest ballot.
struct Candidate: Hashable, Sendable {
    let seat: Seat
    let ballot: Ballot
    let since: Instant
    /// The watermark that `Prepare` carried.
    let watermark: Slot
    /// Counts the askings.
    private var attempt: UInt32 = 0
    private var lastAsked: Instant
    /// When something came last that had not come before.
    private var answeredAt: Instant
    /// By position of the acceptor.
    private var answers: [Answer]
    /// What to propose, by slot: the value of the highest ballot reported.
    private(set) var adopted: [Slot: Adopted] = [:]
    /// Who reported a slot as faulty: it may have accepted a value there that it cannot read any more.
    private var faulty: [Slot: MemberSet] = [:]
    /// The highest slot that anyone reported.
    private(set) var highest: Slot
    /// A quorum has promised; what lies up to here is chosen and must be fetched first (rule 6).
    private var catchUpTarget: Slot?

    private struct Answer: Hashable, Sendable {
        var attempt: UInt32 = 0
        /// Which answer to the attempt the parts belong to.
        var answer: UInt64 = 0
        var parts: Set<UInt32> = []
        /// How many parts of an answer have come at most.
        var most = 0
        var isComplete = false
        var watermark = Slot.zero
    }

    struct Adopted: Hashable, Sendable {
        var ballot: Ballot
        var entry: Entry
        /// Who reported a value for this slot.
        var reporters: MemberSet
        /// Who reported this very value, in whatever ballot. That is not a vote (rule 7).
        var holders: MemberSet
    }

    /// How far a candidate has come.
    enum Verdict: Hashable, Sendable {
        /// For promises, for chosen entries that it must have first, or for what somebody reported as faulty.
        case waits
        /// Phase 1 is complete.
        case leads
    }

    init(_ ballot: Ballot, at now: Instant, seat: Seat, _ core: Core) {
        self.seat = seat
        self.ballot = ballot
        since = now
        watermark = core.log.watermark
        lastAsked = now
        answeredAt = now
        answers = Array(repeating: .init(), count: seat.configuration.members.count)
        highest = core.log.highest
    }

    var promisers: Int { answers.count { $0.isComplete } }

    /// A candidate is content while it gets on, and gives others the chance then. A part that comes once more is nothing
    /// new: it may be all that a connection lets through.
    func isHappy(at now: Instant, limit: TimeSpan) -> Bool { now.since(answeredAt) < limit }

    /// Whether its ballot is as good as a new one: it asked, a quorum has not answered and nobody answers any more, and
    /// nobody is known to have promised more. It goes on asking. Were it to stand again, it might do so for ever before
    /// those that are heard.
    func isLeftAlone(at now: Instant, limit: TimeSpan) -> Bool {
        attempt > 0 && promisers < seat.configuration.prepareQuorum && !isHappy(at: now, limit: limit)
    }

    /// The own promise is durable: what was accepted here counts, and the others are asked (rule 4).
    mutating func begin(at now: Instant, _ core: inout Core, into effects: inout Effects) -> Verdict {
        for report in core.promiseParts(above: watermark).joined() {
            if case .accepted(let ballot, let entry) = report.state {
                adopt(entry, ballot, at: report.slot, from: seat.index, core)
            }
        }
        answers[seat.index].isComplete = true
        answers[seat.index].watermark = core.log.watermark
        ask(at: now, into: &effects)
        return conclude(at: now, &core, into: &effects)
    }

    /// Asks those that have not answered yet.
    private mutating func ask(at now: Instant, into effects: inout Effects) {
        attempt += 1
        lastAsked = now
        let prepare = Prepare(ballot: ballot, watermark: watermark, attempt: attempt)
        for peer in seat.others where !answers[peer].isComplete {
            seat.send(.prepare(prepare), to: seat.configuration.members[peer], into: &effects)
        }
    }

    /// Sends `Prepare` again.
    mutating func resend(at now: Instant, limit: TimeSpan, into effects: inout Effects) {
        guard now.since(lastAsked) >= limit, attempt > 0, catchUpTarget == nil else { return }
        ask(at: now, into: &effects)
    }

    mutating func receive(
        _ promise: Promise, from peer: Int, at now: Instant, _ core: inout Core, into effects: inout Effects
    ) -> Verdict {
        guard promise.ballot == ballot, promise.attempt <= attempt, promise.part < promise.parts,
            !answers[peer].isComplete, catchUpTarget == nil, isPlausible(promise, core)
        else { return .waits }
        if answers[peer].attempt != promise.attempt || answers[peer].answer != promise.answer {
            answers[peer] = Answer(attempt: promise.attempt, answer: promise.answer, most: answers[peer].most)
        }
        for report in promise.reports where report.slot > watermark {
            take(report, from: peer, &core, into: &effects)
        }
        answers[peer].parts.insert(promise.part)
        if answers[peer].parts.count > answers[peer].most {
            answers[peer].most = answers[peer].parts.count
            answeredAt = now
        }
        answers[peer].watermark = max(answers[peer].watermark, promise.watermark)
        answers[peer].isComplete = answers[peer].parts.count == Int(promise.parts)
        return conclude(at: now, &core, into: &effects)
    }

    /// An acceptor holds nothing that lay out of reach when it accepted or learned it, and its watermark has not gone back since.
    /// A report of what lies far beyond comes from a defect, and proposing in all slots up to there would take for ever.
    private func isPlausible(_ promise: Promise, _ core: Core) -> Bool {
        let known = max(promise.watermark, core.log.highest)
        return promise.reports.allSatisfy {
            $0.slot <= known || $0.slot.rawValue - known.rawValue <= 2 * UInt64(core.settings.maximumReach)
        }
    }

    private mutating func take(
        _ report: SlotReport, from peer: Int, _ core: inout Core, into effects: inout Effects
    ) {
        highest = max(highest, report.slot)
        switch report.state {
        case .accepted(let ballot, let entry): adopt(entry, ballot, at: report.slot, from: peer, core)
        case .chosen(let entry):
            guard !core.log.isChosen(report.slot) else { return }
            // Out of reach it is not learned, but no lower ballot can hold anything better.
            guard core.isWithinReach(report.slot) else {
                return adopt(entry, ballot, at: report.slot, from: peer, core)
            }
            core.learn(entry, at: report.slot, into: &effects)
        case .faulty: if !core.has(.faultyTakenForNeverHad) { faulty[report.slot, default: MemberSet()].insert(peer) }
        }
    }

    /// Takes a reported value if its ballot is the highest so far (rule 5).
    private mutating func adopt(_ entry: Entry, _ ballot: Ballot, at slot: Slot, from peer: Int, _ core: Core) {
        highest = max(highest, slot)
        guard var former = adopted[slot] else {
            var reporters = MemberSet()
            reporters.insert(peer)
            adopted[slot] = Adopted(ballot: ballot, entry: entry, reporters: reporters, holders: reporters)
            return
        }
        former.reporters.insert(peer)
        let isPreferred = core.has(.lowestBallotAdopted) ? ballot < former.ballot : ballot > former.ballot
        if entry == former.entry {
            former.holders.insert(peer)
        } else if isPreferred {
            former.holders = MemberSet()
            former.holders.insert(peer)
        }
        if isPreferred {
            former.ballot = ballot
            former.entry = entry
        }
        adopted[slot] = former
    }

    /// With a quorum of promises: fetches what the quorum knows to be chosen, then leads.
    private mutating func conclude(at now: Instant, _ core: inout Core, into effects: inout Effects) -> Verdict {
        let needed = core.has(.quorumOfOne) ? 1 : seat.configuration.prepareQuorum
        guard promisers >= needed, answers[seat.index].isComplete else { return .waits }
        core.log.advanceWatermark()
        let known = answers.filter(\.isComplete).map(\.watermark).max() ?? .zero
        guard faulty.keys.allSatisfy({ isSettled($0, known: known, core) }) else { return .waits }
        catchUpTarget = known
        guard core.log.watermark < known, !core.has(.proposesBelowWatermark) else { return .leads }
        if let peer = answers.firstIndex(where: { $0.isComplete && $0.watermark >= known }), peer != seat.index {
            core.repair.asked = nil
            let member = seat.configuration.members[peer]
            core.noteChosenElsewhere(through: known, by: member, at: now, seat: seat, into: &effects)
        }
        return .waits
    }

    /// Whether it is known what to do about a slot that somebody reported as faulty (rules 11 and 31): its value is known
    /// to be chosen, or a quorum of intact answers exists and a value among them. Where the intact answers hold none, a
    /// no-op might replace what the faulty acceptor helped to choose, if it noticed the fault late; so the slot waits.
    private func isSettled(_ slot: Slot, known: Slot, _ core: Core) -> Bool {
        if slot <= known || core.log.isChosen(slot) { return true }
        let reporters = faulty[slot] ?? MemberSet()
        let intact = answers.indices.count { answers[$0].isComplete && !reporters.contains($0) }
        return intact >= seat.configuration.prepareQuorum && adopted[slot] != nil
    }

    /// A candidate that waited for chosen entries may have them all now.
    func hasCaughtUp(_ core: Core) -> Bool {
        guard let catchUpTarget else { return false }
        return core.log.watermark >= catchUpTarget
    }
}

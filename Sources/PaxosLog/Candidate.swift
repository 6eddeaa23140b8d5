import PaxosBase

/// A node that runs phase 1: it collects promises, and adopts for each slot the value of the highest ballot.
struct Candidate: Hashable, Sendable {
    let ballot: Ballot
    let since: Instant
    /// The watermark that `Prepare` carried.
    let watermark: Slot
    /// Counts the askings.
    var attempt: UInt32 = 0
    var lastAsked: Instant
    /// By position of the acceptor.
    var answers: [Answer]
    /// What to propose, by slot: the value of the highest ballot reported.
    var adopted: [Slot: Adopted] = [:]
    /// The highest slot that anyone reported.
    var highest: Slot
    /// A quorum has promised; what lies up to here is chosen and must be fetched first (rule 6).
    var catchUpTarget: Slot?

    struct Answer: Hashable, Sendable {
        var attempt: UInt32 = 0
        /// Which answer to the attempt the parts belong to.
        var answer: UInt64 = 0
        var parts: Set<UInt32> = []
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

    var promisers: Int { answers.count { $0.isComplete } }

    mutating func adopt(_ entry: Entry, _ ballot: Ballot, at slot: Slot, from peer: Int, preferLowest: Bool) {
        highest = max(highest, slot)
        guard var former = adopted[slot] else {
            var reporters = MemberSet()
            reporters.insert(peer)
            adopted[slot] = Adopted(ballot: ballot, entry: entry, reporters: reporters, holders: reporters)
            return
        }
        former.reporters.insert(peer)
        let isPreferred = preferLowest ? ballot < former.ballot : ballot > former.ballot
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
}

// Phase 1. TLA+ actions StartElection and ReceivePromises.
extension Replica {
    /// Stands with a ballot that no incarnation of any node ever used. `Prepare` leaves when the own promise is durable
    /// (rule 4).
    mutating func stand(at now: Instant, into effects: inout Effects) {
        guard !isJournalFull, !isHalted else { return }
        election.standAt = nil
        var round = max(promised.round, election.highestRound) + 1
        if has(.ballotReusedAfterRestart), promised.node == node, case .follower = role { round = promised.round }
        let ballot = Ballot(configuration: configuration.number, round: round, node: node)
        promised = ballot
        record(.promised(ballot), into: &effects)
        setLeader(.zero, at: now, into: &effects)
        election.highestRound = round
        role = .candidate(
            Candidate(
                ballot: ballot, since: now, watermark: log.watermark, lastAsked: now,
                answers: Array(repeating: .init(), count: configuration.members.count), highest: log.highest))
        whenDurable(.prepare(ballot), at: now, into: &effects)
    }

    mutating func sendPrepare(_ ballot: Ballot, at now: Instant, into effects: inout Effects) {
        guard case .candidate(var candidate) = role, candidate.ballot == ballot else { return }
        role = .follower
        for (slot, report) in promiseParts(above: candidate.watermark).joined().map({ ($0.slot, $0.state) }) {
            if case .accepted(let ballot, let entry) = report {
                candidate.adopt(entry, ballot, at: slot, from: index, preferLowest: has(.lowestBallotAdopted))
            }
        }
        candidate.answers[index].isComplete = true
        candidate.answers[index].watermark = log.watermark
        role = .candidate(candidate)
        askAcceptors(at: now, into: &effects)
        lead(at: now, into: &effects)
    }

    /// Asks those that have not answered yet.
    private mutating func askAcceptors(at now: Instant, into effects: inout Effects) {
        guard case .candidate(var candidate) = role else { return }
        candidate.attempt += 1
        candidate.lastAsked = now
        role = .candidate(candidate)
        let prepare = Prepare(ballot: candidate.ballot, watermark: candidate.watermark, attempt: candidate.attempt)
        for (peer, member) in configuration.members.enumerated()
        where peer != index && !candidate.answers[peer].isComplete {
            send(.prepare(prepare), to: member, into: &effects)
        }
    }

    mutating func receive(_ promise: Promise, from peer: Int, at now: Instant, into effects: inout Effects) {
        guard case .candidate(var candidate) = role, promise.ballot == candidate.ballot,
            promise.attempt <= candidate.attempt, promise.part < promise.parts, !candidate.answers[peer].isComplete,
            candidate.catchUpTarget == nil
        else { return }
        role = .follower
        if candidate.answers[peer].attempt != promise.attempt || candidate.answers[peer].answer != promise.answer {
            candidate.answers[peer] = .init(attempt: promise.attempt, answer: promise.answer)
        }
        for report in promise.reports where report.slot > candidate.watermark {
            switch report.state {
            case .accepted(let ballot, let entry):
                candidate.adopt(
                    entry, ballot, at: report.slot, from: peer, preferLowest: has(.lowestBallotAdopted))
            case .chosen(let entry):
                candidate.highest = max(candidate.highest, report.slot)
                learn(entry, at: report.slot, at: now, into: &effects)
            case .faulty: candidate.highest = max(candidate.highest, report.slot)
            }
        }
        candidate.answers[peer].parts.insert(promise.part)
        candidate.answers[peer].watermark = max(candidate.answers[peer].watermark, promise.watermark)
        if candidate.answers[peer].parts.count == Int(promise.parts) {
            candidate.answers[peer].isComplete = true
        }
        role = .candidate(candidate)
        lead(at: now, into: &effects)
    }

    /// With a quorum of promises: fetches what the quorum knows to be chosen, then leads.
    mutating func lead(at now: Instant, into effects: inout Effects) {
        guard case .candidate(var candidate) = role else { return }
        let needed = has(.quorumOfOne) ? 1 : configuration.prepareQuorum
        guard candidate.promisers >= needed, candidate.answers[index].isComplete else { return }
        _ = log.advanceWatermark()
        let known = candidate.answers.filter(\.isComplete).map(\.watermark).max() ?? .zero
        candidate.catchUpTarget = known
        role = .candidate(candidate)
        if log.watermark < known && !has(.proposesBelowWatermark) {
            let peer = candidate.answers.indices.first {
                candidate.answers[$0].isComplete && candidate.answers[$0].watermark >= known
            }
            guard let peer, peer != index else { return }
            repair.asked = nil
            noteChosenElsewhere(through: known, by: configuration.members[peer], at: now, into: &effects)
        } else {
            becomeLeader(candidate, at: now, into: &effects)
        }
    }

    /// A candidate that waited for chosen entries may have them all now.
    mutating func finishCatchingUp(at now: Instant, into effects: inout Effects) {
        guard case .candidate(let candidate) = role, let target = candidate.catchUpTarget, log.watermark >= target
        else { return }
        becomeLeader(candidate, at: now, into: &effects)
    }

    /// Sends `Prepare` again, or stands again when it took too long.
    mutating func resendPrepare(at now: Instant, into effects: inout Effects) {
        guard case .candidate(let candidate) = role, now.since(candidate.lastAsked) >= settings.resendInterval else {
            return
        }
        if candidate.attempt > 0 && candidate.catchUpTarget == nil { askAcceptors(at: now, into: &effects) }
    }
}

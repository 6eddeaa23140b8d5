import PaxosBase

/// What a node knows while it leads, and what it does: phase 2, pipelined and batched.
struct Leader: Hashable, Sendable {
    let seat: Seat
    let ballot: Ballot
    let since: Instant
    /// The highest slot that phase 1 saw, in any state.
    let phaseOneHighest: Slot
    /// Stamps what is proposed anew.
    private(set) var clock: LogClock
    /// The time of the log with all that this leader proposed.
    private var timeline: LogTimeline
    /// The open slots.
    private(set) var votes: Votes
    /// Everything up to here is chosen and covered by this leader's mark (rule 9).
    private(set) var mark: Slot
    /// The mark that the others were told last.
    private var toldMark: Slot
    /// The run that is gathered for the next `Accept`.
    private var gathered: [Entry] = []
    private var gatheredBytes = 0
    /// Commands that wait for room among the open slots.
    private var backlog = RingBuffer<Command>()
    private var backlogBytes = 0
    /// Up to where each origin's commands were taken in, so that a repeated `Forward` is not proposed again.
    private var taken: OriginTable
    var lastResend: Instant
    /// The slots below were open already at the last look for missing votes.
    var resendsBelow = Slot.zero
    private(set) var isHandingOver = false
    /// Something was chosen since the last look at the clock.
    var hasProgressed = false
    /// Since when proposals are open and nothing was chosen.
    var waitingSince: Instant?
    /// When a quorum last answered other than by heartbeats, and when it was last asked to only for the sake of that.
    var answeredAt: Instant
    var checkedAt: Instant
    /// Some slot was counted in this ballot.
    private(set) var hasChosenOwn = false

    /// What became of a leader.
    enum Verdict: Hashable, Sendable {
        case leads
        /// A higher ballot chose something else: whoever leads now, it is not this node.
        case isDeposed
    }

    /// Phase 1 is complete: the leader proposes again, in its ballot, what the candidate found, and no-ops where it found
    /// nothing.
    /// - Parameter candidate: A quorum promised it, and it knows all that is chosen below their watermarks.
    init(
        succeeding candidate: Candidate, at now: Instant, _ core: inout Core, into effects: inout Effects
    ) {
        let base = core.has(.proposesBelowWatermark) ? min(core.log.watermark, candidate.watermark) : core.log.watermark
        seat = candidate.seat
        ballot = candidate.ballot
        since = now
        phaseOneHighest = max(candidate.highest, base)
        timeline = core.timeline
        var slot = core.applied.next
        while slot <= base {
            if let entry = core.log.record(at: slot).entry { timeline.pass(entry) }
            slot = slot.next
        }
        clock = LogClock(startingAt: timeline.time, at: now)
        votes = Votes(at: base.next)
        mark = base
        toldMark = base
        taken = core.origins
        lastResend = now
        answeredAt = now
        checkedAt = now
        proposeAgain(all: candidate, at: now, &core, into: &effects)
    }

    private mutating func proposeAgain(
        all candidate: Candidate, at now: Instant, _ core: inout Core, into effects: inout Effects
    ) {
        let first = votes.first
        while votes.next <= phaseOneHighest {
            if core.log.isChosen(votes.next) {
                flush(into: &effects)
                if let entry = core.log.record(at: votes.next).entry { timeline.pass(entry) }
                votes.open(isChosen: true)
            } else {
                proposeAgain(candidate, &core, into: &effects)
            }
        }
        flush(into: &effects)
        let base = core.has(.logTimeFromOwnClock) ? LogTime(nanoseconds: now.nanoseconds) : timeline.time
        clock = LogClock(startingAt: base, at: now)
        voteForOwn(from: first, at: now, &core, into: &effects)
        seat.broadcast(.chosen(ChosenMark(ballot: ballot, watermark: mark)), into: &effects)
        advanceMark(&core)
    }

    private mutating func proposeAgain(_ candidate: Candidate, _ core: inout Core, into effects: inout Effects) {
        let adopted = candidate.adopted[votes.next]
        var entry = Entry.noOp
        if let adopted, !(core.has(.noOpOverAcceptedValue) && adopted.reporters.count < candidate.promisers) {
            entry = adopted.entry
        }
        if case .command(let command) = entry { _ = taken.admit(command.origin) }
        let voters = core.has(.votesCountedAcrossBallots) ? adopted?.holders : nil
        propose(entry, votedBy: voters ?? MemberSet(), &core, into: &effects)
    }

    /// Accepts the entry here, as one acceptor among others, and gathers it for the others.
    private mutating func propose(
        _ entry: Entry, votedBy voters: MemberSet = MemberSet(), _ core: inout Core, into effects: inout Effects
    ) {
        let slot = votes.next
        if !core.log.isChosen(slot) {
            core.record(.accepted(slot, ballot, entry), into: &effects)
            core.log.accept(entry, at: slot, in: ballot, write: core.durability.lastWrite)
        }
        votes.open(voters: voters)
        timeline.pass(entry)
        gathered.append(entry)
        gatheredBytes += entry.byteCount
        if gatheredBytes >= core.settings.maximumBatchBytes { flush(into: &effects) }
    }

    /// The leader counts itself when its own write is durable, and no sooner (rule 1).
    private mutating func voteForOwn(
        from first: Slot, at now: Instant, _ core: inout Core, into effects: inout Effects
    ) {
        guard first < votes.next else { return }
        let vote = Accepted(ballot: ballot, first: first, last: votes.next.previous)
        if core.isAllDurable || core.has(.leaderVoteBeforeDurable) {
            count(vote, of: seat.index, &core)
        } else {
            core.putOff(.ownVote(vote), at: now)
        }
    }

    private mutating func flush(into effects: inout Effects) {
        guard !gathered.isEmpty else { return }
        let first = votes.next.advanced(by: -gathered.count)
        let mark = ChosenMark(ballot: ballot, watermark: mark)
        toldMark = mark.watermark
        let accept = Accept(ballot: ballot, first: first, entries: gathered, mark: mark)
        seat.broadcast(.accept(accept), into: &effects)
        gathered = []
        gatheredBytes = 0
    }

    /// How many more commands may wait for an open slot.
    func room(_ settings: Replica.Settings) -> Int {
        backlogBytes < settings.maximumPendingBytes ? max(0, settings.maximumPending - backlog.count) : 0
    }

    /// Takes commands in, as many as there is room for. What finds no room is as good as lost, and comes again.
    mutating func take(_ commands: some Sequence<Command>, _ core: inout Core) {
        guard backlogBytes < core.settings.maximumPendingBytes else { return }
        for command in commands {
            guard backlog.count < core.settings.maximumPending else { break }
            guard taken.admit(command.origin) || core.has(.forwardedAppliedTwice) else { continue }
            backlog.append(command)
            backlogBytes += command.payload.count
        }
    }

    /// Proposes what waits and tells the others, once per batch of input.
    mutating func proposeWaiting(at now: Instant, _ core: inout Core, into effects: inout Effects) {
        let first = votes.next
        let stamp = clock.reading(at: now)
        while !isHandingOver, core.hasRoomToWrite, votes.count < core.settings.maximumInFlight,
            core.hasRoomInMemory, let command = backlog.popFirst()
        {
            backlogBytes -= command.payload.count
            let stamped = Command(
                origin: command.origin, stamp: stamp, lineage: timeline.lineage, payload: command.payload)
            propose(.command(stamped), &core, into: &effects)
        }
        flush(into: &effects)
        if toldMark < mark {
            toldMark = mark
            seat.broadcast(.chosen(ChosenMark(ballot: ballot, watermark: mark)), into: &effects)
        }
        voteForOwn(from: first, at: now, &core, into: &effects)
        watchProgress(at: now)
    }

    /// Counts a durable acceptance.
    mutating func count(_ accepted: Accepted, of voter: Int, _ core: inout Core) {
        guard accepted.ballot == ballot else { return }
        var hasChosen = false
        let needed = core.has(.quorumOfOne) ? 1 : seat.configuration.acceptQuorum
        votes.count(accepted, of: voter, needed: needed) { slot in
            hasChosen = true
            if !core.log.isChosen(slot) { core.log.markChosen(slot) }
        }
        if hasChosen {
            hasChosenOwn = true
            hasProgressed = true
        }
        advanceMark(&core)
    }

    /// Moves the watermark and the mark that others may trust. The mark covers a slot only if its votes were counted in
    /// this ballot, or this leader never proposed there (rule 9).
    mutating func advanceMark(_ core: inout Core) {
        core.log.advanceWatermark()
        while votes.isChosen(votes.first), core.log.isChosen(votes.first), let closed = votes.popChosen() {
            mark = closed
        }
    }

    /// A peer knows the value of a slot that is open here.
    ///
    /// The same value as this leader proposed: it is chosen, and every acceptance in this ballot holds it. Another value:
    /// a higher ballot chose it and this leader is deposed; its mark must not cover the slot, or followers would take the
    /// losing value for chosen (rule 9). A slot that it never proposed in: there is a leader with a higher ballot.
    mutating func learn(
        _ entry: Entry, at slot: Slot, at now: Instant, _ core: inout Core, into effects: inout Effects
    ) -> Verdict {
        let isProposed = votes.contains(slot)
        let isSame = core.log.record(at: slot).entry == entry
        core.learn(entry, at: slot, into: &effects)
        guard isProposed else { return isDeaf(at: now, core) ? .leads : .isDeposed }
        guard isSame || core.has(.watermarkCoversLearned) else { return .isDeposed }
        votes.choose(slot)
        hasProgressed = true
        return .leads
    }

    /// Every slot that phase 1 saw or that is known to be chosen in this ballot, fixed when the read begins (rule 20).
    ///
    /// What was acknowledged before was chosen in a lower ballot, and phase 1 saw it, or in this one, and then this
    /// leader counted it: votes go to nobody else. So a read does not wait for proposals that are still under way. One
    /// own entry chosen is not enough, since slots are independent (rule 21).
    @inline(__always)
    func readTarget(_ core: Core) -> Slot {
        if core.has(.barrierWithoutPhaseOne) { return core.log.watermark }
        if core.has(.barrierAtFirstOwnEntry), hasChosenOwn { return core.log.watermark }
        return max(phaseOneHighest, core.log.watermark)
    }

    /// Goes, and asks `successor` to stand.
    mutating func handOver(to successor: NodeID?, into effects: inout Effects) {
        isHandingOver = true
        guard let successor else { return }
        seat.send(.handOver(HandOver(ballot: ballot)), to: successor, into: &effects)
    }

    /// Two planted bugs show only in a leader that others depose and that does not hear of it; this keeps it deaf for a
    /// while.
    @inline(__always)
    func isDeaf(at now: Instant, _ core: Core) -> Bool {
        guard core.has(.watermarkCoversLearned) || core.has(.barrierConfirmedDespitePromise) else { return false }
        return now.since(since).nanoseconds < 20 * core.settings.electionTimeout.nanoseconds
    }
}

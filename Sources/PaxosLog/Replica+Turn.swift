import PaxosBase

// The end of a batch of input, and the ticks of the clock: what was gathered leaves, what was lost is sent again.
extension Replica {
    /// All that was gathered leaves: commands, accepts, marks and reads, each in one batch.
    mutating func drain(at now: Instant, into effects: inout Effects) {
        guard core.durability.isReady else { return }
        dispatchCommands(at: now, into: &effects)
        if isLeading { era.role.leader?.proposeWaiting(at: now, &core, into: &effects) }
        beginReads(at: now, into: &effects)
        core.recordWatermark(isDue: false, at: now, into: &effects)
    }

    mutating func timePassed(at now: Instant, into effects: inout Effects) {
        guard core.durability.isReady else { return expireRequests(at: now, into: &effects) }
        if era.election.tick(at: now) {
            if !core.has(.patienceNeverGrows) { era.election.lookWhatBallotsBring(watermark: watermark, at: now) }
            era.election.sendHeartbeats(into: &effects)
            if isLeading, era.role.leader?.wantsAnswer(at: now, core) == true { era.reads.add(.leader, at: now) }
            expireRequests(at: now, into: &effects)
            beginReads(at: now, into: &effects)
            core.continueRepair(asking: era.election, at: now, into: &effects)
            resend(at: now, into: &effects)
            core.recordWatermark(isDue: true, at: now, into: &effects)
            core.trim(sparing: era.election.lowestDurableWatermark(own: core.durability.watermark), into: &effects)
        }
        considerStanding(at: now, into: &effects)
    }

    /// Gives up what clients have waited for long enough; also while the disk does not answer.
    private mutating func expireRequests(at now: Instant, into effects: inout Effects) {
        core.expireCommands(at: now, into: &effects)
        era.reads.expire(at: now, settings: core.settings, isJournalFull: core.isJournalFull, into: &effects)
    }

    /// When the first request will have waited long enough, or earlier.
    var nextExpiry: Instant? {
        let command = core.commands.oldest.map { $0 + core.settings.proposalTimeout }
        let read = era.reads.oldest.map { $0 + core.settings.readTimeout }
        guard let command, let read else { return command ?? read }
        return min(command, read)
    }

    /// Sends again what has had no answer for a while.
    private mutating func resend(at now: Instant, into effects: inout Effects) {
        let wait = era.election.patience.stretched(core.settings.resendInterval)
        era.role.candidate?.resend(at: now, limit: wait, into: &effects)
        let limit = Leader.resendWait(wait, granting: era.election.patience.extra, core.settings)
        era.role.leader?.resend(at: now, limit: limit, &core, into: &effects)
        if !isLeading, core.commands.isOverdue(at: now, limit: core.settings.forwardResendInterval) {
            core.commands.startOver()
        }
        dispatchCommands(at: now, into: &effects)
        era.role.leader?.proposeWaiting(at: now, &core, into: &effects)
    }

    /// Brings commands of this replica's clients on their way to the leader.
    private mutating func dispatchCommands(at now: Instant, into effects: inout Effects) {
        guard core.commands.undispatched > 0 else { return }
        if isLeading {
            // What finds no room stays for the next turn.
            let room = era.role.leader?.room(core.settings) ?? 0
            era.role.leader?.take(core.commands.dispatch(atMost: room, at: now), &core)
        } else if let relay = era.election.wayToLeader(at: now) {
            let commands = core.commands.dispatch(atMost: .max, at: now)
            core.forward(commands, hops: 2, to: relay, seat: era.seat, into: &effects)
        }
    }

    /// Commands of another replica's clients. Each node keeps the last command of every origin for ever, so only members
    /// may be one. When membership changes, that has to be whoever was a member once: what a member sent before it left
    /// may still be on its way.
    mutating func receive(_ forward: Forward, at now: Instant, into effects: inout Effects) {
        guard forward.commands.allSatisfy({ configuration.contains($0.origin.node) }) else { return }
        if isLeading {
            era.role.leader?.take(forward.commands, &core)
        } else if forward.hops > 0, let relay = era.election.wayToLeader(at: now) {
            core.forward(forward.commands, hops: forward.hops - 1, to: relay, seat: era.seat, into: &effects)
        }
    }

    private mutating func beginReads(at now: Instant, into effects: inout Effects) {
        guard era.reads.wantsBarrier else { return }
        let way = era.wayOfReads(at: now, core)
        era.reads.begin(by: way, at: now, seat: era.seat, &core, into: &effects)
    }

    /// A replica asks up to where its reads must have applied. Its request is its vote for the ballot too: with three
    /// members leader and asker are a quorum.
    mutating func receive(_ request: ReadRequest, from asker: NodeID, at now: Instant, into effects: inout Effects) {
        guard isLeading, era.role.ballot == request.ballot, let target = era.role.leader?.readTarget(core) else {
            return
        }
        if configuration.acceptQuorum <= 2 {
            let answer = ReadAnswer(nonce: request.nonce, target: target)
            era.seat.send(.readAnswer(answer), to: asker, into: &effects)
        } else {
            era.reads.add(.replica(asker, request.nonce), at: now)
        }
    }
}

import PaxosBase

// The only place where the role is assigned, with what belongs to each change.
extension Replica {
    /// Stands with a ballot that no incarnation of any node ever used. `Prepare` leaves when the own promise is durable
    /// (rule 4).
    mutating func stand(at now: Instant, into effects: inout Effects) {
        guard !core.isJournalFull, !core.isHalted else { return }
        era.election.cancelStanding()
        var round = max(core.promised.round, era.election.highestRound) + 1
        if core.has(.ballotReusedAfterRestart), core.promised.node == node, era.role.isFollower {
            round = core.promised.round
        }
        let ballot = Ballot(configuration: configuration.number, round: round, node: node)
        core.promise(ballot, into: &effects)
        setLeader(.zero, into: &effects)
        era.election.note(round: round)
        era.role = .candidate(Candidate(ballot, at: now, seat: era.seat, core))
        core.putOff(.prepare(ballot), at: now)
    }

    /// What a candidate's verdict leads to: it waits, or leads.
    mutating func carryOut(_ verdict: Candidate.Verdict?, at now: Instant, into effects: inout Effects) {
        guard verdict == .leads, let candidate = era.role.candidate else { return }
        setLeader(candidate.ballot, into: &effects)
        era.role = .leader(Leader(succeeding: candidate, at: now, &core, into: &effects))
    }

    /// A candidate that waited for chosen entries may have them all now.
    mutating func finishCatchingUp(at now: Instant, into effects: inout Effects) {
        guard era.role.isCandidate, era.role.candidate?.hasCaughtUp(core) == true else { return }
        carryOut(.leads, at: now, into: &effects)
    }

    mutating func becomeFollower(into effects: inout Effects) {
        era.role = .follower
        if era.election.leader.node == node { setLeader(.zero, into: &effects) }
        era.reads.restart()
    }

    /// Takes `ballot` for that of the leader; a leader or candidate with a lower one gives way.
    mutating func follow(_ ballot: Ballot, at now: Instant, into effects: inout Effects) {
        era.election.note(round: ballot.round)
        guard ballot > era.election.leader || (ballot == era.election.leader && !isLeading) else { return }
        if let own = era.role.ballot, own < ballot { era.role = .follower }
        guard ballot != era.election.leader else { return }
        setLeader(ballot, into: &effects)
        era.election.giveGrace(at: now)
        era.election.cancelStanding()
    }

    /// Another leader, or none: commands and reads that were on their way to the former start over.
    mutating func setLeader(_ ballot: Ballot, into effects: inout Effects) {
        guard ballot != era.election.leader else { return }
        era.election.leader = ballot
        effects.outcomes.append(.leaderChanged(ballot == .zero ? nil : ballot))
        core.commands.startOver()
        era.reads.restart()
    }
}

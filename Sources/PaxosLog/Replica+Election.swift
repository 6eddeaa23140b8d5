import PaxosBase

// Heartbeats and what follows from them.
extension Replica {
    mutating func receive(_ heartbeat: Heartbeat, from peer: NodeID, at now: Instant, into effects: inout Effects) {
        let reply = HeartbeatReply(
            round: heartbeat.round, promised: core.promised, leader: era.election.leader,
            isHappy: era.isHappy(at: now, core), durableWatermark: core.durability.watermark)
        era.seat.send(.heartbeatReply(reply), to: peer, into: &effects)
    }

    mutating func receive(_ reply: HeartbeatReply, from peer: Int, at now: Instant, into effects: inout Effects) {
        guard era.election.receive(reply, from: peer, at: now) else { return }
        if reply.isHappy, reply.leader > era.election.leader, reply.leader >= core.promised,
            core.isPlausible(reply.leader, in: configuration), reply.leader.node != node, !isDeafLeader(at: now)
        {
            follow(reply.leader, at: now, into: &effects)
        }
        yieldOrOutbid(reply.promised, at: now, into: &effects)
        if reply.durableWatermark > watermark, !isLeading || core.has(.watermarkCoversLearned) {
            core.heard(watermark: reply.durableWatermark, election: era.election, at: now, into: &effects)
        }
        considerStanding(at: now, into: &effects)
    }

    private func isDeafLeader(at now: Instant) -> Bool {
        isLeading && era.role.leader?.isDeaf(at: now, core) == true
    }

    mutating func considerStanding(at now: Instant, into effects: inout Effects) {
        let verdict = era.election.considerStanding(
            isHappy: era.isHappy(at: now, core), isFit: era.isFitToLead(at: now, core), at: now, &core.random,
            into: &effects)
        if verdict.givesUpLeader {
            if isLeading { becomeFollower(into: &effects) }
            setLeader(.zero, into: &effects)
        }
        if verdict.stands { stand(at: now, into: &effects) }
    }

    mutating func suspect(_ peer: NodeID, at now: Instant, into effects: inout Effects) {
        guard let peer = era.seat.place(ofPeer: peer) else { return }
        era.election.suspect(peer)
        guard core.durability.isReady else { return }
        considerStanding(at: now, into: &effects)
    }

    /// Somebody promised `promised`: a leader or candidate below it does something about that.
    mutating func yieldOrOutbid(_ promised: Ballot, at now: Instant, into effects: inout Effects) {
        guard core.isPlausible(promised, in: configuration) else { return }
        era.election.note(round: promised.round)
        guard let own = era.role.ballot, promised > own, !isDeafLeader(at: now) else { return }
        switch era.election.rivalry(with: promised, own: own, at: now) {
        case .yields:
            becomeFollower(into: &effects)
            era.election.giveGrace(at: now)
        case .stepsBack: becomeFollower(into: &effects)
        case .outbids: stand(at: now, into: &effects)
        }
    }

    /// A leader that goes asks its best informed peer to stand.
    mutating func handOver(into effects: inout Effects) {
        era.role.leader?.handOver(to: era.election.bestInformedPeer, into: &effects)
    }

    mutating func receive(_ handOver: HandOver, from peer: NodeID, at now: Instant, into effects: inout Effects) {
        guard handOver.ballot == era.election.leader, handOver.ballot.node == peer, !isLeading else { return }
        stand(at: now, into: &effects)
    }
}

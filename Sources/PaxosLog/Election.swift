import PaxosBase

/// Who is there, who is content, and whether this node should stand.
///
/// Only a hint: ballots keep the log safe whoever leads. Every node asks all others in rounds; an answer shows that the
/// way there and back is open and says whom the peer follows and whether it is happy with that leader. A node stands
/// only if neither it nor anyone it hears is happy and together they form a prepare quorum.
/// - Source: Ng, Haridi, Carbone, "Omni-Paxos", EuroSys 2023, section 5.
struct Election: Hashable, Sendable {
    var peers: [Peer]
    var round: UInt64 = 0
    var nextTick: Instant
    /// The ballot of the leader that this node follows or is; zero when it knows none.
    var leader = Ballot.zero
    /// The highest round of any ballot seen, promised or not.
    var highestRound: UInt64 = 0
    /// A candidate that was promised something gets this long to become leader.
    var graceUntil = Instant.zero
    /// When this node stands, unless things change before.
    var standAt: Instant?
    /// Since when this node has not been happy.
    var unhappySince: Instant?

    struct Peer: Hashable, Sendable {
        /// When it last answered a heartbeat.
        var answeredAt: Instant?
        var reply: HeartbeatReply?
        /// The highest chosen watermark that it reported.
        var watermark = Slot.zero
    }

    init(memberCount: Int, now: Instant) {
        peers = Array(repeating: Peer(), count: memberCount)
        nextTick = now
    }

    /// A candidate was promised something: until `until` this node takes it for a leader that is about to come.
    mutating func grace(_ ballot: Ballot, until: Instant) {
        highestRound = max(highestRound, ballot.round)
        graceUntil = until
        standAt = nil
    }

    /// The positions of the peers that answered within `limit`, ascending; never this node itself.
    func heard(at now: Instant, within limit: TimeSpan) -> [Int] {
        peers.indices.filter { isHeard($0, at: now, within: limit) }
    }

    func isHeard(_ peer: Int, at now: Instant, within limit: TimeSpan) -> Bool {
        guard let answeredAt = peers[peer].answeredAt else { return false }
        return now.since(answeredAt) < limit
    }
}

extension Replica {
    mutating func timePassed(at now: Instant, into effects: inout Effects) {
        guard durability.isReady else { return }
        if now >= election.nextTick {
            election.nextTick = now + settings.heartbeatInterval
            sendHeartbeats(into: &effects)
            expireCommands(at: now, into: &effects)
            expireReads(at: now, into: &effects)
            continueRepair(at: now, into: &effects)
            resend(at: now, into: &effects)
            recordProgress(force: true, at: now, into: &effects)
        }
        considerStanding(at: now, into: &effects)
    }

    mutating func sendHeartbeats(into effects: inout Effects) {
        election.round += 1
        broadcast(.heartbeat(Heartbeat(round: election.round)), into: &effects)
    }

    mutating func receive(
        _ heartbeat: Heartbeat, from peer: NodeID, at now: Instant, into effects: inout Effects
    ) {
        let reply = HeartbeatReply(
            round: heartbeat.round, promised: promised, leader: election.leader, isHappy: isHappy(at: now),
            watermark: durability.watermark)
        send(.heartbeatReply(reply), to: peer, into: &effects)
    }

    mutating func receive(
        _ reply: HeartbeatReply, from peer: Int, at now: Instant, into effects: inout Effects
    ) {
        guard reply.round <= election.round, reply.round >= election.peers[peer].reply?.round ?? 0 else { return }
        // An answer to an old round says little about now.
        if reply.round + 1 >= election.round { election.peers[peer].answeredAt = now }
        election.peers[peer].reply = reply
        election.peers[peer].watermark = max(election.peers[peer].watermark, reply.watermark)
        if reply.isHappy, reply.leader > election.leader, reply.leader >= promised, reply.leader.node != node,
            !isStubbornLeader(at: now)
        {
            follow(reply.leader, at: now, into: &effects)
        }
        yieldOrOutbid(reply.promised, at: now, into: &effects)
        if reply.watermark > log.watermark, !isLeading || has(.watermarkCoversLearned) {
            // What the leader sent lately may still be on its way; only what has been missing for a while is fetched.
            if repair.target > log.watermark { continueRepair(at: now, into: &effects) }
            repair.target = max(repair.target, reply.watermark)
        }
        considerStanding(at: now, into: &effects)
    }

    /// Whether this node has a leader that makes progress, or one that is about to come.
    func isHappy(at now: Instant) -> Bool {
        switch role {
        case .leader(let leader):
            return !leader.isHandingOver && !isHalted && !isJournalStalled(at: now) && !isJournalFull
                && election.heard(at: now, within: settings.electionTimeout).count + 1 >= quorumToLead
        case .candidate(let candidate): return now.since(candidate.since) < settings.electionTimeout
        case .follower: break
        }
        if now < election.graceUntil { return true }
        guard election.leader != .zero, let peer = configuration.index(of: election.leader.node), peer != index,
            election.isHeard(peer, at: now, within: settings.electionTimeout), let reply = election.peers[peer].reply
        else { return false }
        return reply.leader >= election.leader && reply.isHappy
    }

    private var quorumToLead: Int { max(configuration.prepareQuorum, configuration.acceptQuorum) }

    /// Stands after a short random delay if nobody in reach is happy; the delay keeps two nodes from standing at once.
    mutating func considerStanding(at now: Instant, into effects: inout Effects) {
        guard !isHappy(at: now) else {
            election.unhappySince = nil
            election.standAt = nil
            return
        }
        if election.unhappySince == nil {
            election.unhappySince = now
            // Others may have noticed at the same moment: ask them now, not at the next tick.
            sendHeartbeats(into: &effects)
        }
        let heard = election.heard(at: now, within: settings.electionTimeout)
        giveUpLeader(heard: heard, at: now, into: &effects)
        let mayStand =
            heard.count + 1 >= quorumToLead && heard.allSatisfy { election.peers[$0].reply?.isHappy != true }
            && !isHalted && !isJournalStalled(at: now) && !isJournalFull
        guard mayStand else { return election.standAt = nil }
        if let standAt = election.standAt {
            if now >= standAt { stand(at: now, into: &effects) }
        } else if configuration.members.count == 1 {
            stand(at: now, into: &effects)
        } else {
            election.standAt = now + random.span(below: settings.heartbeatInterval)
        }
    }

    /// A replica that has heard nothing good of its leader for a while says that it knows none.
    private mutating func giveUpLeader(heard: [Int], at now: Instant, into effects: inout Effects) {
        guard election.leader != .zero, let since = election.unhappySince,
            now.since(since) >= settings.electionTimeout,
            !heard.contains(where: {
                election.peers[$0].reply?.isHappy == true && election.peers[$0].reply?.leader == election.leader
            })
        else { return }
        if case .leader = role { becomeFollower(at: now, into: &effects) }
        setLeader(.zero, at: now, into: &effects)
    }

    mutating func suspect(_ peer: NodeID, at now: Instant, into effects: inout Effects) {
        guard let peer = configuration.index(of: peer), peer != index else { return }
        election.peers[peer].answeredAt = nil
        guard durability.isReady else { return }
        considerStanding(at: now, into: &effects)
    }

    /// Takes `ballot` for that of the leader; a leader or candidate with a lower one gives way.
    mutating func follow(_ ballot: Ballot, at now: Instant, into effects: inout Effects) {
        election.highestRound = max(election.highestRound, ballot.round)
        guard ballot > election.leader || (ballot == election.leader && !isLeading) else { return }
        switch role {
        case .follower: break
        case .candidate(let candidate): if candidate.ballot < ballot { role = .follower }
        case .leader(let leader): if leader.ballot < ballot { role = .follower }
        }
        guard ballot != election.leader else { return }
        setLeader(ballot, at: now, into: &effects)
        election.graceUntil = now + settings.electionTimeout
        election.standAt = nil
    }

    mutating func setLeader(_ ballot: Ballot, at now: Instant, into effects: inout Effects) {
        guard ballot != election.leader else { return }
        election.leader = ballot
        effects.outcomes.append(.leaderChanged(ballot == .zero ? nil : ballot))
        commands.dispatched = 0
        reads.restart(at: now)
    }

    mutating func becomeFollower(at now: Instant, into effects: inout Effects) {
        role = .follower
        if election.leader.node == node { setLeader(.zero, at: now, into: &effects) }
        reads.restart(at: now)
    }

    mutating func receive(_ refused: Refused, at now: Instant, into effects: inout Effects) {
        yieldOrOutbid(refused.promised, at: now, into: &effects)
    }

    /// Somebody promised `promised`. If that is above the own ballot, who promised will not vote for it any more. The
    /// owner of the higher ballot gets the chance to lead if it is there and content. If it is not, and neither is anyone
    /// else in reach content with another leader, this node stands again above it at once.
    private mutating func yieldOrOutbid(_ promised: Ballot, at now: Instant, into effects: inout Effects) {
        guard isPlausible(promised) else { return }
        election.highestRound = max(election.highestRound, promised.round)
        let own: Ballot
        switch role {
        case .follower: return
        case .candidate(let candidate): own = candidate.ballot
        case .leader(let leader): own = leader.ballot
        }
        guard promised > own, !isStubbornLeader(at: now) else { return }
        if let rival = configuration.index(of: promised.node), rival != index,
            election.isHeard(rival, at: now, within: settings.electionTimeout),
            let reply = election.peers[rival].reply, reply.isHappy || reply.promised < promised
        {
            becomeFollower(at: now, into: &effects)
            election.graceUntil = now + settings.electionTimeout
        } else if mayOutbid(own, at: now) {
            stand(at: now, into: &effects)
        } else {
            becomeFollower(at: now, into: &effects)
        }
    }

    /// Without a quorum in reach, or where somebody in reach has another leader, standing would only disturb the others.
    private func mayOutbid(_ own: Ballot, at now: Instant) -> Bool {
        let heard = election.heard(at: now, within: settings.electionTimeout)
        return heard.count + 1 >= quorumToLead
            && heard.allSatisfy { peer in
                guard let reply = election.peers[peer].reply else { return true }
                return !reply.isHappy || reply.leader == own
            }
    }

    /// Two planted bugs show only in a leader that others depose and that does not hear of it; this keeps it deaf for a
    /// while.
    func isStubbornLeader(at now: Instant) -> Bool {
        guard has(.watermarkCoversLearned) || has(.barrierConfirmedDespitePromise), case .leader(let leader) = role
        else { return false }
        return now.since(leader.since).nanoseconds < 20 * settings.electionTimeout.nanoseconds
    }

    /// A leader that goes asks its best informed peer to stand.
    mutating func handOver(into effects: inout Effects) {
        guard case .leader(var leader) = role else { return }
        leader.isHandingOver = true
        role = .leader(leader)
        let candidates = election.peers.indices.filter { $0 != index && election.peers[$0].answeredAt != nil }
        let best = candidates.max { election.peers[$0].watermark < election.peers[$1].watermark }
        guard let best else { return }
        send(.handOver(HandOver(ballot: leader.ballot)), to: configuration.members[best], into: &effects)
    }

    mutating func receive(
        _ handOver: HandOver, from peer: NodeID, at now: Instant, into effects: inout Effects
    ) {
        guard handOver.ballot == election.leader, handOver.ballot.node == peer, !isLeading else { return }
        stand(at: now, into: &effects)
    }
}

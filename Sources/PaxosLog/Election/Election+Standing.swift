import PaxosBase

// Whether this node should stand, give up its leader, or give way to a rival.
extension Election {
    /// What a node does that has looked around.
    struct Verdict: Hashable, Sendable {
        /// It has heard nothing good of its leader for so long that it says that it knows none.
        var givesUpLeader = false
        var stands = false
    }

    /// What a node does about a ballot above its own.
    enum Rivalry: Hashable, Sendable {
        /// The owner of the ballot is there and may lead: it gets the time for it.
        case yields
        /// Standing again would only disturb others, who have a leader; or there is no quorum for it.
        case stepsBack
        /// Nobody else will lead: this node stands again, above the ballot.
        case outbids
    }

    /// Stands after a short random delay if nobody in reach is happy; the delay keeps two nodes from standing at once.
    /// - Parameters:
    ///   - isHappy: Of this node.
    ///   - isFit: It could do what a leader must.
    mutating func considerStanding(
        isHappy: Bool, isFit: Bool, at now: Instant, _ random: inout SeededRandom, into effects: inout Effects
    ) -> Verdict {
        guard !isHappy else {
            unhappySince = nil
            standAt = nil
            return Verdict()
        }
        if unhappySince == nil {
            unhappySince = now
            // Others may have noticed at the same moment: ask them now, not at the next tick.
            sendHeartbeats(into: &effects)
        }
        let heard = heard(at: now)
        return Verdict(
            givesUpLeader: isLeaderLost(heard: heard, at: now),
            stands: isTimeToStand(heard: heard, isFit: isFit, at: now, &random))
    }

    private mutating func isTimeToStand(
        heard: [Int], isFit: Bool, at now: Instant, _ random: inout SeededRandom
    ) -> Bool {
        guard heard.count + 1 >= seat.quorumToLead, isFit, heard.allSatisfy({ peers[$0].reply?.isHappy != true }) else {
            standAt = nil
            return false
        }
        if let standAt { return now >= standAt }
        if seat.configuration.members.count == 1 { return true }
        standAt = now + random.span(below: heartbeatInterval)
        return false
    }

    private func isLeaderLost(heard: [Int], at now: Instant) -> Bool {
        guard leader != .zero, let unhappySince, now.since(unhappySince) >= timeout else { return false }
        return !heard.contains { peers[$0].reply?.isHappy == true && peers[$0].reply?.leader == leader }
    }

    /// Somebody promised `promised`, which is above `own`, so it will not vote for `own` any more. The owner of the higher
    /// ballot gets the chance to lead if it is there and content. If it is not, and neither is anyone else in reach
    /// content with another leader, this node stands again above it at once.
    func rivalry(with promised: Ballot, own: Ballot, at now: Instant) -> Rivalry {
        if let rival = seat.place(ofPeer: promised.node), isHeard(rival, at: now), let reply = peers[rival].reply,
            reply.isHappy || reply.promised < promised
        {
            return .yields
        }
        return mayOutbid(own, at: now) ? .outbids : .stepsBack
    }

    /// Without a quorum in reach, or where somebody in reach has another leader, standing would only disturb the others.
    private func mayOutbid(_ own: Ballot, at now: Instant) -> Bool {
        let heard = heard(at: now)
        return heard.count + 1 >= seat.quorumToLead
            && heard.allSatisfy { peer in
                guard let reply = peers[peer].reply else { return true }
                return !reply.isHappy || reply.leader == own
            }
    }
}

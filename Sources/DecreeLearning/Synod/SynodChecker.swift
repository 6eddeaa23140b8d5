import DecreeSimulator
import PaxosBase
import PaxosSynod

/// Judges a Synod by what its processes say, and knows nothing of how they come to say it.
///
/// - Agreement: two values are never chosen. A value is chosen once a quorum has said to have accepted it in one ballot.
/// - Validity: what is proposed is what some client wanted.
/// - P2b: above a chosen proposal every proposal has its value. P2a and P2 follow, since what is accepted was proposed.
/// - One ballot has one value.
/// - Learners learn what is chosen.
struct SynodChecker: Observer, Hashable {
    private struct Count: Hashable {
        let proposal: Proposal
        var voters = MemberSet()
    }

    /// Ascending by ballot.
    private var issued: [Proposal] = []
    private var votes: [Count] = []
    private(set) var chosen: Proposal?

    init() {}

    mutating func saw(_ event: SynodWorld.Event, in world: SynodWorld) -> String? {
        for packet in event.sends {
            if let finding = saw(packet, world.plan) { return finding }
        }
        for lesson in event.learned where lesson.value != chosen?.value {
            return "\(lesson.learner) learns \(lesson.value.text), but "
                + (chosen.map { "\($0.value.text) is chosen" } ?? "nothing is chosen")
        }
        return nil
    }

    private mutating func saw(_ packet: SynodPacket, _ plan: SynodPlan) -> String? {
        switch packet.message {
        case .accept(let proposal): issue(proposal, plan)
        case .accepted(let proposal): count(proposal, of: packet.from, plan.synod.acceptors)
        default: nil
        }
    }

    private mutating func issue(_ proposal: Proposal, _ plan: SynodPlan) -> String? {
        guard !issued.contains(proposal) else { return nil }
        if let former = issued.first(where: { $0.ballot == proposal.ballot }) {
            return "ballot \(proposal.ballot.text) has two values, \(former.value.text) and \(proposal.value.text)"
        }
        let place = issued.firstIndex { $0.ballot > proposal.ballot } ?? issued.count
        issued.insert(proposal, at: place)
        guard plan.isWish(proposal.value) else {
            return "validity: nobody wanted \(proposal.value.text)"
        }
        return chosen.flatMap { differs(proposal, from: $0) }
    }

    private mutating func count(_ proposal: Proposal, of acceptor: NodeID, _ acceptors: Configuration) -> String? {
        guard let voter = acceptors.index(of: acceptor) else { return nil }
        let place = votes.firstIndex { $0.proposal.ballot >= proposal.ballot } ?? votes.count
        if place == votes.count || votes[place].proposal != proposal {
            votes.insert(Count(proposal: proposal), at: place)
        }
        votes[place].voters.insert(voter)
        guard votes[place].voters.count >= acceptors.acceptQuorum else { return nil }
        return choose(proposal)
    }

    private mutating func choose(_ proposal: Proposal) -> String? {
        if let chosen, chosen.value != proposal.value {
            return "agreement: \(chosen.value.text) is chosen in \(chosen.ballot.text), "
                + "and \(proposal.value.text) in \(proposal.ballot.text)"
        }
        guard chosen.map({ proposal.ballot < $0.ballot }) ?? true else { return nil }
        chosen = proposal
        for other in issued {
            if let finding = differs(other, from: proposal) { return finding }
        }
        return nil
    }

    private func differs(_ proposal: Proposal, from chosen: Proposal) -> String? {
        guard proposal.ballot > chosen.ballot, proposal.value != chosen.value else { return nil }
        return "P2b: \(chosen.value.text) is chosen in \(chosen.ballot.text), "
            + "but \(proposal.value.text) is proposed in \(proposal.ballot.text)"
    }
}

extension Payload {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Ballot {
    /// The number and the proposer, counted from 0 as all that is told of runs.
    var text: String { "\(round).\(Int(node.rawValue) - 1)" }
}

import PaxosBase

/// A learner: finds out what is chosen, from votes or from somebody who knows.
///
/// Of each acceptor the latest vote counts, so memory is bounded however many ballots there are. A quorum that was passed
/// over in this way does no harm: the later votes are for the same value (P2a).
/// - Source: Lamport, "Paxos Made Simple", section 2.3.
public struct Learner: Hashable, Sendable {
    /// What is chosen, once that is known.
    public private(set) var chosen: Payload?
    /// By the acceptors' places.
    private var votes: [Proposal?]
    private let flaw: SynodFlaw?

    init(acceptorCount: Int, flaw: SynodFlaw?) {
        votes = Array(repeating: nil, count: acceptorCount)
        self.flaw = flaw
    }

    /// An acceptor has accepted a proposal.
    /// - Returns: What is chosen, when this vote shows it.
    mutating func count(_ vote: Proposal, of acceptor: NodeID, among acceptors: Configuration) -> Payload? {
        guard chosen == nil, let place = acceptors.index(of: acceptor) else { return nil }
        if flaw == .repeatedVotesCounted, votes[place] == vote { return learn(vote.value) }
        if let former = votes[place], former.ballot >= vote.ballot { return nil }
        votes[place] = vote
        let voters = votes.count { isSame($0, vote) }
        guard voters >= (flaw == .minorityAsQuorum ? 1 : acceptors.acceptQuorum) else { return nil }
        return learn(vote.value)
    }

    /// Votes are counted for a ballot, never for a value: an equal value in another ballot is another proposal.
    private func isSame(_ former: Proposal?, _ vote: Proposal) -> Bool {
        flaw == .votesCountedAcrossBallots ? former?.value == vote.value : former == vote
    }

    /// Somebody who knows has said what is chosen.
    /// - Returns: The value, when that is new.
    mutating func learn(_ value: Payload) -> Payload? {
        guard chosen == nil else { return nil }
        chosen = value
        votes = votes.map { _ in nil }
        return value
    }
}

import PaxosBase

extension FastPaxos {
    /// A learner: takes a value for chosen that a quorum of the ballot's kind has accepted.
    public struct Learner: Hashable, Sendable {
        /// What is chosen, once that is known.
        public private(set) var chosen: Payload?
        /// The latest vote of each acceptor, by its place.
        private var votes: [Proposal?]
        private let flaw: FastPaxosFlaw?

        init(acceptorCount: Int, flaw: FastPaxosFlaw?) {
            votes = Array(repeating: nil, count: acceptorCount)
            self.flaw = flaw
        }

        /// An acceptor has accepted a proposal.
        /// - Returns: What is chosen, when this vote shows it.
        mutating func count(_ vote: Proposal, of acceptor: NodeID, among members: Configuration) -> Payload? {
            guard chosen == nil, let place = members.index(of: acceptor) else { return nil }
            if let former = votes[place], former.ballot > vote.ballot { return nil }
            votes[place] = vote
            let quorum =
                flaw == .fastCountedAsClassic
                ? members.acceptQuorum : FastPaxos.quorum(of: vote.ballot, members, flaw: flaw)
            guard votes.count(where: { $0 == vote }) >= quorum else { return nil }
            return learn(vote.value)
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
}

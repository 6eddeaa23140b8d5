import PaxosBase

extension FastPaxos {
    /// An acceptor: one of a Synod, with a rule for the ballot that is open.
    public struct Acceptor: Hashable, Sendable {
        private var classic: PaxosSynod.Acceptor
        private let flaw: FastPaxosFlaw?

        init(_ durable: SynodState, flaw: FastPaxosFlaw?) {
            classic = PaxosSynod.Acceptor(durable, flaw: nil)
            self.flaw = flaw
        }

        /// Nothing is promised or accepted in a lower ballot any more.
        public var promised: Ballot { classic.promised }
        /// What was accepted in the highest ballot.
        public var accepted: Proposal? { classic.accepted }

        /// Phase 1b, as in a Synod.
        mutating func prepare(_ ballot: Ballot, from proposer: NodeID, into effects: inout SynodEffects) {
            classic.prepare(ballot, from: proposer, into: &effects)
        }

        /// Phase 2b with the proposer's value, as in a Synod.
        mutating func accept(_ proposal: Proposal, from proposer: NodeID, into effects: inout SynodEffects) {
            classic.accept(proposal, from: proposer, telling: [], into: &effects)
        }

        /// Phase 2b with a client's value, in the ballot that is open: the first that comes is accepted, and then no other. Whoever
        /// comes later is told what was. The coordinator is told in any case.
        mutating func acceptDirectly(
            _ proposal: Proposal, from sender: NodeID, telling coordinator: NodeID, into effects: inout SynodEffects
        ) {
            guard let former = accepted, former.ballot == proposal.ballot, former != proposal, flaw != .votesAgain
            else {
                return classic.accept(proposal, from: sender, telling: [coordinator], into: &effects)
            }
            effects.send(.accepted(former), to: sender)
        }
    }
}

import PaxosBase

/// An acceptor: promises and accepts. What it says and forgets would break everything, so it says nothing that is not
/// durable (``SynodProcess`` sees to that).
///
/// P1, "an acceptor must accept the first proposal that it receives", is too weak once a proposal needs a majority; P1a
/// includes it: "an acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a
/// number greater than n".
/// - Source: Lamport, "Paxos Made Simple", sections 2.2 and 2.5.
public struct Acceptor: Hashable, Sendable {
    /// Nothing is promised or accepted in a lower ballot any more.
    public private(set) var promised: Ballot
    /// What was accepted in the highest ballot.
    public private(set) var accepted: Proposal?
    private let flaw: SynodFlaw?

    init(_ durable: SynodState, flaw: SynodFlaw?) {
        promised = durable.promised
        accepted = durable.accepted
        self.flaw = flaw
    }

    /// Phase 1b: promises a ballot, unless a higher one was promised, and tells what P2c asks for: the proposal that it
    /// accepted in the highest ballot.
    ///
    /// A request that comes again is answered again, since the first answer may have been lost.
    mutating func prepare(_ ballot: Ballot, from proposer: NodeID, into effects: inout SynodEffects) {
        guard ballot >= promised || flaw == .promisesLowerBallot else {
            return effects.send(.refused(ballot, promised: promised), to: proposer)
        }
        promise(ballot, into: &effects)
        let reported = flaw == .promiseOmitsAccepted ? nil : accepted
        effects.send(.promise(ballot, accepted: reported), to: proposer)
    }

    /// Phase 2b: accepts a proposal, unless a higher ballot was promised (P1a), and tells the proposer and learners.
    mutating func accept(
        _ proposal: Proposal, from proposer: NodeID, telling learners: [NodeID], into effects: inout SynodEffects
    ) {
        guard proposal.ballot >= promised || flaw == .acceptsBelowPromise else {
            return effects.send(.refused(proposal.ballot, promised: promised), to: proposer)
        }
        if flaw != .acceptDoesNotPromise { promise(proposal.ballot, into: &effects) }
        if accepted != proposal {
            accepted = proposal
            if flaw != .acceptanceNotRecorded { effects.records.append(.accepted(proposal)) }
        }
        effects.send(.accepted(proposal), to: [proposer] + learners.filter { $0 != proposer })
    }

    /// A learner asks what was accepted here.
    func tell(_ learner: NodeID, into effects: inout SynodEffects) {
        if let accepted { effects.send(.accepted(accepted), to: learner) }
    }

    private mutating func promise(_ ballot: Ballot, into effects: inout SynodEffects) {
        guard ballot > promised || flaw == .promisesLowerBallot && ballot < promised else { return }
        promised = ballot
        if flaw != .promiseNotRecorded { effects.records.append(.promised(ballot)) }
    }
}

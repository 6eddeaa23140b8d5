import PaxosBase

/// A proposer: tries to have a value chosen, its own if it still may be.
///
/// What is to hold is P2: "if a proposal with value v is chosen, then every higher-numbered proposal that is chosen has
/// value v". P2a asks that of what is accepted, P2b of what is proposed. A proposer can see to P2b only by P2c: it asks a
/// majority first, and where one of them has accepted something, it proposes the value of the highest ballot among these.
/// Every majority shares an acceptor with the one that chose, so that value is the chosen one if there is one.
/// - Source: Lamport, "Paxos Made Simple", section 2.2.
public struct Proposer: Hashable, Sendable {
    /// How far its ballot is.
    public enum Phase: Hashable, Sendable {
        /// Nothing is under way.
        case idle
        /// Phase 1: waits for promises of a prepare quorum.
        case preparing(Ballot, promises: MemberSet, highest: Proposal?)
        /// Phase 2: waits for votes of an accept quorum.
        case accepting(Proposal, votes: MemberSet)
        /// The value is chosen.
        case done(Payload)
    }

    /// What became of a message from an acceptor.
    enum Verdict: Hashable {
        case goesOn
        /// A higher ballot was promised: this one comes to nothing.
        case beaten
    }

    /// Of its process; the second half of its ballots.
    public let identity: NodeID
    /// How far its latest ballot is.
    public private(set) var phase = Phase.idle
    /// What it would like to be chosen.
    public private(set) var wish: Payload?
    /// The highest number that it used or heard of: the next ballot has a higher one.
    public private(set) var highestNumber: UInt64
    private let flaw: SynodFlaw?

    init(identity: NodeID, _ durable: SynodState, flaw: SynodFlaw?) {
        self.identity = identity
        highestNumber = flaw == .ballotReused ? 0 : durable.stood.round
        self.flaw = flaw
    }

    /// Something is wished for, and it is not known yet what is chosen.
    var isTrying: Bool {
        if case .done = phase { return false }
        return wish != nil
    }

    /// A client wants a value to be chosen; the first that comes is tried.
    mutating func propose(_ value: Payload) { wish = wish ?? value }

    /// Phase 1a: begins a new ballot, above all that it used or heard of. That it is used is durable before anybody hears
    /// of it: one ballot must never have two values.
    mutating func stand(asking acceptors: Configuration, into effects: inout SynodEffects) {
        guard isTrying, highestNumber < .max else { return }
        highestNumber += 1
        let ballot = Ballot(number: highestNumber, identity: identity)
        phase = .preparing(ballot, promises: formerPromises, highest: nil)
        effects.records.append(.stood(ballot))
        effects.send(.prepare(ballot), to: acceptors.members)
    }

    /// Phase 1b arrives. Phase 2a follows once a quorum has promised.
    ///
    /// What a promise tells of was accepted below its ballot (lemma 1 of the fifth text): above, the acceptor would have promised
    /// more, and in it nobody could accept before this proposer has a quorum. A promise that tells otherwise is refused.
    mutating func promise(
        _ ballot: Ballot, accepted: Proposal?, from acceptor: NodeID, of acceptors: Configuration,
        into effects: inout SynodEffects
    ) {
        guard case .preparing(let current, var promises, var highest) = phase, ballot == current,
            let place = acceptors.index(of: acceptor)
        else { return }
        guard accepted.isBelow(ballot) else {
            effects.violation = accepted.map { .acceptedAbovePromise(ballot, accepted: $0, by: acceptor) }
            return
        }
        promises.insert(place)
        highest = winner(highest, accepted)
        phase = .preparing(current, promises: promises, highest: highest)
        guard promises.count >= (flaw == .minorityAsQuorum ? 1 : acceptors.prepareQuorum) else { return }
        issue(ballot, highest, to: acceptors, into: &effects)
    }

    /// P2c: of two accepted proposals that of the higher ballot counts.
    private func winner(_ left: Proposal?, _ right: Proposal?) -> Proposal? {
        guard let left, let right else { return left ?? right }
        let isRightHigher = right.ballot > left.ballot
        return isRightHigher == (flaw != .lowestAcceptedTaken) ? right : left
    }

    /// Phase 2a: proposes the value that P2c prescribes, its own where nothing is prescribed.
    private mutating func issue(
        _ ballot: Ballot, _ highest: Proposal?, to acceptors: Configuration, into effects: inout SynodEffects
    ) {
        let prescribed = flaw == .highestAcceptedIgnored ? nil : highest?.value
        guard let value = prescribed ?? wish else { return }
        let proposal = Proposal(ballot: ballot, value: value)
        phase = .accepting(proposal, votes: MemberSet())
        effects.send(.accept(proposal), to: acceptors.members)
    }

    /// Phase 2b arrives. The value is chosen once a quorum has accepted it in this ballot.
    mutating func accepted(_ proposal: Proposal, by acceptor: NodeID, of acceptors: Configuration) -> Payload? {
        guard case .accepting(let current, var votes) = phase, proposal == current,
            let place = acceptors.index(of: acceptor)
        else { return nil }
        votes.insert(place)
        phase = .accepting(current, votes: votes)
        guard votes.count >= (flaw == .minorityAsQuorum ? 1 : acceptors.acceptQuorum) else { return nil }
        return current.value
    }

    /// An acceptor has promised a higher ballot: the next one is to be above that.
    mutating func refused(_ ballot: Ballot, promised: Ballot) -> Verdict {
        highestNumber = max(highestNumber, promised.round)
        return ballot == current && promised > ballot ? .beaten : .goesOn
    }

    /// It is known what is chosen: nothing is left to try.
    mutating func learn(_ value: Payload) { phase = .done(value) }

    /// The ballot that is under way.
    private var current: Ballot? {
        switch phase {
        case .preparing(let ballot, _, _): ballot
        case .accepting(let proposal, _): proposal.ballot
        case .idle, .done: nil
        }
    }

    /// A promise is for one ballot: none is there when the next begins.
    private var formerPromises: MemberSet {
        guard flaw == .formerPromisesCounted, case .preparing(_, let promises, _) = phase else { return MemberSet() }
        return promises
    }
}

extension Proposal? {
    /// Nothing was accepted, or something in a lower ballot.
    func isBelow(_ ballot: Ballot) -> Bool { map { $0.ballot < ballot } ?? true }
}

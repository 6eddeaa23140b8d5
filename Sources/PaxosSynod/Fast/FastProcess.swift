import PaxosBase

/// A member of Fast Paxos with all roles: a value that is told what happened and says what is to be done, as a ``SynodProcess`` is.
///
/// It speaks in the same messages. An `accept` in the ballot that is open comes from whoever's client wants the value.
public struct FastProcess: Consensus {
    /// Its own, one of the members.
    public let identity: NodeID
    /// Who takes part.
    public let members: Configuration
    /// Its role as an acceptor.
    public private(set) var acceptor: FastPaxos.Acceptor
    /// Its role as a proposer.
    public private(set) var proposer: FastPaxos.Proposer
    /// Its role as a learner.
    public private(set) var learner: FastPaxos.Learner
    private var patience: Patience?
    private var outbox = Outbox()

    public init(identity: NodeID, among members: Configuration, durable: SynodState, patience: Patience?) {
        self.init(identity: identity, among: members, durable: durable, patience: patience, flaw: nil)
    }

    package init(
        identity: NodeID, among members: Configuration, durable: SynodState, patience: Patience?, flaw: FastPaxosFlaw?
    ) {
        self.identity = identity
        self.members = members
        self.patience = patience
        acceptor = FastPaxos.Acceptor(durable, flaw: flaw)
        proposer = FastPaxos.Proposer(identity: identity, of: members, durable, flaw: flaw)
        learner = FastPaxos.Learner(acceptorCount: members.members.count, flaw: flaw)
    }

    /// When it wants to be told that time passed; nil when it waits for nothing.
    public var nextDeadline: Instant? { patience?.nextDeadline }

    /// Takes in what happened. Hints who should lead are of no use here.
    public mutating func step(_ event: SynodEvent, at now: Instant, into effects: inout SynodEffects) {
        switch event {
        case .started, .hinted: break
        case .received(let message, let sender): receive(message, from: sender, at: now, into: &effects)
        case .proposed(let value):
            proposer.propose(value, into: &effects)
            patience?.stood(at: now)
        case .written(let write): return outbox.release(through: write, into: &effects)
        case .stands: stand(at: now, into: &effects)
        case .timePassed: if patience?.isStandDue(at: now) == true { stand(at: now, into: &effects) }
        }
        outbox.hold(&effects)
    }

    private mutating func receive(
        _ message: SynodMessage, from sender: NodeID, at now: Instant, into effects: inout SynodEffects
    ) {
        switch message {
        case .prepare(let ballot): acceptor.prepare(ballot, from: sender, into: &effects)
        case .promise(let ballot, let accepted):
            proposer.promise(ballot, accepted: accepted, from: sender, into: &effects)
        case .accept(let proposal): accept(proposal, from: sender, into: &effects)
        case .accepted(let proposal): accepted(proposal, by: sender, into: &effects)
        case .refused(let ballot, let promised):
            let isBeaten = proposer.refused(ballot, promised: promised)
            if isBeaten, patience?.beaten(at: now) == true { stand(at: now, into: &effects) }
        case .chosen(let value): learn(learner.learn(value), into: &effects)
        case .ask: if let chosen = learner.chosen { effects.send(.chosen(chosen), to: sender) }
        }
    }

    private mutating func accept(_ proposal: Proposal, from sender: NodeID, into effects: inout SynodEffects) {
        if proposal.ballot == FastPaxos.opening(of: members) {
            let coordinator = FastPaxos.coordinator(of: members)
            acceptor.acceptDirectly(proposal, from: sender, telling: coordinator, into: &effects)
        } else {
            acceptor.accept(proposal, from: sender, into: &effects)
        }
    }

    private mutating func accepted(_ proposal: Proposal, by acceptor: NodeID, into effects: inout SynodEffects) {
        learn(learner.count(proposal, of: acceptor, among: members), into: &effects)
        proposer.accepted(proposal, by: acceptor, into: &effects)
    }

    private mutating func learn(_ value: Payload?, into effects: inout SynodEffects) {
        guard let value else { return }
        effects.learned = value
        proposer.learn()
        patience?.end()
    }

    /// Time is up: the coordinator recovers if it can, and who cannot begins a ballot.
    private mutating func stand(at now: Instant, into effects: inout SynodEffects) {
        patience?.stood(at: now)
        if !proposer.recover(into: &effects) { proposer.stand(into: &effects) }
    }

    /// Whoever compares members of one group, as explorations do, has the same constants in each.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(acceptor)
        hasher.combine(proposer)
        hasher.combine(learner)
        hasher.combine(patience)
        hasher.combine(outbox)
    }
}

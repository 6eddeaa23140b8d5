import PaxosBase

/// A process with the roles that a ``Synod`` gives it: a value that is told what happened and says what is to be done.
///
/// It knows no clock, disk or network. After a crash it is made anew from what its disk holds, and everything else of it
/// is gone. Time has a part in it only through its ``Patience``.
public struct SynodProcess: Hashable, Sendable {
    /// Its own, one of those that the Synod names.
    public let identity: NodeID
    /// Of which it is a process.
    public let synod: Synod
    /// Its role as an acceptor; nil when it has none.
    public private(set) var acceptor: Acceptor?
    /// Its role as a proposer; nil when it has none.
    public private(set) var proposer: Proposer?
    /// Its role as a learner; nil when it has none.
    public private(set) var learner: Learner?
    private var patience: Patience?
    /// Who is said to lead.
    private var hint: NodeID?
    private var outbox = Outbox()
    private var hasToldHost = false
    private let flaw: SynodFlaw?

    /// - Parameters:
    ///   - durable: The fold of all records that its disk holds.
    ///   - patience: When it tries again by itself; nil when it does only what it is told.
    public init(identity: NodeID, of synod: Synod, durable: SynodState, patience: Patience?) {
        self.init(identity: identity, of: synod, durable: durable, patience: patience, flaw: nil)
    }

    package init(identity: NodeID, of synod: Synod, durable: SynodState, patience: Patience?, flaw: SynodFlaw?) {
        self.identity = identity
        self.synod = synod
        self.patience = patience
        self.flaw = flaw
        if synod.acceptors.contains(identity) { acceptor = Acceptor(durable, flaw: flaw) }
        if synod.proposers.contains(identity) { proposer = Proposer(identity: identity, durable, flaw: flaw) }
        if synod.learners.contains(identity) {
            learner = Learner(acceptorCount: synod.acceptors.members.count, flaw: flaw)
        }
    }

    /// What it knows to be chosen.
    public var chosen: Payload? {
        if case .done(let value)? = proposer?.phase { return value }
        return learner?.chosen
    }

    /// When it wants to be told that time passed; nil when it waits for nothing.
    public var nextDeadline: Instant? { patience?.nextDeadline }

    /// Takes in what happened.
    /// - Parameters:
    ///   - now: On this process's monotonic clock.
    ///   - effects: Empty before; carried out before the next step.
    public mutating func step(_ event: SynodEvent, at now: Instant, into effects: inout SynodEffects) {
        switch event {
        case .started: ask(at: now, into: &effects)
        case .received(let message, let sender): receive(message, from: sender, at: now, into: &effects)
        case .proposed(let value):
            proposer?.propose(value)
            stand(at: now, into: &effects)
        case .written(let write): return outbox.release(through: write, into: &effects)
        case .hinted(let leader): follow(leader, at: now, into: &effects)
        case .stands: stand(at: now, into: &effects)
        case .timePassed: wake(at: now, into: &effects)
        }
        if flaw != .saidBeforeDurable { outbox.hold(&effects) }
    }

    private mutating func receive(
        _ message: SynodMessage, from sender: NodeID, at now: Instant, into effects: inout SynodEffects
    ) {
        switch message {
        case .prepare(let ballot): acceptor?.prepare(ballot, from: sender, into: &effects)
        case .promise(let ballot, let accepted):
            proposer?.promise(ballot, accepted: accepted, from: sender, of: synod.acceptors, into: &effects)
        case .accept(let proposal):
            acceptor?.accept(proposal, from: sender, telling: synod.toldByAcceptors, into: &effects)
        case .accepted(let proposal): accepted(proposal, by: sender, into: &effects)
        case .refused(let ballot, let promised):
            guard proposer?.refused(ballot, promised: promised) == .beaten else { return }
            if patience?.beaten(at: now) == true { stand(at: now, into: &effects) }
        case .chosen(let value): learn(value, into: &effects)
        case .ask: answer(sender, into: &effects)
        }
    }

    private mutating func accepted(_ proposal: Proposal, by acceptor: NodeID, into effects: inout SynodEffects) {
        let counted = proposer?.accepted(proposal, by: acceptor, of: synod.acceptors)
        let learned = learner?.count(proposal, of: acceptor, among: synod.acceptors)
        guard let value = learned ?? counted else { return }
        learn(value, into: &effects)
    }

    /// What is chosen is known: told to the host once, and by a distinguished learner to the others.
    private mutating func learn(_ value: Payload, into effects: inout SynodEffects) {
        guard !hasToldHost else { return }
        hasToldHost = true
        effects.learned = value
        _ = learner?.learn(value)
        proposer?.learn(value)
        patience?.end()
        guard synod.distinguished.contains(identity) else { return }
        effects.send(.chosen(value), to: synod.learners.filter { $0 != identity })
    }

    /// A process that knows tells it; of the others an acceptor tells what it accepted.
    private func answer(_ learner: NodeID, into effects: inout SynodEffects) {
        if let chosen {
            effects.send(.chosen(chosen), to: learner)
        } else {
            acceptor?.tell(learner, into: &effects)
        }
    }

    private mutating func follow(_ leader: NodeID?, at now: Instant, into effects: inout SynodEffects) {
        hint = leader
        if mayStand { stand(at: now, into: &effects) } else { patience?.keepStill() }
    }

    private var mayStand: Bool { hint == nil || hint == identity }

    private mutating func stand(at now: Instant, into effects: inout SynodEffects) {
        guard mayStand, proposer?.isTrying == true else { return }
        proposer?.stand(asking: synod.acceptors, into: &effects)
        patience?.stood(at: now)
    }

    private mutating func wake(at now: Instant, into effects: inout SynodEffects) {
        ask(at: now, into: &effects)
        if patience?.isStandDue(at: now) == true { stand(at: now, into: &effects) }
    }

    /// What nobody told this learner it asks for: messages get lost, and who was to tell may be gone.
    private mutating func ask(at now: Instant, into effects: inout SynodEffects) {
        guard let learner, learner.chosen == nil, patience?.isAskDue(at: now) == true else { return }
        // Itself included: its acceptor's vote from before a restart is news to its learner.
        effects.send(.ask, to: Set(synod.acceptors.members + synod.learners).sorted())
    }

    /// Whoever compares processes of one Synod, as explorations do, has the same constants in each.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(acceptor)
        hasher.combine(proposer)
        hasher.combine(learner)
        hasher.combine(patience)
        hasher.combine(hint)
        hasher.combine(outbox)
    }
}

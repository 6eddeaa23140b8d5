import PaxosBase

/// What a log asks of the protocol that chooses the command of a slot: one of its members, with every role, as a value that
/// is told what happened and says what is to be done.
///
/// The log knows no more of it than this, so that "you could replace Paxos with any consensus protocol": ``SynodProcess`` and
/// ``FastProcess`` are behind it. Both speak in ``SynodMessage``s and keep ``SynodRecord``s. What is asked of them is agreement,
/// validity, and that nothing leaves a member before what it rests on is durable.
/// - Source: the first of the texts ("From Single Decree To A Log"); Docs/FROM-THE-TEXTS.md, 1.19.
public protocol Consensus: Hashable, Sendable {
    /// - Parameters:
    ///   - identity: Of the member.
    ///   - members: All of them; each proposes and accepts.
    ///   - durable: The fold of all records of the slot that its disk holds.
    ///   - patience: When it tries again by itself; nil when it does only what it is told.
    init(identity: NodeID, among members: Configuration, durable: SynodState, patience: Patience?)

    /// When it wants to be told that time passed; nil when it waits for nothing.
    var nextDeadline: Instant? { get }

    /// Takes in what happened.
    /// - Parameters:
    ///   - now: On the member's monotonic clock.
    ///   - effects: Empty before. What is learned is told in it, once.
    mutating func step(_ event: SynodEvent, at now: Instant, into effects: inout SynodEffects)
}

extension SynodProcess: Consensus {
    /// Whoever proposes learns from the votes, and the log tells the others.
    public init(identity: NodeID, among members: Configuration, durable: SynodState, patience: Patience?) {
        self.init(identity: identity, of: .combined(members), durable: durable, patience: patience)
    }
}

extension Synod {
    /// A Synod whose members have both roles, proposer and acceptor.
    package static func combined(_ members: Configuration) -> Synod {
        Synod(proposers: members.members, acceptors: members, learners: [], learning: .fromAcceptors)
    }
}

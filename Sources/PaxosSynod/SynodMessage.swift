import PaxosBase

/// A ballot with the value that acceptors are asked to accept in it. One ballot has one value.
public struct Proposal: Hashable, Sendable {
    /// In which it is proposed.
    public let ballot: Ballot
    /// What is proposed.
    public let value: Payload

    public init(ballot: Ballot, value: Payload) {
        self.ballot = ballot
        self.value = value
    }
}

/// What processes say to each other. Each message may be lost, repeated and overtaken by others.
public enum SynodMessage: Hashable, Sendable {
    /// Phase 1a, from a proposer: asks for a promise.
    case prepare(Ballot)
    /// Phase 1b, from an acceptor: it accepts nothing in lower ballots any more, and this is what it accepted last.
    case promise(Ballot, accepted: Proposal?)
    /// Phase 2a, from a proposer: asks to accept.
    case accept(Proposal)
    /// Phase 2b, from an acceptor, to the proposer and to learners: it has accepted, durably.
    case accepted(Proposal)
    /// From an acceptor: the ballot comes too late, since a higher one was promised. A hint; nothing depends on it.
    case refused(Ballot, promised: Ballot)
    /// From whoever knows: this value is chosen.
    case chosen(Payload)
    /// From a learner to whom nobody has told what is chosen: asks acceptors and other learners.
    case ask
}

/// A message with its receiver, which may be the sender itself.
public struct SynodSend: Hashable, Sendable {
    /// The receiver.
    public let to: NodeID
    /// What it is told.
    public let message: SynodMessage

    public init(to: NodeID, message: SynodMessage) {
        self.to = to
        self.message = message
    }
}

/// Something that no process says which follows its program. It counts as lost; somebody should look at who said it.
public enum SynodViolation: Hashable, Sendable {
    /// A promise of a ballot whose value nobody knows yet tells of an acceptance in that ballot or above.
    case acceptedAbovePromise(Ballot, accepted: Proposal, by: NodeID)
}

/// What a process wants done.
public struct SynodEffects: Sendable {
    /// To send at once, in any order, or to lose.
    public var sends: [SynodSend] = []
    /// To be made durable, in order and all together; then the process is to be told ``SynodEvent/written(_:)``.
    public var records: [SynodRecord] = []
    /// Names the write of ``records``.
    public var write = SynodWrite.zero
    /// The process has learned what is chosen: told once.
    public var learned: Payload?
    /// What was received is refused.
    public var violation: SynodViolation?

    public init() {}

    mutating func send(_ message: SynodMessage, to receivers: some Sequence<NodeID>) {
        for receiver in receivers { sends.append(SynodSend(to: receiver, message: message)) }
    }

    mutating func send(_ message: SynodMessage, to receiver: NodeID) {
        sends.append(SynodSend(to: receiver, message: message))
    }
}

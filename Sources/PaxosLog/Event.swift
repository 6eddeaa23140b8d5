import PaxosBase

/// What can happen to a replica.
public enum Event: Sendable {
    case received(Envelope, from: NodeID)
    /// Clients of this replica proposed commands.
    case proposed([Proposal])
    /// Reads wait for a barrier; one token stands for all that came together.
    case readRequested(ReadToken)
    /// Everything up to this write is on stable storage.
    case written(WriteID)
    /// A snapshot covers every slot up to here and is itself durable: the log below may be trimmed.
    case snapshotWritten(through: Slot)
    /// What `Load` asked for: entries that are chosen, in a run from `first`; empty when they cannot be had.
    case loaded(first: Slot, [Entry], for: NodeID)
    /// The connection to a peer was reset: it is suspected at once.
    case disconnected(NodeID)
    /// The node is about to stop: if it leads, another should.
    case handOverRequested
    /// The journal refuses (or again takes) writes: a replica that cannot write proposes nothing.
    case journalFull(Bool)
    /// The next deadline came.
    case timePassed
    /// No more input is at hand: what was gathered leaves now, in whole batches.
    case inputDrained
}

/// A client's command as it reaches its replica.
public struct Proposal: Hashable, Sendable {
    /// Chosen by the host, to recognise the outcome.
    public let token: UInt64
    public let payload: Payload

    public init(token: UInt64, payload: Payload) {
        self.token = token
        self.payload = payload
    }
}

/// Chosen by the host, to recognise the outcome.
public struct ReadToken: Hashable, Sendable {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a replica wants done. The host carries out all of it, in any order, but for these rules:
/// records are written in order, `applies` are applied in order, and `outcomes` come after `applies`. A host that needs
/// several turns for what it applies may tell the other outcomes meanwhile; `readReady` has to wait for all of it.
public struct Effects: Sendable {
    public var sends: [Send] = []
    /// Records to write under ``writeID``; empty when nothing has to be written.
    public var records: [Record] = []
    /// The write that covers ``records``.
    public var writeID = WriteID.zero
    public var applies: [Apply] = []
    public var outcomes: [Outcome] = []
    /// Entries to read back from the journal for a peer that lags.
    public var loads: [Load] = []

    public init() {}

    public var isEmpty: Bool {
        sends.isEmpty && records.isEmpty && applies.isEmpty && outcomes.isEmpty && loads.isEmpty
    }

    /// Empties the effects and keeps the memory for the next step.
    public mutating func removeAll() {
        sends.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        applies.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        loads.removeAll(keepingCapacity: true)
    }
}

/// Asks the journal for chosen entries that the replica no longer holds in memory.
public struct Load: Hashable, Sendable {
    public let peer: NodeID
    public let first: Slot
    public let last: Slot

    public init(peer: NodeID, first: Slot, last: Slot) {
        self.peer = peer
        self.first = first
        self.last = last
    }
}

public struct Send: Hashable, Sendable {
    public let to: NodeID
    public let envelope: Envelope

    public init(to: NodeID, envelope: Envelope) {
        self.to = to
        self.envelope = envelope
    }
}

/// A chosen entry in its turn. Every slot comes exactly once and in order; only `command` reaches the state machine.
public struct Apply: Hashable, Sendable {
    public let slot: Slot
    /// The largest stamp that counts among the commands up to this slot: the time for the state machine. It never goes back.
    public let time: LogTime
    public let action: Action

    public enum Action: Hashable, Sendable {
        /// A no-op, or a command that was applied at an earlier slot: nothing to do.
        case skip
        /// Apply the payload. The token is that of a proposal of this very replica, whose client waits.
        case command(Payload, token: UInt64?)
        /// An entry of an unknown kind: stop here, the node must be upgraded.
        case halt(kind: UInt8)
    }

    public init(slot: Slot, time: LogTime = .zero, action: Action) {
        self.slot = slot
        self.time = time
        self.action = action
    }
}

/// What became of a client's request, other than by being applied.
public enum Outcome: Hashable, Sendable {
    /// The reads under this token may run now.
    case readReady(ReadToken)
    /// No barrier was reached in time.
    case readFailed(ReadToken)
    /// The disk of this replica is full, so that it cannot take the entries which the reads would have to see.
    case readLags(ReadToken)
    /// The command was never proposed and never will be.
    case rejected(token: UInt64, Rejection)
    /// Nobody can say in time whether the command will be applied.
    case unknown(token: UInt64)
    /// This replica follows another leader than before, or none.
    case leaderChanged(Ballot?)
}

public enum Rejection: Hashable, Sendable {
    /// Too many commands wait already.
    case overloaded
    /// The disk is full.
    case journalFull
}

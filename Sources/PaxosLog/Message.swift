import PaxosBase

/// A message between two nodes, addressed to one group in one configuration.
public struct Envelope: Hashable, Sendable {
    /// The log it belongs to; one node can host many.
    public let group: GroupID
    /// The configuration it was sent in; what another configuration votes is not counted.
    public let configuration: ConfigurationNumber
    public let message: Message

    public init(group: GroupID, configuration: ConfigurationNumber, message: Message) {
        self.group = group
        self.configuration = configuration
        self.message = message
    }
}

/// What nodes say to each other.
public enum Message: Hashable, Sendable {
    // Phase 1
    case prepare(Prepare)
    case promise(Promise)
    /// To a proposer whose ballot is too low.
    case refused(Refused)

    // Phase 2
    case accept(Accept)
    case accepted(Accepted)
    case chosen(ChosenMark)

    // Repair
    case fetch(Fetch)
    case learned(Learned)

    // Commands and reads
    case forward(Forward)
    case barrier(Barrier)
    case barrierConfirmed(BarrierConfirmed)
    case readRequest(ReadRequest)
    case readAnswer(ReadAnswer)
    case probe(Probe)
    case probeAnswer(ProbeAnswer)

    // Election
    case heartbeat(Heartbeat)
    case heartbeatReply(HeartbeatReply)
    case handOver(HandOver)
}

/// Phase 1a: asks for a promise that covers all slots.
public struct Prepare: Hashable, Sendable {
    public let ballot: Ballot
    /// The candidate knows every slot up to here; acceptors report what lies above.
    public let watermark: Slot
    /// Counts the askings of this ballot, so that parts of two answers are never mixed.
    public let attempt: UInt32

    public init(ballot: Ballot, watermark: Slot, attempt: UInt32) {
        self.ballot = ballot
        self.watermark = watermark
        self.attempt = attempt
    }
}

/// What an acceptor knows of one slot above the watermarks. Slots it never had are left out.
public struct SlotReport: Hashable, Sendable {
    public let slot: Slot
    public let state: State

    public enum State: Hashable, Sendable {
        case accepted(Ballot, Entry)
        /// The acceptor knows that this value is chosen, although a slot below it is still open there.
        case chosen(Entry)
        /// The acceptor cannot read what it once may have accepted; `bound` is the promise it held when it noticed.
        case faulty(bound: Ballot)
    }

    public init(slot: Slot, state: State) {
        self.slot = slot
        self.state = state
    }

    /// How many bytes the report takes in a message, at most: slot, kind and ballot, and the entry.
    public var byteCount: Int {
        switch state {
        case .accepted(_, let entry), .chosen(let entry): 33 + entry.byteCount
        case .faulty: 33
        }
    }
}

/// Phase 1b: the acceptor takes part in no lower ballot, and this is all it accepted above the watermarks.
public struct Promise: Hashable, Sendable {
    public let ballot: Ballot
    /// The asking that this answers.
    public let attempt: UInt32
    /// Tells the answers to one asking apart: parts of two of them are cut at different slots and do not add up.
    public let answer: UInt64
    /// The acceptor knows that everything up to here is chosen, and can serve it.
    public let watermark: Slot
    /// Long answers are cut: this is number `part` (from 0) of `parts`.
    public let part: UInt32
    public let parts: UInt32
    /// Ascending by slot.
    public let reports: [SlotReport]

    public init(
        ballot: Ballot, attempt: UInt32, answer: UInt64, watermark: Slot, part: UInt32, parts: UInt32,
        reports: [SlotReport]
    ) {
        self.ballot = ballot
        self.attempt = attempt
        self.answer = answer
        self.watermark = watermark
        self.part = part
        self.parts = parts
        self.reports = reports
    }
}

/// The receiver of a `Prepare`, `Accept` or `Barrier` promised a higher ballot before.
public struct Refused: Hashable, Sendable {
    /// The ballot that came too late.
    public let ballot: Ballot
    /// What the sender promised meanwhile.
    public let promised: Ballot

    public init(ballot: Ballot, promised: Ballot) {
        self.ballot = ballot
        self.promised = promised
    }
}

/// Phase 2a: asks to accept a run of slots.
public struct Accept: Hashable, Sendable {
    public let ballot: Ballot
    /// The slot of the first entry; the others follow without a gap.
    public let first: Slot
    public let entries: [Entry]
    /// The leader's chosen watermark rides along.
    public let mark: ChosenMark

    public init(ballot: Ballot, first: Slot, entries: [Entry], mark: ChosenMark) {
        self.ballot = ballot
        self.first = first
        self.entries = entries
        self.mark = mark
    }
}

/// Phase 2b: the sender's acceptance of these slots in this ballot is durable.
public struct Accepted: Hashable, Sendable {
    public let ballot: Ballot
    public let first: Slot
    public let last: Slot

    public init(ballot: Ballot, first: Slot, last: Slot) {
        self.ballot = ballot
        self.first = first
        self.last = last
    }
}

/// Everything up to `watermark` is chosen. It travels with the ballot it was chosen in: a receiver takes a slot for
/// chosen on this word only if it accepted that slot in `ballot` itself (rules 8 and 9).
public struct ChosenMark: Hashable, Sendable {
    public let ballot: Ballot
    public let watermark: Slot

    public init(ballot: Ballot, watermark: Slot) {
        self.ballot = ballot
        self.watermark = watermark
    }
}

/// Asks a peer for entries that it knows to be chosen.
public struct Fetch: Hashable, Sendable {
    public let first: Slot
    /// Included; the peer may send fewer.
    public let last: Slot

    public init(first: Slot, last: Slot) {
        self.first = first
        self.last = last
    }
}

/// Chosen entries, in answer to a `Fetch`: a run, possibly shorter than asked for, possibly empty.
public struct Learned: Hashable, Sendable {
    public let first: Slot
    public let entries: [Entry]
    /// How far the sender's knowledge reaches.
    public let watermark: Slot
    /// The sender no longer holds entries up to here: they are in its snapshot.
    public let trimmed: Slot

    public init(first: Slot, entries: [Entry], watermark: Slot, trimmed: Slot) {
        self.first = first
        self.entries = entries
        self.watermark = watermark
        self.trimmed = trimmed
    }
}

/// Commands of a replica's clients, on their way to the leader.
public struct Forward: Hashable, Sendable {
    /// Ascending by sequence.
    public let commands: [Command]
    /// How often they may be passed on still: a replica that cannot reach the leader sends them through one that can.
    public let hops: UInt8

    public init(commands: [Command], hops: UInt8) {
        self.commands = commands
        self.hops = hops
    }
}

/// Names one read barrier. Never used again: an old answer must not confirm a new read (rules 19 and 20).
public struct Nonce: Hashable, Comparable, Sendable {
    public let node: NodeID
    public let incarnation: Incarnation
    public let counter: UInt64

    public init(node: NodeID, incarnation: Incarnation, counter: UInt64) {
        self.node = node
        self.incarnation = incarnation
        self.counter = counter
    }

    public static func < (left: Nonce, right: Nonce) -> Bool {
        if left.node != right.node { return left.node < right.node }
        if left.incarnation != right.incarnation { return left.incarnation < right.incarnation }
        return left.counter < right.counter
    }
}

/// The leader asks whether its ballot is still the highest.
public struct Barrier: Hashable, Sendable {
    public let ballot: Ballot
    public let nonce: Nonce

    public init(ballot: Ballot, nonce: Nonce) {
        self.ballot = ballot
        self.nonce = nonce
    }
}

/// When this was sent the sender had promised no higher ballot.
public struct BarrierConfirmed: Hashable, Sendable {
    public let ballot: Ballot
    public let nonce: Nonce

    public init(ballot: Ballot, nonce: Nonce) {
        self.ballot = ballot
        self.nonce = nonce
    }
}

/// A replica asks its leader up to where it must have applied for the reads that wait. Sending it confirms the ballot.
public struct ReadRequest: Hashable, Sendable {
    public let ballot: Ballot
    public let nonce: Nonce

    public init(ballot: Ballot, nonce: Nonce) {
        self.ballot = ballot
        self.nonce = nonce
    }
}

/// The reads that wait under `nonce` may run once everything up to `target` is applied.
public struct ReadAnswer: Hashable, Sendable {
    public let nonce: Nonce
    public let target: Slot

    public init(nonce: Nonce, target: Slot) {
        self.nonce = nonce
        self.target = target
    }
}

/// A quorum read asks for the highest slot with any record.
public struct Probe: Hashable, Sendable {
    public let nonce: Nonce

    public init(nonce: Nonce) { self.nonce = nonce }
}

/// How far the sender's records reach: once everything up to the highest of a quorum is applied, a read sees every write
/// that was acknowledged before it began.
public struct ProbeAnswer: Hashable, Sendable {
    public let nonce: Nonce
    /// Accepted, chosen or faulty, whatever gaps lie below.
    public let highest: Slot

    public init(nonce: Nonce, highest: Slot) {
        self.nonce = nonce
        self.highest = highest
    }
}

/// One round of the election's failure detector: whoever hears it answers at once.
/// - Source: Ng, Haridi, Carbone, "Omni-Paxos", EuroSys 2023, section 5 (ballot leader election).
public struct Heartbeat: Hashable, Sendable {
    /// Counts the sender's rounds.
    public let round: UInt64

    public init(round: UInt64) { self.round = round }
}

/// What the sender promised, whom it follows and whether that goes well: from a quorum of these everybody tells alike
/// whether a new leader is needed and who may stand.
public struct HeartbeatReply: Hashable, Sendable {
    /// The round that this answers.
    public let round: UInt64
    /// The highest ballot that the sender promised.
    public let promised: Ballot
    /// The ballot of the leader that the sender follows or is; zero when it knows none.
    public let leader: Ballot
    /// The sender has a leader that makes progress.
    public let isHappy: Bool
    /// Everything up to here is chosen and on the sender's stable storage: nobody need keep it for the sender.
    public let durableWatermark: Slot

    public init(round: UInt64, promised: Ballot, leader: Ballot, isHappy: Bool, durableWatermark: Slot) {
        self.round = round
        self.promised = promised
        self.leader = leader
        self.isHappy = isHappy
        self.durableWatermark = durableWatermark
    }
}

/// A leader that goes asks the receiver to stand at once.
public struct HandOver: Hashable, Sendable {
    /// In which the sender leads.
    public let ballot: Ballot

    public init(ballot: Ballot) { self.ballot = ballot }
}

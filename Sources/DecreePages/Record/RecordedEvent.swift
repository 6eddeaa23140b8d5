/// Something that happened at a node.
public struct RecordedEvent: Hashable, Sendable {
    public let node: Int
    public let kind: Int
    /// What happened, in a few words.
    public var text: String
    /// What came of it, each in a few words.
    public var consequences: [String] = []
    /// The message that arrives by it.
    public var message: Int?
    /// What the node holds from now on; nil where that is what it held before.
    public var facts: [RecordedFact]?
    /// The votes from now on, where there are several decisions those of the slots in which they changed; nil where they are as
    /// before.
    public var voting: [RecordedBallot]?
    /// A ballot begins with a value: which other values may still be chosen below it.
    public var judgement: RecordedJudgement?
    /// When, in nanoseconds since the run began; nil where a run knows no time.
    public var nanoseconds: UInt64?

    public init(node: Int, kind: Int, text: String) {
        self.node = node
        self.kind = kind
        self.text = text
    }
}

/// One thing that a node holds.
public struct RecordedFact: Hashable, Sendable {
    /// What it is good for.
    public enum Weight: String, Hashable, Sendable {
        case usual
        /// It grows all the time: nobody looks for the moment when it does.
        case running
        /// It is decided, and told to clients.
        case decided
        /// The node is down.
        case down
    }

    /// What is held, as in "promised".
    public let name: String
    public let value: String
    public let weight: Weight

    public init(_ name: String, _ value: String, weight: Weight = .usual) {
        self.name = name
        self.value = value
        self.weight = weight
    }
}

/// The votes for a value in a ballot.
public struct RecordedBallot: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        /// A quorum voted for it.
        case chosen
        /// A quorum voted for it or still may.
        case choosable
        /// Too many promised not to.
        case closed
    }

    /// Which decision it is, as in "4" or "4..9"; empty where there is one.
    public let slot: String
    public let ballot: String
    public let value: String
    /// Nodes, ascending.
    public let voters: [Int]
    /// Those that did not vote and may still.
    public let undecided: [Int]
    public let state: State

    public init(
        slot: String = "", ballot: String, value: String, voters: [Int], undecided: [Int], state: State
    ) {
        self.slot = slot
        self.ballot = ballot
        self.value = value
        self.voters = voters
        self.undecided = undecided
        self.state = state
    }
}

/// Whether the value with which a ballot begins is safe.
public struct RecordedJudgement: Hashable, Sendable {
    public let isSafe: Bool
    /// Ballot by ballot.
    public let lines: [String]

    public init(isSafe: Bool, lines: [String]) {
        self.isSafe = isSafe
        self.lines = lines
    }
}

/// Something that a node said to another.
public struct RecordedMessage: Hashable, Sendable {
    public enum Fate: Hashable, Sendable {
        /// At an event.
        case arrived(Int)
        /// On its way, behind an event.
        case lost(Int)
        /// When the run ended.
        case underWay
    }

    public let from: Int
    public let to: Int
    public let kind: Int
    public let text: String
    /// The event by which it was sent; nil when that was before the first.
    public var sentBy: Int?
    public var fate = Fate.underWay

    public init(from: Int, to: Int, kind: Int, text: String, sentBy: Int?) {
        self.from = from
        self.to = to
        self.kind = kind
        self.text = text
        self.sentBy = sentBy
    }
}

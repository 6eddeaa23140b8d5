import DecreeJournal
import PaxosBase

/// How a node is doing: a picture that any thread may ask for at any time.
public struct NodeStatus: Sendable {
    /// What a node is about.
    public enum Phase: String, Hashable, Sendable {
        /// The first start of a cluster: it waits until every member has answered once.
        case forming
        /// It takes part in the log and answers requests.
        case serving
        /// The log holds an entry of a newer version; nothing more is applied.
        case halted
        /// It was told to stop and comes to its end; requests are refused.
        case stopping
        /// Nothing happens any more.
        case stopped
    }

    /// The node that this is about.
    public let node: NodeID
    /// The identifier of its cluster; never 0.
    public let clusterID: UInt64
    /// The members of its cluster, itself among them; ascending by node.
    public let members: [Member]
    /// What the node's loop published last, at the end of a turn.
    public var loop = LoopStatus()
    /// How it stands with each other member; a tenth of a second old at most.
    public var peers: [PeerStatus]
    /// What the journal did since the node started.
    public var journal: JournalStatistics

    /// - Parameters:
    ///   - loop: What the node's loop published last.
    ///   - peers: How the node stands with each other member.
    ///   - journal: What the journal did since the node started.
    public init(
        node: NodeID, clusterID: UInt64, members: [Member], loop: LoopStatus = LoopStatus(),
        peers: [PeerStatus] = [], journal: JournalStatistics = JournalStatistics()
    ) {
        self.node = node
        self.clusterID = clusterID
        self.members = members
        self.loop = loop
        self.peers = peers
        self.journal = journal
    }

    /// What the node is about.
    public var phase: Phase { loop.phase }
    /// Whether this node leads: it has a quorum's promise in its ballot.
    public var isLeading: Bool { loop.isLeading }
    /// The ballot of the leader that this node follows or is.
    public var leaderBallot: Ballot? { loop.leader }
    /// The leader that this node follows or is; nil while it knows none.
    public var leader: NodeID? { loop.leader?.node }
    /// A number that never decreases and is higher under every later leader.
    public var term: UInt64 { loop.term }
    /// Every slot up to here is chosen.
    public var watermark: Slot { loop.watermark }
    /// Every slot up to here is applied.
    public var applied: Slot { loop.applied }
    /// The highest ballot that this node has promised; it votes in no lower one.
    public var promised: Ballot { loop.promised }
    /// What became of snapshots.
    public var snapshot: SnapshotStatus { loop.snapshot }
    /// Counts since the node started.
    public var counters: NodeCounters { loop.counters }
}

/// The part of the status that a node's loop publishes once in a turn: plain words, cheap to copy.
public struct LoopStatus: Sendable {
    /// What the node is about.
    public var phase = NodeStatus.Phase.forming
    /// Whether this node leads.
    public var isLeading = false
    /// The ballot of the leader that this node follows or is; nil while it knows none.
    public var leader: Ballot?
    /// A number that never decreases and is higher under every later leader.
    public var term: UInt64 = 0
    /// Every slot up to here is chosen.
    public var watermark = Slot.zero
    /// Every slot up to here is applied.
    public var applied = Slot.zero
    /// The highest ballot that this node has promised.
    public var promised = Ballot.zero
    /// What became of snapshots.
    public var snapshot = SnapshotStatus()
    /// Counts since the node started.
    public var counters = NodeCounters()

    public init() {}
}

/// What became of snapshots since the node started.
public struct SnapshotStatus: Hashable, Sendable {
    /// What the newest snapshot covers; zero when there is none.
    public var slot = Slot.zero
    /// The size of its file, in bytes.
    public var byteCount = 0
    /// Whether one is being written now.
    public var isRunning = false
    /// How many were written since the node started.
    public var taken: UInt64 = 0
    /// How many could not be written since then.
    public var failures: UInt64 = 0
    /// How long the newest one took, from its beginning to its durable end.
    public var lastDuration = TimeSpan.zero
    /// Journal bytes written since the newest snapshot.
    public var journalBytesSince = 0

    public init() {}
}

/// Counts since the node started; a server gives them names of its own.
public struct NodeCounters: Hashable, Sendable {
    /// Turns of the node's loop.
    public var turns: UInt64 = 0
    /// Commands that clients of this node handed over, refused ones among them.
    public var commandsSubmitted: UInt64 = 0
    /// Commands that were applied here, whoever's clients sent them.
    public var commandsApplied: UInt64 = 0
    /// Commands of this node's clients that ended with a failure.
    public var commandsFailed: UInt64 = 0
    /// Commands that the machine wanted by itself and that this node proposed.
    public var commandsDue: UInt64 = 0
    /// Queries that clients of this node handed over, refused ones among them.
    public var queriesSubmitted: UInt64 = 0
    /// Queries that were answered.
    public var queriesAnswered: UInt64 = 0
    /// Queries that ended with a failure.
    public var queriesFailed: UInt64 = 0
    /// Turns whose linearizable queries were put behind a barrier. The replica may serve several of them by one round of
    /// messages, or need several rounds for one.
    public var barriers: UInt64 = 0
    /// Barriers that were not reached in time.
    public var barriersFailed: UInt64 = 0
    /// How often this node began to follow another leader, or none.
    public var leaderChanges: UInt64 = 0
    /// Commands and queries that wait now.
    public var waitingCommands = 0
    /// Queries that wait for a barrier or for their turn.
    public var waitingQueries = 0
    /// Queries that take more than one step and are under way now.
    public var openCursors = 0

    public init() {}
}

import DecreeJournal
import PaxosBase

/// How a node is doing: a picture that any thread may ask for at any time.
public struct NodeStatus: Sendable {
    public enum Phase: String, Hashable, Sendable {
        /// The first start of a cluster: it waits until every member has answered once.
        case forming
        case serving
        /// The log holds an entry of a newer version; nothing more is applied.
        case halted
        case stopping
        case stopped
    }

    public let node: NodeID
    public let clusterID: UInt64
    public let members: [Member]
    public var loop = LoopStatus()
    public var peers: [PeerStatus]
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

    public var phase: Phase { loop.phase }
    public var isLeading: Bool { loop.isLeading }
    /// The ballot of the leader that this node follows or is.
    public var leaderBallot: Ballot? { loop.leader }
    public var leader: NodeID? { loop.leader?.node }
    /// A number that never decreases and is higher under every later leader.
    public var term: UInt64 { loop.term }
    /// Every slot up to here is chosen.
    public var watermark: Slot { loop.watermark }
    /// Every slot up to here is applied.
    public var applied: Slot { loop.applied }
    public var promised: Ballot { loop.promised }
    public var snapshot: SnapshotStatus { loop.snapshot }
    public var counters: NodeCounters { loop.counters }
}

/// The part of the status that a node's loop publishes once in a turn: plain words, cheap to copy.
public struct LoopStatus: Sendable {
    public var phase = NodeStatus.Phase.forming
    public var isLeading = false
    public var leader: Ballot?
    public var term: UInt64 = 0
    public var watermark = Slot.zero
    public var applied = Slot.zero
    public var promised = Ballot.zero
    public var snapshot = SnapshotStatus()
    public var counters = NodeCounters()

    public init() {}
}

/// What became of snapshots since the node started.
public struct SnapshotStatus: Hashable, Sendable {
    /// What the newest snapshot covers; zero when there is none.
    public var slot = Slot.zero
    public var byteCount = 0
    public var isRunning = false
    public var taken: UInt64 = 0
    public var failures: UInt64 = 0
    public var lastDuration = TimeSpan.zero
    /// Journal bytes written since the newest snapshot.
    public var journalBytesSince = 0

    public init() {}
}

/// Counts since the node started; a server gives them names of its own.
public struct NodeCounters: Hashable, Sendable {
    public var turns: UInt64 = 0
    public var commandsSubmitted: UInt64 = 0
    public var commandsApplied: UInt64 = 0
    public var commandsFailed: UInt64 = 0
    public var queriesSubmitted: UInt64 = 0
    public var queriesAnswered: UInt64 = 0
    public var queriesFailed: UInt64 = 0
    /// Turns whose linearizable queries were put behind a barrier, and those whose barrier was not reached in time. The
    /// replica may serve several turns by one round of messages, or need several for one.
    public var barriers: UInt64 = 0
    public var barriersFailed: UInt64 = 0
    public var leaderChanges: UInt64 = 0
    /// Commands and queries that wait now.
    public var waitingCommands = 0
    public var waitingQueries = 0
    /// Queries that take more than one step and are under way now.
    public var openCursors = 0

    public init() {}
}

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
    public internal(set) var loop = LoopStatus()
    public internal(set) var peers: [PeerStatus]
    public internal(set) var journal: JournalStatistics

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
    public internal(set) var phase = NodeStatus.Phase.forming
    public internal(set) var isLeading = false
    public internal(set) var leader: Ballot?
    public internal(set) var term: UInt64 = 0
    public internal(set) var watermark = Slot.zero
    public internal(set) var applied = Slot.zero
    public internal(set) var promised = Ballot.zero
    public internal(set) var snapshot = SnapshotStatus()
    public internal(set) var counters = NodeCounters()
}

/// What became of snapshots since the node started.
public struct SnapshotStatus: Hashable, Sendable {
    /// What the newest snapshot covers; zero when there is none.
    public internal(set) var slot = Slot.zero
    public internal(set) var byteCount = 0
    public internal(set) var isRunning = false
    public internal(set) var taken: UInt64 = 0
    public internal(set) var failures: UInt64 = 0
    public internal(set) var lastDuration = TimeSpan.zero
    /// Journal bytes written since the newest snapshot.
    public internal(set) var journalBytesSince = 0
}

/// Counts since the node started; a server gives them names of its own.
public struct NodeCounters: Hashable, Sendable {
    public internal(set) var turns: UInt64 = 0
    public internal(set) var commandsSubmitted: UInt64 = 0
    public internal(set) var commandsApplied: UInt64 = 0
    public internal(set) var commandsFailed: UInt64 = 0
    public internal(set) var queriesSubmitted: UInt64 = 0
    public internal(set) var queriesAnswered: UInt64 = 0
    public internal(set) var queriesFailed: UInt64 = 0
    public internal(set) var barriers: UInt64 = 0
    public internal(set) var barriersFailed: UInt64 = 0
    public internal(set) var leaderChanges: UInt64 = 0
    /// Commands and queries that wait now.
    public internal(set) var waitingCommands = 0
    public internal(set) var waitingQueries = 0
    /// Queries that take more than one step and are under way now.
    public internal(set) var openCursors = 0
}

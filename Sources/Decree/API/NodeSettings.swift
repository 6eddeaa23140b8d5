import DecreeJournal
import DecreeNode
import NIOCore
import PaxosBase
import PaxosLog

/// Times, sizes and policies of a node. None of them can break safety, except ``syncsToDisk``.
public struct NodeSettings: Sendable {
    /// Those of the protocol: heartbeats, election, time-outs of requests.
    public var replica = Replica.Settings()
    /// Where peers are awaited; empty: at the member's own addresses.
    public var listen: [PeerAddress] = []
    /// Whether a directory that holds no data is begun. Otherwise it is refused: an empty one means then that a volume
    /// is missing.
    public var mayBegin = true
    /// What the data directory records of the cluster counts, and where the node is started with something else a line
    /// in the log says what was ignored; only the addresses of the same members are taken. Otherwise what does not fit
    /// is refused.
    public var recordedPrevails = false
    /// The size of a journal segment in bytes. Nil: 64 MiB, or on a small volume a sixteenth of it.
    public var journalSegmentBytes: Int?
    /// With less free space than this on the disk, in bytes, writes are refused until there are this many and a segment
    /// more. Nil: 256 MiB, or on a small volume an eighth of it.
    public var journalReserveBytes: Int?
    /// Without syncs a power cut can lose what was acknowledged and break the promises of the protocol: for tests only.
    public var syncsToDisk = true
    /// Those of the node above its log: queries and snapshots.
    public var limits = NodeLimits()
    /// The largest frame that is sent to or taken from a peer, in bytes.
    public var maximumFrameBytes = 64 << 20
    /// What may wait to be sent on one connection, in bytes; beyond it whole messages are dropped and sent again later.
    public var maximumOutgoingBytes = 64 << 20
    /// How long to wait before a peer is dialled again: doubled from the lower to the upper bound, with chance added.
    public var reconnectDelay = TimeSpan.milliseconds(20)...TimeSpan.seconds(1)
    /// How long a connection may take to be opened and greeted.
    public var connectTimeout = TimeSpan.seconds(2)
    /// How long a frame from a peer may take from its first byte to its last, and 4 us more for each byte of a large one; then
    /// the connection is closed, and the peer dials again.
    public var frameTimeout = TimeSpan.seconds(20)
    /// How long what was sent to a peer may wait to be received without any progress; then the connection is replaced by
    /// another one.
    public var stallTimeout = TimeSpan.seconds(3)
    /// How many connections to the peer port may be open that did not say yet who they are; nil: a sixteenth of the
    /// descriptors that the process may have. The oldest makes way for the next.
    public var maximumNewcomers: Int?
    /// How much of a turn long queries, housekeeping and snapshots may each take.
    public var querySlice = TimeSpan.microseconds(200)
    /// Called when the node must not go on, from any of its threads: a write, a sync or the identity failed, and nobody
    /// knows what the disk holds.
    ///
    /// It does not return, because there is nothing to return to: the node could neither vote nor answer, its requests
    /// could not even be refused truthfully, and a second try would take for durable what the system has dropped. Only a
    /// new process can read what is there. The embedder says how this one ends: the library never exits, and the
    /// default stops with the reason as any broken invariant does.
    /// - Parameter fault: What failed, for the last line of a log.
    public var onFault: @Sendable (NodeFault) -> Never = { fault in invariantFailure("\(fault)") }
    /// For tests: changes how the journal is driven.
    var adjustJournal: @Sendable (inout Journal.Settings) -> Void = { _ in }
    /// Puts handlers for encryption in front of peer connections.
    public var peerSecurity: PeerSecurity?

    /// What suits a cluster in one data centre.
    public init() {}

    /// The largest command that is taken, in bytes: it follows from the largest frame.
    public var maximumCommandBytes: Int {
        NodeLimits.largestCommand(inFrame: maximumFrameBytes, behind: replica.maximumBatchBytes)
    }

    var journalOptions: JournalOptions {
        var options = JournalOptions()
        options.segmentByteCount = journalSegmentBytes ?? options.segmentByteCount
        options.spaceReserve = journalReserveBytes.map { UInt64($0) } ?? options.spaceReserve
        return options
    }

    /// The limits of the node, with what follows from other settings.
    var nodeLimits: NodeLimits { limits.following(replica, maximumFrameBytes: maximumFrameBytes) }

    func validate() throws(ConfigurationError) {
        guard replica.heartbeatInterval > .zero, replica.electionTimeout > replica.heartbeatInterval else {
            throw .badSetting("the election timeout must be longer than the heartbeat interval, and both positive")
        }
        guard maximumFrameBytes >= 2 * replica.maximumBatchBytes, maximumFrameBytes <= 1 << 30 else {
            throw .badSetting("a peer frame must hold two batches and stay below 1 GiB")
        }
        guard maximumCommandBytes > 0 else {
            throw .badSetting("a peer frame must have room for a command behind a batch and 64 KiB")
        }
        guard maximumOutgoingBytes >= maximumFrameBytes else {
            throw .badSetting("the outgoing queue must hold at least one frame")
        }
        guard journalReserveBytes ?? 0 >= 0 else { throw .badSetting("the journal's reserve cannot be negative") }
        guard reconnectDelay.lowerBound > .zero else { throw .badSetting("the reconnect delay must be positive") }
        guard limits.snapshots.kept >= 1 else { throw .badSetting("at least one snapshot must be kept") }
    }
}

/// How peer connections are encrypted. The library brings no TLS of its own: a server gives the handlers.
public struct PeerSecurity: Sendable {
    /// Adds handlers to a connection that this node opens. Called on the connection's event loop.
    public let secureClient: @Sendable (any Channel, PeerAddress) throws -> Void
    /// Adds handlers to a connection that a peer opened.
    public let secureServer: @Sendable (any Channel) throws -> Void

    /// - Parameters:
    ///   - secureClient: Adds handlers to a connection that this node opens to the given address. What it throws closes the
    ///     connection; it is dialled again.
    ///   - secureServer: Adds handlers to a connection that a peer opened. What it throws closes the connection.
    public init(
        secureClient: @escaping @Sendable (any Channel, PeerAddress) throws -> Void,
        secureServer: @escaping @Sendable (any Channel) throws -> Void
    ) {
        self.secureClient = secureClient
        self.secureServer = secureServer
    }
}

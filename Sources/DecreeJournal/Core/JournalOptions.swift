import DecreeWire
import PaxosBase

/// Whose journal it is. Every segment carries it, so that a file of another node or cluster is never taken for one's
/// own.
public struct JournalIdentity: Hashable, Sendable, CustomStringConvertible {
    public let cluster: ClusterID
    public let node: NodeID
    public let store: StoreID

    public init(cluster: ClusterID, node: NodeID, store: StoreID) {
        self.cluster = cluster
        self.node = node
        self.store = store
    }

    public var description: String { "cluster \(cluster), node \(node), store \(store)" }
}

/// Sizes of a journal, in bytes unless they count segments.
public struct JournalOptions: Hashable, Sendable {
    /// Of a segment file. A batch that is larger gets a segment of its own size.
    public var segmentByteCount = 64 << 20
    /// What waits is gathered into one write up to here; a single append may be larger.
    public var maximumBatchByteCount = 8 << 20
    /// From so many bytes on a payload is written from where it stands, instead of being copied into the batch.
    public var gatheredPayloadByteCount = 4 << 10
    /// How many empty segments are kept ready behind the current one.
    public var segmentsAhead = 1
    /// Up to how many ready segments an emptied one is kept as another, instead of being removed.
    public var spareSegments = 2
    /// With less free space than this the journal reports that it is full.
    public var spaceReserve: UInt64 = 256 << 20

    /// How much free space ends a shortage, in bytes.
    public var neededSpace: UInt64 { spaceReserve + UInt64(segmentByteCount) }

    /// Of the file that tells how far the journal reaches: two places, each with 36 bytes for a group.
    var anchorByteCount: Int { max(min(segmentByteCount, 256 << 10) / 8192 * 8192, 8192) }

    public init() {}
}

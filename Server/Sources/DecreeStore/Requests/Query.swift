import PaxosBase
import PaxosLog

/// A question to the store that changes nothing.
public enum StoreQuery: Hashable, Sendable {
    case range(RangeRequest)
    /// A transaction without puts and deletions in either branch; see ``TxnRequest/isReadOnly``.
    case txn(TxnRequest)
    case status
    /// What the members published of themselves.
    case members
    /// The hash of all history up to a revision, as etcd defines it; zero: up to the current one.
    case hashKV(Revision)
}

/// What a query yields.
public struct StoreAnswer: Hashable, Sendable {
    /// For the header: the store's revision when the query began.
    public var revision: Revision
    public var outcome: Outcome

    public enum Outcome: Hashable, Sendable {
        case range(RangeResponse)
        case txn(TxnResponse)
        case status(StoreStatus)
        /// Ascending by identifier.
        case members([MemberAttributes])
        case hashKV(HashKVResponse)
        case failure(StoreError)
    }

    public init(revision: Revision, outcome: Outcome) {
        self.revision = revision
        self.outcome = outcome
    }
}

/// Where the store stands and what it holds.
public struct StoreStatus: Hashable, Sendable {
    public var currentRevision: Revision
    /// The compaction floor; nil before the first compaction.
    public var compactRevision: Revision?
    /// Up to which floor the history below is gone from memory too; equal to ``compactRevision`` when cleaning is done.
    public var reclaimedRevision: Revision?
    /// Keys that exist now.
    public var keyCount: Int
    /// Versions held in memory, deletions included: those of keys that exist now, and history.
    public var versionCount: Int
    /// Bytes of keys and values that exist now. Equal on all replicas.
    public var liveBytes: Int
    /// Bytes that everything held takes, history and index included.
    public var bytesInUse: Int
    /// Bytes taken from the system.
    public var bytesReserved: Int
    /// Reads in progress that hold old revisions.
    public var pinnedReaders: Int
    public var digest: StateDigest

    public init(
        currentRevision: Revision, compactRevision: Revision?, reclaimedRevision: Revision?, keyCount: Int,
        versionCount: Int, liveBytes: Int, bytesInUse: Int, bytesReserved: Int, pinnedReaders: Int,
        digest: StateDigest
    ) {
        self.currentRevision = currentRevision
        self.compactRevision = compactRevision
        self.reclaimedRevision = reclaimedRevision
        self.keyCount = keyCount
        self.versionCount = versionCount
        self.liveBytes = liveBytes
        self.bytesInUse = bytesInUse
        self.bytesReserved = bytesReserved
        self.pinnedReaders = pinnedReaders
        self.digest = digest
    }
}

/// The hash of the history up to a revision.
/// - Source: etcd API reference, `HashKVResponse`.
public struct HashKVResponse: Hashable, Sendable {
    /// CRC-32C of the records as etcd would store them.
    public var hash: UInt32
    /// The compaction floor; nil before the first compaction (etcd writes -1). Hashes at different floors cannot be
    /// compared.
    public var compactRevision: Revision?
    /// The revision that was hashed.
    public var hashRevision: Revision

    public init(hash: UInt32, compactRevision: Revision?, hashRevision: Revision) {
        self.hash = hash
        self.compactRevision = compactRevision
        self.hashRevision = hashRevision
    }
}

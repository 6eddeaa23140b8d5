import PaxosBase

/// All that the store is: the index of keys, the log of revisions, and the counters that go with them.
///
/// One value that nobody else can hold, so that the class around it needs no more than one check of exclusive access a
/// call.
struct StoreState: ~Copyable {
    var slabs: Slabs
    var tree: Tree
    var log = RevisionLog()
    /// The revision of the last change.
    var revision: Int64 = Revision.initial.rawValue
    /// The compaction floor; minus one before the first compaction, as in etcd.
    var floor: Int64 = -1
    /// Changes that the operation being applied has made so far: the next one's sub-revision.
    var changeCount: UInt32 = 0
    var digestSum = DigestSum()
    var members = MemberBook()
    /// Bytes of keys and values that exist now.
    var liveBytes = 0
    /// Versions held in memory.
    var versionCount = 0
    var pins = Pins()
    var cleaner = Cleaner()
    var counts = CountCache()
    /// What the queries under way hold, in bytes.
    var gatheredByteCount = 0
    /// What the output of the operation being applied may still take.
    var outputRoom = AnswerRoom(byteCount: 0)
    /// How much work the ranges of the operation being applied may still be, in the units of queries.
    var outputWork = 0
    /// What the commands of the turn under way have done.
    var workOfTurn = 0
    /// Room for what a range collects, handed from one query to the next.
    var scratch: [CollectedVersion] = []
    /// What ``FetchAhead`` has looked at; means nothing.
    var fetched: UInt64 = 0
    let settings: Store.Settings
    /// Which of the states that one store has had: queries of an earlier one hold memory that is gone.
    let epoch: Int

    init(settings: Store.Settings, epoch: Int = 0) {
        self.epoch = epoch
        var slabs = Slabs()
        tree = Tree(in: &slabs)
        self.slabs = slabs
        self.settings = settings
    }

    /// An empty state in place of this one.
    func emptied() -> StoreState { StoreState(settings: settings, epoch: epoch + 1) }

    /// The revision that the next change belongs to.
    var pendingRevision: Int64 { revision + 1 }

    /// What a header shows: the revision being made once something was changed, else the current one.
    var headerRevision: Revision { Revision(changeCount > 0 ? pendingRevision : revision) }

    var digest: StateDigest { digestSum.digest(revision: revision, floor: floor, members: members.digest) }

    var status: StoreStatus {
        StoreStatus(
            currentRevision: Revision(revision), compactRevision: floor >= 0 ? Revision(floor) : nil,
            reclaimedRevision: cleaner.reclaimed >= 0 ? Revision(cleaner.reclaimed) : nil, keyCount: tree.liveCount,
            versionCount: versionCount, liveBytes: liveBytes, bytesInUse: slabs.usedByteCount + log.byteCount,
            bytesReserved: slabs.reservedByteCount + log.byteCount, pinnedReaders: pins.count, digest: digest)
    }

    /// The revision that a read asked for.
    /// - Throws: `futureRevision` or `compacted`.
    func resolve(_ asked: Revision) throws(StoreError) -> Int64 {
        if asked.rawValue > revision { throw .futureRevision }
        let resolved = asked.rawValue > 0 ? asked.rawValue : revision
        if resolved < floor { throw .compacted }
        return resolved
    }

    /// The revision that a range of a transaction reads. Zero alone stands for the current one at once: a negative
    /// revision is held against the compaction floor first, unlike that of a range by itself.
    /// - Throws: `futureRevision` or `compacted`.
    /// - Source: etcd v3.6.14, `server/etcdserver/txn/range.go`, `checkRange`.
    func resolveWithinTxn(_ asked: Revision) throws(StoreError) -> Int64 {
        guard asked != .zero else { return revision }
        if asked.rawValue < floor { throw .compacted }
        return try resolve(asked)
    }
}

/// The sum of the hashes of all keys that exist now, in two lanes: what replicas compare.
///
/// A sum does not depend on order, so that a key that changes costs one subtraction and one addition, and a replica
/// that was restored from a snapshot can compute it anew and notice what went wrong.
struct DigestSum: Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    @inline(__always)
    mutating func add(_ version: Version) {
        let hash = version.hash
        low &+= hash
        high &+= Self.secondLane(hash, version)
    }

    @inline(__always)
    mutating func remove(_ version: Version) {
        let hash = version.hash
        low &-= hash
        high &-= Self.secondLane(hash, version)
    }

    @inline(__always)
    private static func secondLane(_ hash: UInt64, _ version: Version) -> UInt64 {
        EntryHash.fold(hash ^ 0x2D35_8DCC_AA6C_78A5, UInt64(bitPattern: version.modRevision) ^ 0x8BB8_4B93_962E_ACC9)
    }

    func digest(revision: Int64, floor: Int64, members: UInt64) -> StateDigest {
        var hash = EntryHash(seed: 1)
        hash.combine(UInt64(bitPattern: revision), UInt64(bitPattern: floor))
        hash.combine(members, 0)
        let position = hash.finalize()
        return StateDigest(high: high ^ position, low: low &+ position)
    }
}

/// The revisions that reads in progress hold.
struct Pins {
    private var revisions: [Int64] = []

    var count: Int { revisions.count }

    /// The oldest revision that is held.
    var oldest: Int64? { revisions.min() }

    mutating func add(_ revision: Int64) { revisions.append(revision) }

    mutating func remove(_ revision: Int64) {
        guard let index = revisions.firstIndex(of: revision) else { return }
        revisions.swapAt(index, revisions.count - 1)
        revisions.removeLast()
    }
}

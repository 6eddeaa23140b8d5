import PaxosBase
import PaxosLog

/// A snapshot as it lies on a disk: it comes to its name in one step, once all of it is synced.
struct StoredSnapshot {
    let metadata: SnapshotMetadata
    let digest: StateDigest
    var blocks: [[UInt8]]
    /// Its checksums would not match: no use of it.
    var isDamaged = false

    var byteCount: Int { blocks.reduce(0) { $0 + $1.count } }
}

/// A snapshot that has no name yet; a crash leaves nothing of it, or all when its name was just being given.
struct UnfinishedSnapshot {
    let metadata: SnapshotMetadata
    let digest: StateDigest
    /// Written.
    var blocks: [[UInt8]] = []
    /// Handed over and not written yet.
    var waiting = RingBuffer<[UInt8]>()
    /// It is being synced and given its name.
    var isFinishing = false

    var stored: StoredSnapshot { StoredSnapshot(metadata: metadata, digest: digest, blocks: blocks) }
}

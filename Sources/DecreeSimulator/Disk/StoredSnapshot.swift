import PaxosLog

/// A snapshot as it lies on a disk: it replaces the one before it in one step, once all of it is synced.
struct StoredSnapshot {
    let metadata: SnapshotMetadata
    let blocks: [[UInt8]]
}

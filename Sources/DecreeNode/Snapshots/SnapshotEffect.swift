import PaxosBase
import PaxosLog

/// What is to be done for a group's snapshot. At most one of a group is under way.
public enum SnapshotEffect: Sendable {
    /// Begin a file that nobody takes for a snapshot yet.
    case begin(GroupID, SnapshotMetadata, StateDigest)
    /// Append a block to it; answered by ``NodeEvent/snapshotBlocksWritten(_:_:)``.
    case append(GroupID, [UInt8])
    /// Make it durable and give it its name, in this order; answered by ``NodeEvent/snapshotEnded(_:_:)``.
    case finish(GroupID)
    /// It is not wanted any more; what was written of it goes. Nothing answers.
    case abandon(GroupID)
}

/// A snapshot that is whole and durable.
public struct WrittenSnapshot: Hashable, Sendable {
    /// The last slot that it covers.
    public let slot: Slot
    public let byteCount: Int

    public init(slot: Slot, byteCount: Int) {
        self.slot = slot
        self.byteCount = byteCount
    }
}

/// Why a snapshot could not be written.
public struct SnapshotFailure: Error, Hashable, Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
}

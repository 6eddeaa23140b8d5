import PaxosBase
import PaxosLog

/// Records of one group that become durable together.
public struct JournalBatch: Hashable, Sendable {
    public let group: GroupID
    /// Names the write; ascends within the group.
    public let id: WriteID
    public let records: [Record]

    public init(group: GroupID, id: WriteID, records: [Record]) {
        self.group = group
        self.id = id
        self.records = records
    }
}

/// Everything of the group up to this write is on stable storage.
public struct DurableWrite: Hashable, Sendable {
    public let group: GroupID
    public let id: WriteID

    public init(group: GroupID, id: WriteID) {
        self.group = group
        self.id = id
    }
}

/// What can happen to a journal.
public enum JournalEvent: Sendable {
    /// The host took over what recovery returned. The first event, exactly once.
    case opened
    /// Several at once become one write; what comes while a write is in flight gathers for the next.
    case append([JournalBatch])
    /// The write that was in flight is on stable storage.
    case synced
    /// The segment that was to be prepared is there: its whole file, under its name, durable.
    case prepared(SegmentNumber)
    /// There was no space for the segment that was to be prepared; what bore its name is as it was.
    case prepareFailed(SegmentNumber)
    /// The segment that was to be removed is gone, durably.
    case removed(SegmentNumber)
    /// So many bytes are free on the volume. Comes now and then, and before each prepared segment.
    case freeSpace(UInt64)
    /// The write in flight found no space and is tried again until there is some.
    case writeHeldUp
    /// Nothing was appended for a while.
    case idle
    /// Nothing will be appended any more.
    case closing
}

/// What a journal wants done, in order.
///
/// Of `write` with its `sync` one pair is under way at a time, and beside it one of `prepare` or `remove`. A write or
/// sync that fails must end the node: nothing is known then of what the disk holds, so it is never tried again.
public enum JournalEffect: Hashable, Sendable {
    /// Write the bytes at this place of the segment's file.
    case write(SegmentNumber, offset: Int, bytes: JournalBytes)
    /// Bring what was written to stable storage, then report `synced`.
    case sync(SegmentNumber)
    /// Make a segment file: rename `recycling` and leave its bytes as they are, or else make one full of zeros,
    /// replacing what bears the name. Report `prepared` once file, size and name are durable.
    case prepare(SegmentNumber, byteCount: Int, recycling: SegmentNumber?)
    /// Delete the file; report `removed` once that is durable.
    case remove(SegmentNumber)
    /// These writes are on stable storage: at most one for each group, ascending by group.
    case durable([DurableWrite])
    /// Space runs out, or is there again.
    case full(Bool)
    /// What recovery found is on stable storage.
    case ready
}

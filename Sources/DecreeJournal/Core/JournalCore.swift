import PaxosBase
import PaxosLog

/// The journal as a state machine: batches in, writes and syncs out. What it does is told in `DecreeJournal.swift`.
///
/// A value without clock, thread or file: the POSIX shell and the simulator's disk drive the same one. Recovery makes
/// it (``JournalRecovery``); the first event is `opened`.
public struct JournalCore: Sendable {
    let identity: JournalIdentity
    let options: JournalOptions

    /// What the records written so far say beside the slots; ascending by group.
    var groups: [GroupMark]
    /// Started and not yet given up, ascending; the last one is written to.
    var segments: [SegmentIndex]
    /// Where the next batch goes in the last segment.
    var end: Int
    var nextSequence: UInt64
    /// No batch is in the last segment yet: the first one is preceded by a checkpoint.
    var needsCheckpoint: Bool
    /// Segments below this one are not needed, durably.
    var oldestNeeded: SegmentNumber

    /// Empty segments that are ready, in the order of their use.
    var ready: [ReadySegment]
    /// Files that are of no use.
    var strays: [SegmentNumber]
    var maintenance: Maintenance?
    /// The last attempt to prepare a segment found no space; wait for news of it.
    var isPrepareBarred = false
    public internal(set) var isFull = false

    /// Waits for the write in flight, or for a segment.
    var queue: [JournalBatch] = []
    var inFlight: InFlight?
    /// What is written once more before anything else; nil once it is durable.
    var rewrite: Rewrite?
    var isOpen = false
    var hasUnmarkedBatch: Bool
    /// Records that were appended and are not yet durable.
    public internal(set) var waitingRecords = 0

    struct ReadySegment: Hashable {
        let number: SegmentNumber
        let byteCount: Int
    }

    enum Maintenance: Hashable {
        case preparing(ReadySegment)
        case removing(SegmentNumber)
    }

    struct InFlight: Hashable {
        let durable: [DurableWrite]
        let recordCount: Int
        let isMark: Bool
        let oldestNeeded: SegmentNumber
    }

    /// The last batch that recovery found: an earlier life may have written it without a sync that succeeded, and a
    /// page that a failed sync left in memory would be read as if it were on disk.
    struct Rewrite: Hashable {
        let segment: SegmentNumber
        let offset: Int
        let bytes: Payload
    }

    /// Takes in what happened; what is to be done is appended to `effects`.
    public mutating func step(_ event: JournalEvent, into effects: inout [JournalEffect]) {
        switch event {
        case .opened: open(into: &effects)
        case .append(let batches): append(batches, into: &effects)
        case .synced: finishWrite(into: &effects)
        case .prepared(let number): finishPreparing(number, into: &effects)
        case .prepareFailed: failPreparing(into: &effects)
        case .removed: finishRemoving(into: &effects)
        case .freeSpace(let byteCount): judgeSpace(byteCount, into: &effects)
        case .idle: mark(into: &effects)
        }
    }

    /// Nothing is under way, but the last batch could still be taken for a torn one: after a pause, step with `idle`.
    public var needsMark: Bool { hasUnmarkedBatch && isIdle }

    /// Nothing waits and nothing is being written.
    public var isIdle: Bool { isOpen && inFlight == nil && queue.isEmpty && rewrite == nil }

    /// How many segment files are in use or ready.
    public var segmentCount: Int { segments.count + ready.count }

    /// Where records of these slots may stand; ascending, so that later records come later.
    public func locate(_ group: GroupID, _ slots: ClosedRange<Slot>) -> [SegmentExtent] {
        var found: [SegmentExtent] = []
        for segment in segments {
            for range in segment.extents(of: group, slots) {
                found.append(SegmentExtent(segment: segment.number, range: range))
            }
        }
        return found
    }

    private mutating func open(into effects: inout [JournalEffect]) {
        invariant(!isOpen, "a journal is opened once")
        isOpen = true
        if let rewrite {
            effects.append(.write(rewrite.segment, offset: rewrite.offset, bytes: rewrite.bytes))
            effects.append(.sync(rewrite.segment))
        } else {
            effects.append(.ready)
        }
        maintain(into: &effects)
    }

    private mutating func append(_ batches: [JournalBatch], into effects: inout [JournalEffect]) {
        for batch in batches {
            waitingRecords += batch.records.count
            queue.append(batch)
        }
        writeNext(into: &effects)
    }

    private mutating func finishWrite(into effects: inout [JournalEffect]) {
        if rewrite != nil {
            rewrite = nil
            effects.append(.ready)
        } else if let written = inFlight {
            inFlight = nil
            hasUnmarkedBatch = !written.isMark
            waitingRecords -= written.recordCount
            oldestNeeded = max(oldestNeeded, written.oldestNeeded)
            if !written.durable.isEmpty { effects.append(.durable(written.durable)) }
        } else {
            invariantFailure("a sync ends while a write is in flight")
        }
        writeNext(into: &effects)
        maintain(into: &effects)
    }

    /// Writes an empty batch, so that damage to the last real one can be told from a torn write.
    private mutating func mark(into effects: inout [JournalEffect]) {
        guard needsMark else { return }
        write([], into: &effects)
    }
}

import PaxosBase
import PaxosLog

/// The journal as a state machine: batches in, writes and syncs out. What it does is told in `DecreeJournal.docc`.
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
    /// What was said to be free was not enough for a segment: a quota, perhaps. Only one that is prepared proves space.
    var needsProofOfSpace = false
    /// As of the latest news.
    var freeByteCount: UInt64 = 0
    public internal(set) var isFull = false

    /// Waits for the write in flight, or for a segment.
    var queue: [JournalBatch] = []
    var inFlight: InFlight?
    /// What is written once more before anything else; nil once it is durable.
    var rewrite: Rewrite?
    var isOpen = false
    var anchoring: Anchoring
    package var flaws: Set<Flaw> = []
    /// Records that were appended and are not yet durable.
    public internal(set) var waitingRecords = 0

    struct ReadySegment: Hashable {
        let number: SegmentNumber
        let byteCount: Int
    }

    enum Maintenance: Hashable {
        case preparing(ReadySegment, recycling: SegmentNumber?)
        case removing(SegmentNumber)
    }

    struct InFlight: Hashable {
        let durable: [DurableWrite]
        let recordCount: Int
        /// It must not be acknowledged before the anchor names it.
        let mustBeAnchored: Bool
        let oldestNeeded: SegmentNumber
        /// Where it goes in the last segment.
        let offset: Int
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
        case .writeHeldUp: setFull(true, into: &effects)
        case .idle: if needsMark { writeAnchor(into: &effects) }
        case .closing: if isIdle { writeAnchor(isClean: true, into: &effects) }
        }
    }

    /// Nothing is under way, but the loss of the last batches would not be noticed: after a pause, step with `idle`.
    public var needsMark: Bool { anchoring.sequence + 1 < nextSequence && isIdle }

    /// Nothing that was acknowledged could get lost unnoticed now.
    package var isAnchored: Bool { isOpen && !anchoring.isOpening && !anchoring.isWriting && anchoring.batches == 0 }

    /// Nothing waits and nothing is being written.
    public var isIdle: Bool { isOpen && canWrite && queue.isEmpty }

    /// One write is under way at a time, and the anchor is there before the first.
    var canWrite: Bool { inFlight == nil && rewrite == nil && !anchoring.isWriting && !anchoring.isOpening }

    /// Something waits for news of free space, even if the number is the same.
    public var awaitsSpace: Bool { isFull || isPrepareBarred }

    /// The segment that is written to; nil before the first batch.
    package var newestSegment: SegmentNumber? { segments.last?.number }

    /// How many segment files are in use or ready.
    public var segmentCount: Int { segments.count + ready.count }

    private mutating func open(into effects: inout [JournalEffect]) {
        invariant(!isOpen, "a journal is opened once")
        isOpen = true
        anchoring.isOpening = true
        if flaws.contains(.tailNotRewritten) { rewrite = nil }
        if let rewrite {
            effects.append(.write(rewrite.segment, offset: rewrite.offset, bytes: JournalBytes(rewrite.bytes)))
            effects.append(.sync(rewrite.segment))
        } else if anchoring.fileByteCount > 0 {
            writeAnchor(into: &effects)
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
        if anchoring.isWriting {
            finishAnchor(into: &effects)
        } else if rewrite != nil {
            rewrite = nil
            if anchoring.fileByteCount > 0 { writeAnchor(into: &effects) }
        } else if let written = inFlight {
            inFlight = nil
            finish(written, into: &effects)
        } else {
            invariantFailure("a sync ends while a write is in flight")
        }
        writeNext(into: &effects)
        maintain(into: &effects)
    }

    private mutating func finish(_ written: InFlight, into effects: inout [JournalEffect]) {
        waitingRecords -= written.recordCount
        oldestNeeded = max(oldestNeeded, written.oldestNeeded)
        anchoring.batches += 1
        anchoring.byteCount += end - written.offset
        if written.mustBeAnchored {
            anchoring.withheld = written.durable
            writeAnchor(into: &effects)
        } else {
            if !written.durable.isEmpty { effects.append(.durable(written.durable)) }
            if isAnchorDue { writeAnchor(into: &effects) }
        }
    }
}

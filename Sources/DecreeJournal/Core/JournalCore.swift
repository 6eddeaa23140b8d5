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
    var hasUnmarkedBatch: Bool
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
        let isMark: Bool
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
        case .idle: mark(into: &effects)
        }
    }

    /// Nothing is under way, but the last batch could still be taken for a torn one: after a pause, step with `idle`.
    public var needsMark: Bool { hasUnmarkedBatch && isIdle }

    /// Nothing waits and nothing is being written.
    public var isIdle: Bool { isOpen && inFlight == nil && queue.isEmpty && rewrite == nil }

    /// Something waits for news of free space, even if the number is the same.
    public var awaitsSpace: Bool { isFull || isPrepareBarred }

    /// How many segment files are in use or ready.
    public var segmentCount: Int { segments.count + ready.count }

    /// Where durable records of these slots may stand; ascending, so that later records come later.
    public func locate(_ group: GroupID, _ slots: ClosedRange<Slot>) -> [SegmentExtent] {
        var found: [SegmentExtent] = []
        for segment in segments {
            let end = segment.number == segments.last?.number ? durableEnd : segment.end
            for range in segment.extents(of: group, slots) where range.lowerBound < end {
                let durable = range.lowerBound..<min(range.upperBound, end)
                found.append(SegmentExtent(segment: segment.number, range: durable))
            }
        }
        return found
    }

    /// The same, for a beginning of the run that is short enough to be read in about so many bytes: by slots alone a run
    /// of large entries could be of any size.
    func locate(
        _ group: GroupID, _ slots: ClosedRange<Slot>, upTo maximumByteCount: Int
    ) -> (run: ClosedRange<Slot>, extents: [SegmentExtent]) {
        var run = slots
        while true {
            let extents = locate(group, run)
            let count = run.upperBound.distance(from: run.lowerBound) + 1
            let byteCount = extents.reduce(0) { $0 + $1.range.count }
            guard byteCount > maximumByteCount, count > 1 else { return (run, extents) }
            run = run.lowerBound...run.lowerBound.advanced(by: count / 2 - 1)
        }
    }

    /// Where what is on stable storage ends in the last segment: before the batch that is in flight.
    private var durableEnd: Int { inFlight?.offset ?? end }

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

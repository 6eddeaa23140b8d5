import DecreeWire
import PaxosBase
import PaxosLog

/// Reads the segments of a journal in order and folds their records; decides what is torn and what is damaged.
///
/// Only the last batch can be torn, since each was written after the one before it was synced. So a batch that cannot
/// be read is torn, and cut, when nothing of the journal lies behind it; it is damage when a later batch or a later
/// segment shows that it was acknowledged. Segments that the journal no longer needs are not judged.
public struct JournalRecovery {
    let identity: JournalIdentity
    let options: JournalOptions

    var fold = RecordFold()
    /// The started ones, ascending.
    var segments: [SegmentIndex] = []
    /// Files behind the last started one that bear no header of their own number, ascending: ready for use.
    var unstarted: [JournalCore.ReadySegment] = []
    /// The same before a started one, where there should be none.
    private var strays: [SegmentNumber] = []
    private var damages: [JournalDamage] = []
    private var missing: [SegmentNumber] = []
    private var oldestNeeded = SegmentNumber(0)
    /// The sequence that the next batch must have.
    var expected: UInt64 = 1
    var tail = Tail()
    private var latest: SegmentNumber?
    /// The size of the file for it; nil when there is none.
    var anchorByteCount: Int?
    var anchor: JournalAnchor?
    /// Such segments are begun only when there is an anchor.
    var mustHaveAnchor = false
    /// The last segment has an older format: what is written now goes to a new one.
    private var isTailFormer = false
    private var summary = RecoverySummary()
    package var flaws: Set<Flaw> = []

    /// How the last started segment ends.
    struct Tail {
        var segment = SegmentNumber(0)
        /// Behind the last intact batch.
        var offset = SegmentHeader.pageByteCount
        var isTorn = false
        var isEmpty = true
        /// The last intact batch, with the segment's header if it is the first.
        var lastBatch = 0..<SegmentHeader.pageByteCount
        var lastBatchBytes = Payload()
    }

    public init(identity: JournalIdentity, options: JournalOptions) {
        self.identity = identity
        self.options = options
    }

    /// Takes in a segment file. All files with the name of a segment are to be given, ascending by number.
    /// - Parameter bytes: The whole file.
    public mutating func scan(_ number: SegmentNumber, _ bytes: UnsafeRawBufferPointer) throws(JournalError) {
        invariant(latest.map { $0 < number } ?? true, "files come in ascending order, and \(number) does not")
        latest = number
        if number == .anchor { return try readAnchor(bytes) }
        summary.byteCount += bytes.count
        switch SegmentHeader.read(bytes) {
        case .newerFormat(let found):
            throw .newerFormat(number, found: found, known: SegmentHeader.format)
        case .newerFeatures(let bits):
            throw .unknownRecord(number, offset: 0, .unknownFeatures(what: .segment, bits: bits))
        case .header(let header) where header.identity != identity:
            throw .foreign(number, found: header.identity, expected: identity)
        case .header(let header) where header.number == number:
            try scanStarted(header, bytes)
        case .header, .unreadable:
            scanUnstarted(number, bytes)
        }
    }

    /// A file without a header of its own is ready for use, unless later batches of the journal stand in it.
    private mutating func scanUnstarted(_ number: SegmentNumber, _ bytes: UnsafeRawBufferPointer) {
        let seed = SegmentSeed(identity, number)
        let start = SegmentHeader.pageByteCount
        let found =
            segments.isEmpty
            ? BatchHeader.findAny(in: bytes, from: start, seed: seed)
            : BatchHeader.findLater(than: expected, in: bytes, from: start, seed: seed)
        if let found {
            let witness = JournalDamage.Witness(segment: number, offset: found.offset, sequence: found.sequence)
            report(number, at: 0, .segmentHeader, witness)
        }
        if (unstarted.last?.number ?? segments.last?.number ?? SegmentNumber(0)).next != number {
            missing.append(SegmentNumber(number.rawValue - 1))
        }
        unstarted.append(JournalCore.ReadySegment(number: number, byteCount: bytes.count))
    }

    private mutating func scanStarted(
        _ header: SegmentHeader, _ bytes: UnsafeRawBufferPointer
    ) throws(JournalError) {
        checkContinuity(header)
        isTailFormer = header.format < SegmentHeader.format
        if !isTailFormer { mustHaveAnchor = true }
        expected = header.firstSequence
        summary.segments += 1
        let content = UnsafeRawBufferPointer(rebasing: bytes[..<min(header.byteCount, bytes.count)])
        segments.append(SegmentIndex(number: header.number, byteCount: content.count))
        tail = Tail()
        tail.segment = header.number
        try scanBatches(content, seed: SegmentSeed(identity, header.number))
        let kept = tail.lastBatch.clamped(to: 0..<content.count)
        tail.lastBatchBytes = Payload(copying: UnsafeRawBufferPointer(rebasing: content[kept]))
    }

    /// When a segment was started, everything before it was acknowledged.
    private mutating func checkContinuity(_ header: SegmentHeader) {
        let witness = JournalDamage.Witness(
            segment: header.number, offset: SegmentHeader.pageByteCount, sequence: header.firstSequence)
        for file in unstarted { report(file.number, at: 0, .segmentHeader, witness) }
        if (unstarted.last?.number ?? segments.last?.number ?? SegmentNumber(0)).next != header.number {
            missing.append(SegmentNumber(header.number.rawValue - 1))
        } else if unstarted.isEmpty, expected != header.firstSequence {
            report(tail.segment, at: tail.offset, tail.isTorn ? .batchChecksum : .batchHeader, witness)
        }
        strays.append(contentsOf: unstarted.map(\.number))
        unstarted = []
    }

    private mutating func scanBatches(
        _ bytes: UnsafeRawBufferPointer, seed: SegmentSeed
    ) throws(JournalError) {
        var finding = JournalDamage.Finding.batchHeader
        while let header = BatchHeader.read(bytes, at: tail.offset, seed: seed) {
            guard header.sequence == expected else {
                finding = .batchOrder
                break
            }
            guard let payload = header.payload(in: bytes, at: tail.offset, seed: seed) else {
                finding = .batchChecksum
                tail.isTorn = true
                break
            }
            try absorb(header, payload)
        }
        if let later = BatchHeader.findLater(than: expected, in: bytes, from: tail.offset, seed: seed) {
            let witness = JournalDamage.Witness(segment: tail.segment, offset: later.offset, sequence: later.sequence)
            report(tail.segment, at: tail.offset, finding, witness)
        }
    }

    private mutating func absorb(
        _ header: BatchHeader, _ payload: UnsafeRawBufferPointer
    ) throws(JournalError) {
        let current = segments.count - 1
        segments[current].beginBatch(at: tail.offset, byteCount: header.batchByteCount)
        do {
            try fold.absorb(payload, count: header.recordCount, into: &segments[current])
        } catch {
            throw .unknownRecord(tail.segment, offset: tail.offset, error)
        }
        let start = tail.isEmpty ? 0 : tail.offset
        tail.lastBatch = start..<tail.offset + BatchHeader.byteCount + header.payloadByteCount
        tail.offset += header.batchByteCount
        tail.isEmpty = false
        oldestNeeded = max(oldestNeeded, header.oldestSegment)
        expected += 1
        summary.batches += 1
        summary.records += header.recordCount
    }

    /// As the records read so far make it.
    func state(of group: GroupID) -> DurableState {
        fold.groups.firstIndex(of: group).map { fold.states[$0] } ?? DurableState()
    }

    private mutating func report(
        _ segment: SegmentNumber, at offset: Int, _ finding: JournalDamage.Finding, _ witness: JournalDamage.Witness
    ) {
        damages.append(
            JournalDamage(segment: segment, offset: offset, sequence: expected, finding: finding, witness: witness))
    }

    /// Judges what was found, once all files were scanned.
    /// - Throws: When something that was acknowledged cannot be read.
    public consuming func finish() throws(JournalError) -> RecoveredJournal {
        if let damage = damages.first(where: { $0.segment >= oldestNeeded }) { throw .damaged(damage) }
        if let segment = missing.first(where: { $0 >= oldestNeeded }) { throw .missing(segment) }
        try judgeEnd()
        let groups = zip(fold.groups, fold.states).map { RecoveredGroup(group: $0, state: $1) }
        let torn = tail.isTorn ? TornTail(segment: tail.segment, offset: tail.offset) : nil
        return RecoveredJournal(
            core: makeCore(groups), groups: groups, isNew: segments.isEmpty, tornTail: torn,
            endedCleanly: endedCleanly, summary: summary)
    }

    private var endedCleanly: Bool { anchor.map { $0.isClean && $0.sequence == expected - 1 } ?? false }

    private func makeCore(_ groups: [RecoveredGroup]) -> JournalCore {
        let usable = unstarted.prefix { $0.byteCount >= options.segmentByteCount }
        let useless = strays + unstarted.dropFirst(usable.count).map(\.number)
        let rewrite =
            segments.isEmpty
            ? nil
            : JournalCore.Rewrite(segment: tail.segment, offset: tail.lastBatch.lowerBound, bytes: tail.lastBatchBytes)
        return JournalCore(
            identity: identity, options: options,
            groups: groups.map { GroupMark(group: $0.group, state: $0.state) }, segments: segments,
            end: isTailFormer ? segments[segments.count - 1].byteCount : tail.offset,
            nextSequence: expected, needsCheckpoint: tail.isEmpty, oldestNeeded: oldestNeeded, ready: Array(usable),
            strays: useless, rewrite: rewrite,
            anchoring: JournalCore.Anchoring(
                fileByteCount: anchor?.fileByteCount ?? 0, generation: anchor?.generation ?? 0,
                followsCleanEnd: endedCleanly))
    }
}

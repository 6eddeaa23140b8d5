import DecreeWire
import PaxosBase
import PaxosLog

extension JournalCore {
    /// Starts the next write with all that gathered, unless one is in flight or no segment has room.
    ///
    /// The rule that recovery rests on: a batch is written only after the sync of the one before it returned, so that
    /// at most one batch, the last, can be torn.
    mutating func writeNext(into effects: inout [JournalEffect]) {
        guard isOpen, canWrite, !queue.isEmpty else { return }
        guard let (count, byteCount) = writable else { return maintain(into: &effects) }
        let batches = Array(queue[..<count])
        queue.removeFirst(count)
        write(batches, payloadByteCount: byteCount, into: &effects)
    }

    /// What can be written now: all that gathered, or else first as much as the current segment still takes.
    private var writable: (count: Int, byteCount: Int)? {
        let all = gathered
        if hasRoom(for: all.byteCount) { return all }
        let part = gather(upTo: room)
        if part.count > 0 && hasRoom(for: part.byteCount) { return part }
        return canRoll(for: all.byteCount) ? all : nil
    }

    /// The waiting batches that belong into one write: what a segment takes, and in any case the first.
    private var gathered: (count: Int, byteCount: Int) {
        let segment = options.segmentByteCount - neededByteCount(for: 0)
        let found = gather(upTo: min(options.maximumBatchByteCount, segment))
        return found.count > 0 ? found : (1, RecordCodec.byteCount(queue[0].records))
    }

    /// How many of the waiting batches stay within a limit, and the size of their records.
    private func gather(upTo limit: Int) -> (count: Int, byteCount: Int) {
        var count = 0
        var byteCount = 0
        while count < queue.count {
            let next = RecordCodec.byteCount(queue[count].records)
            if byteCount + next > limit { break }
            byteCount += next
            count += 1
        }
        return (count, byteCount)
    }

    /// The size of the records that the current segment still takes.
    private var room: Int {
        guard let current = segments.last else { return -1 }
        // With its padding.
        return current.byteCount - end - BatchHeader.byteCount - 8 - (needsCheckpoint ? checkpointByteCount : 0)
    }

    /// Whether the current segment takes a batch of such a payload.
    private func hasRoom(for payloadByteCount: Int) -> Bool {
        guard let current = segments.last else { return false }
        let withCheckpoint = payloadByteCount + (needsCheckpoint ? checkpointByteCount : 0)
        return end + BatchHeader.batchByteCount(payloadByteCount: withCheckpoint) <= current.byteCount
    }

    private var checkpointByteCount: Int {
        groups.reduce(0) { $0 + RecordCodec.byteCount($1.checkpoint) }
    }

    /// The size that a fresh segment needs to take a batch of such a payload.
    private func neededByteCount(for payloadByteCount: Int) -> Int {
        SegmentHeader.pageByteCount
            + BatchHeader.batchByteCount(payloadByteCount: checkpointByteCount + payloadByteCount)
    }

    private func canRoll(for payloadByteCount: Int) -> Bool {
        guard let next = ready.first, next.number == followingNumber else { return false }
        // Not while its file is being replaced.
        if case .preparing(let segment, _) = maintenance, segment.number == next.number { return false }
        return neededByteCount(for: payloadByteCount) <= next.byteCount
    }

    /// The number of the segment behind the current one.
    private var followingNumber: SegmentNumber { (segments.last?.number ?? SegmentNumber(0)).next }

    /// The size of the segment that the waiting batches need and no ready one offers; nil while nothing is held up.
    var wantedByteCount: Int? {
        guard isOpen, canWrite, !queue.isEmpty else { return nil }
        guard writable == nil else { return nil }
        let byteCount = gathered.byteCount
        let page = SegmentHeader.pageByteCount
        return max((neededByteCount(for: byteCount) + page - 1) / page * page, options.segmentByteCount)
    }

    private mutating func write(_ batches: [JournalBatch], payloadByteCount: Int, into effects: inout [JournalEffect]) {
        let isRolling = !hasRoom(for: payloadByteCount)
        if isRolling {
            guard canRoll(for: payloadByteCount) else { return }
            roll()
        }
        let current = segments[segments.count - 1]
        let checkpoint: [GroupMark] = needsCheckpoint ? groups : []
        let checkpointByteCount = needsCheckpoint ? self.checkpointByteCount : 0
        let place = BatchPlace(
            segment: current.number, segmentByteCount: current.byteCount, offset: end,
            payloadByteCount: checkpointByteCount + payloadByteCount, sequence: nextSequence, startsSegment: isRolling)
        let raisesVote = note(batches, at: place)
        let needed = stillNeeded
        let bytes = encode(checkpoint, batches, at: place, oldestNeeded: needed)
        let offset = isRolling ? 0 : place.offset
        inFlight = InFlight(
            durable: durableWrites(of: batches), recordCount: batches.reduce(0) { $0 + $1.records.count },
            mustBeAnchored: isRolling || raisesVote, oldestNeeded: needed, offset: place.offset)
        end = place.offset + place.byteCount
        nextSequence += 1
        needsCheckpoint = false
        effects.append(.write(current.number, offset: offset, bytes: bytes))
        effects.append(.sync(current.number))
        if isRolling { maintain(into: &effects) }
    }

    /// Goes on to the next ready segment. Its header travels with its first batch, in one write under one sync.
    private mutating func roll() {
        let next = ready.removeFirst()
        segments.append(SegmentIndex(number: next.number, byteCount: next.byteCount))
        end = SegmentHeader.pageByteCount
        needsCheckpoint = true
    }

    /// Takes what the records say into the index and into the marks for checkpoints.
    /// - Returns: Whether a promise or an incarnation rises.
    private mutating func note(_ batches: [JournalBatch], at place: BatchPlace) -> Bool {
        var raisesVote = false
        let current = segments.count - 1
        segments[current].beginBatch(at: place.offset, byteCount: place.byteCount)
        for batch in batches {
            let group = markIndex(of: batch.group)
            let (promised, incarnation) = (groups[group].promised, groups[group].incarnation)
            for index in batch.records.indices {
                guard let slot = groups[group].note(batch.records[index]) else { continue }
                segments[current].note(batch.group, slot)
            }
            if groups[group].promised > promised || groups[group].incarnation > incarnation { raisesVote = true }
        }
        return raisesVote
    }

    private mutating func markIndex(of group: GroupID) -> Int {
        let index = groups.firstIndex { $0.group >= group } ?? groups.count
        if index == groups.count || groups[index].group != group { groups.insert(GroupMark(group: group), at: index) }
        return index
    }

    /// The oldest segment with a record of a slot that no snapshot covers, or else the current one.
    private var stillNeeded: SegmentNumber {
        for segment in segments.dropLast() where !isCovered(segment) { return segment.number }
        return segments[segments.count - 1].number
    }

    private func isCovered(_ segment: SegmentIndex) -> Bool {
        segment.ranges.allSatisfy { range in
            groups.contains { $0.group == range.group && range.last <= $0.trimmed }
        }
    }

    private func durableWrites(of batches: [JournalBatch]) -> [DurableWrite] {
        var writes: [DurableWrite] = []
        for batch in batches {
            let index = writes.firstIndex { $0.group >= batch.group } ?? writes.count
            let write = DurableWrite(group: batch.group, id: batch.id)
            if index < writes.count, writes[index].group == batch.group {
                writes[index] = DurableWrite(group: batch.group, id: max(writes[index].id, batch.id))
            } else {
                writes.insert(write, at: index)
            }
        }
        return writes
    }

    private func encode(
        _ checkpoint: [GroupMark], _ batches: [JournalBatch], at place: BatchPlace, oldestNeeded: SegmentNumber
    ) -> JournalBytes {
        let headByteCount = place.startsSegment ? SegmentHeader.pageByteCount : 0
        var gathered = GatheredPayloads(threshold: options.gatheredPayloadByteCount)
        let encoded = Payload(byteCount: headByteCount + place.byteCount - gatheredByteCount(batches)) { memory in
            var writer = WireWriter(memory)
            if place.startsSegment { header(of: place).encode(into: &writer) }
            writer.zeros(BatchHeader.byteCount)
            var recordCount = 0
            for mark in checkpoint {
                let records = mark.checkpoint
                RecordCodec.encode(records, group: mark.group, into: &writer)
                recordCount += records.count
            }
            for batch in batches {
                RecordCodec.encode(batch.records, group: batch.group, into: &writer, gathering: &gathered)
                recordCount += batch.records.count
            }
            let batch = UnsafeMutableRawBufferPointer(rebasing: memory[headByteCount..<writer.count])
            BatchHeader.seal(
                batch, gathered, from: headByteCount, at: place.offset, seed: SegmentSeed(identity, place.segment),
                sequence: place.sequence, recordCount: recordCount, oldestSegment: oldestNeeded)
            writer.zeros(memory.count - writer.count)
        }
        return JournalBytes(encoded, gathered)
    }

    /// The bytes of payloads that are written from where they stand.
    private func gatheredByteCount(_ batches: [JournalBatch]) -> Int {
        batches.reduce(0) {
            $0 + GatheredPayloads.byteCount(of: $1.records, threshold: options.gatheredPayloadByteCount)
        }
    }

    private func header(of place: BatchPlace) -> SegmentHeader {
        SegmentHeader(
            number: place.segment, firstSequence: place.sequence, identity: identity,
            byteCount: place.segmentByteCount)
    }
}

/// Where a batch goes.
private struct BatchPlace {
    let segment: SegmentNumber
    let segmentByteCount: Int
    let offset: Int
    let payloadByteCount: Int
    let sequence: UInt64
    /// The segment's header is written along with it.
    let startsSegment: Bool

    /// Header, records and padding.
    var byteCount: Int { BatchHeader.batchByteCount(payloadByteCount: payloadByteCount) }
}

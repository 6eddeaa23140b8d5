import PaxosBase

// Segments before and after their use: prepared ahead, so that a sync never has to change a file's size or blocks and a
// full disk is noticed while there is still room; emptied ones are used again.

extension JournalCore {
    /// Starts the next piece of work on segment files, if there is any and none is under way.
    mutating func maintain(into effects: inout [JournalEffect]) {
        guard isOpen, maintenance == nil else { return }
        if let stray = strays.popLast() { return remove(stray, into: &effects) }
        if anchoring.fileByteCount == 0 {
            if rewrite == nil, !isPrepareBarred { makeAnchor(into: &effects) }
            return
        }
        // First what needs no space.
        if retire(into: &effects) { return }
        if let byteCount = wantedByteCount, !isPrepareBarred {
            // A ready segment that is too small is replaced under its number; until then it stays what it is.
            return prepare(ready.first?.number ?? nextNumber, byteCount: byteCount, into: &effects)
        }
        if ready.count < options.segmentsAhead, !isPrepareBarred, !isFull || mustProveSpace {
            prepare(nextNumber, byteCount: options.segmentByteCount, into: &effects)
        }
    }

    private var nextNumber: SegmentNumber {
        (ready.last?.number ?? segments.last?.number ?? SegmentNumber(0)).next
    }

    /// Gives up the oldest segment, if a durable batch says that it is not needed: as the file of a later one, or for
    /// good.
    private mutating func retire(into effects: inout [JournalEffect]) -> Bool {
        guard segments.count > 1, segments[0].number < oldestNeeded else { return false }
        let oldest = segments.removeFirst()
        if oldest.byteCount == options.segmentByteCount, ready.count < options.spareSegments {
            prepare(nextNumber, byteCount: oldest.byteCount, recycling: oldest.number, into: &effects)
        } else {
            remove(oldest.number, into: &effects)
        }
        return true
    }

    mutating func prepare(
        _ number: SegmentNumber, byteCount: Int, recycling: SegmentNumber? = nil, into effects: inout [JournalEffect]
    ) {
        maintenance = .preparing(ReadySegment(number: number, byteCount: byteCount), recycling: recycling)
        effects.append(.prepare(number, byteCount: byteCount, recycling: recycling))
    }

    private mutating func remove(_ number: SegmentNumber, into effects: inout [JournalEffect]) {
        maintenance = .removing(number)
        effects.append(.remove(number))
    }

    mutating func finishPreparing(_ number: SegmentNumber, into effects: inout [JournalEffect]) {
        guard case .preparing(let segment, let recycled) = maintenance, segment.number == number else {
            invariantFailure("a segment that was prepared was asked for: \(number)")
        }
        maintenance = nil
        if recycled == nil, needsProofOfSpace {
            needsProofOfSpace = false
            if hasPlenty { setFull(false, into: &effects) }
        }
        if number == .anchor {
            anchoring.fileByteCount = segment.byteCount
            writeAnchor(into: &effects)
            return maintain(into: &effects)
        }
        ready.removeAll { $0.number == number }
        ready.insert(segment, at: ready.firstIndex { $0.number > number } ?? ready.count)
        writeNext(into: &effects)
        maintain(into: &effects)
    }

    mutating func failPreparing(into effects: inout [JournalEffect]) {
        // A file that could not be renamed is of no use any more.
        if case .preparing(_, let old?) = maintenance { strays.append(old) }
        maintenance = nil
        isPrepareBarred = true
        needsProofOfSpace = true
        setFull(true, into: &effects)
        maintain(into: &effects)
    }

    mutating func finishRemoving(into effects: inout [JournalEffect]) {
        maintenance = nil
        maintain(into: &effects)
    }

    /// Full below the reserve; again with space once a segment fits above it. While it is full, segments are still
    /// prepared for what already waits: promises and trimming must go on, and they are what the reserve is for.
    mutating func judgeSpace(_ freeByteCount: UInt64, into effects: inout [JournalEffect]) {
        isPrepareBarred = false
        self.freeByteCount = freeByteCount
        if freeByteCount < options.spaceReserve {
            setFull(true, into: &effects)
        } else if hasPlenty, !mustProveSpace {
            needsProofOfSpace = false
            setFull(false, into: &effects)
        }
        maintain(into: &effects)
    }

    private var hasPlenty: Bool { freeByteCount >= options.neededSpace }

    /// The next segment to be made must show that there is space, if one is needed at all.
    private var mustProveSpace: Bool {
        needsProofOfSpace && hasPlenty && (ready.count < options.segmentsAhead || wantedByteCount != nil)
    }

    mutating func setFull(_ isFull: Bool, into effects: inout [JournalEffect]) {
        guard self.isFull != isFull else { return }
        self.isFull = isFull
        effects.append(.full(isFull))
    }
}

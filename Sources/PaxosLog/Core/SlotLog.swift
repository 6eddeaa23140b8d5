import PaxosBase

/// What a node holds of one slot, as acceptor and as learner.
struct SlotRecord: Hashable, Sendable {
    /// The highest ballot it was accepted in here; zero when it never was.
    var ballot = Ballot.zero
    /// The accepted or learned value, if there is one.
    var entry: Entry?
    var isChosen = false
    /// The write that makes the acceptance durable.
    var write = WriteID.zero
}

/// The slots of the log: each accepted and chosen on its own, in any order.
///
/// Slots up to ``trimmed`` are in a snapshot and nowhere else; those up to ``released`` are chosen, applied and only in
/// the journal; the others are in memory.
@usableFromInline
struct SlotLog: Hashable, Sendable {
    @usableFromInline private(set) var trimmed: Slot
    private(set) var released: Slot
    /// Every slot up to here is chosen.
    @usableFromInline private(set) var watermark: Slot
    /// Bytes of the entries in memory.
    private(set) var residentBytes = 0
    private var records = RingBuffer<SlotRecord>()

    /// How many records have no entry: those of gaps.
    private var emptyCount = 0

    /// Bytes of the records that have no entry.
    var gapBytes: Int { emptyCount * MemoryLayout<SlotRecord?>.stride }

    /// - Parameters:
    ///   - trimmed: Up to where the journal holds nothing.
    ///   - applied: Up to where the state machine was restored; chosen, and not needed in memory.
    ///   - watermark: Up to where the journal knows all slots to be chosen.
    init(trimmed: Slot, applied: Slot, watermark: Slot) {
        self.trimmed = trimmed
        self.released = max(trimmed, applied)
        self.watermark = max(released, watermark)
    }

    /// The highest slot with any record here, whatever gaps lie below.
    var highest: Slot { max(released.advanced(by: records.count), watermark) }

    /// The highest slot below which no record is missing.
    var highestContiguous: Slot {
        var slot = watermark
        while record(at: slot.next).entry != nil { slot = slot.next }
        return slot
    }

    /// The record of `slot`, which must not be released; empty for one that was never had.
    func record(at slot: Slot) -> SlotRecord {
        let index = slot.distance(from: released) - 1
        guard index >= 0 && index < records.count else { return SlotRecord() }
        return records[index]
    }

    /// Whether a slot lies at most `reach` slots above the watermark.
    func reaches(_ slot: Slot, within reach: Int) -> Bool {
        slot <= watermark || slot.rawValue - watermark.rawValue <= UInt64(reach)
    }

    func isChosen(_ slot: Slot) -> Bool { slot <= watermark || record(at: slot).isChosen }

    /// - Parameter body: Leaves an entry in the record.
    private mutating func withRecord(at slot: Slot, _ body: (inout SlotRecord) -> Void) {
        let index = slot.distance(from: released) - 1
        invariant(index >= 0, "a slot that changes is in memory: \(slot) above \(released)")
        while records.count <= index {
            records.append(SlotRecord())
            emptyCount += 1
        }
        let before = records[index].entry?.byteCount
        body(&records[index])
        residentBytes += (records[index].entry?.byteCount ?? 0) - (before ?? 0)
        if before == nil { emptyCount -= 1 }
    }

    /// Accepts a value for a slot that nobody here knows to be chosen.
    mutating func accept(_ entry: Entry, at slot: Slot, in ballot: Ballot, write: WriteID) {
        withRecord(at: slot) { record in
            invariant(!record.isChosen, "an accepted slot is still open: \(slot)")
            record.ballot = ballot
            record.entry = entry
            record.write = write
        }
    }

    /// The value at `slot` is known to be chosen.
    mutating func learn(_ entry: Entry, at slot: Slot) {
        withRecord(at: slot) { record in
            record.entry = entry
            record.isChosen = true
        }
    }

    /// The value that `slot` holds is known to be chosen.
    mutating func markChosen(_ slot: Slot) {
        withRecord(at: slot) { record in
            invariant(record.entry != nil, "a slot marked as chosen holds a value: \(slot)")
            record.isChosen = true
        }
    }

    /// Moves the watermark over all chosen slots that follow it.
    mutating func advanceWatermark() {
        var index = watermark.distance(from: released)
        while index < records.count && records[index].isChosen { index += 1 }
        watermark = max(watermark, released.advanced(by: index))
    }

    /// Restores what a journal held of a slot.
    mutating func restore(_ slot: Slot, _ durable: DurableSlot) {
        guard slot > released else { return }
        let isChosen = durable.isLearned || slot <= watermark
        withRecord(at: slot) { record in
            record.ballot = durable.ballot
            record.entry = durable.entry
            record.isChosen = isChosen
        }
    }

    /// The journal drops the slots up to `through`, all of them released.
    mutating func trim(through: Slot) {
        invariant(through <= released, "only released slots are trimmed: \(through) up to \(released)")
        trimmed = max(trimmed, through)
    }

    /// Releases entries from memory, oldest first, until at most `limit` bytes remain or `through` is reached.
    mutating func release(through: Slot, keeping limit: Int) {
        while residentBytes > limit && released < min(through, watermark) {
            if let record = records.popFirst() {
                residentBytes -= record.entry?.byteCount ?? 0
                if record.entry == nil { emptyCount -= 1 }
            }
            released = released.next
        }
    }
}

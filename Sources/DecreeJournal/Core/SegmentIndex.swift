import PaxosBase

/// Which slots of a group a piece of the journal holds records of.
struct SlotRange: Hashable {
    let group: GroupID
    var first: Slot
    var last: Slot
}

/// What the journal remembers of one started segment: enough to know when it may go and where to look for a slot.
///
/// A block is a run of whole batches of about 64 KiB; for each block and group the lowest and the highest slot are
/// kept, some 40 bytes for 64 KiB of journal.
struct SegmentIndex: Hashable {
    let number: SegmentNumber
    let byteCount: Int
    /// One for each group, ascending.
    private(set) var ranges: [SlotRange] = []
    private var blocks: [Block] = []
    private var blockStart = 0
    /// Behind the last batch.
    private(set) var end = 0

    /// Whoever wants one slot reads about so much.
    static let blockByteCount = 64 << 10

    private struct Block: Hashable {
        let offset: Int
        var range: SlotRange
    }

    init(number: SegmentNumber, byteCount: Int) {
        self.number = number
        self.byteCount = byteCount
    }

    /// Notes where a batch stands; its slots follow.
    mutating func beginBatch(at offset: Int, byteCount: Int) {
        if blockStart == 0 || offset - blockStart >= Self.blockByteCount { blockStart = offset }
        end = offset + byteCount
    }

    /// Notes that the batch holds a record of this slot.
    @inline(__always)
    mutating func note(_ group: GroupID, _ slot: Slot) {
        if let last = blocks.indices.last, blocks[last].offset == blockStart, blocks[last].range.group == group {
            blocks[last].range.include(slot)
        } else {
            noteInBlock(group, slot)
        }
        if ranges.count == 1, ranges[0].group == group { ranges[0].include(slot) } else { noteInSegment(group, slot) }
    }

    private mutating func noteInBlock(_ group: GroupID, _ slot: Slot) {
        var index = blocks.count
        while index > 0, blocks[index - 1].offset == blockStart {
            index -= 1
            if blocks[index].range.group == group { return blocks[index].range.include(slot) }
        }
        blocks.append(Block(offset: blockStart, range: SlotRange(group: group, first: slot, last: slot)))
    }

    private mutating func noteInSegment(_ group: GroupID, _ slot: Slot) {
        let index = ranges.firstIndex { $0.group >= group } ?? ranges.count
        if index < ranges.count, ranges[index].group == group {
            ranges[index].include(slot)
        } else {
            ranges.insert(SlotRange(group: group, first: slot, last: slot), at: index)
        }
    }

    /// The parts that may hold records of these slots, ascending.
    func extents(of group: GroupID, _ slots: ClosedRange<Slot>) -> [Range<Int>] {
        // Most segments hold none of them.
        guard ranges.contains(where: { $0.group == group && $0.overlaps(slots) }) else { return [] }
        var found: [Range<Int>] = []
        for (index, block) in blocks.enumerated() where block.range.group == group && block.range.overlaps(slots) {
            let next = blocks[index...].first { $0.offset > block.offset }?.offset ?? end
            if let last = found.last, last.upperBound == block.offset {
                found[found.count - 1] = last.lowerBound..<next
            } else {
                found.append(block.offset..<next)
            }
        }
        return found
    }
}

extension SlotRange {
    @inline(__always)
    fileprivate mutating func include(_ slot: Slot) {
        if slot < first { first = slot }
        if slot > last { last = slot }
    }

    fileprivate func overlaps(_ slots: ClosedRange<Slot>) -> Bool {
        first <= slots.upperBound && slots.lowerBound <= last
    }
}

/// A part of a segment that a load must read.
public struct SegmentExtent: Hashable, Sendable {
    public let segment: SegmentNumber
    /// Whole batches, in bytes from the beginning of the file.
    public let range: Range<Int>

    public init(segment: SegmentNumber, range: Range<Int>) {
        self.segment = segment
        self.range = range
    }
}

import DecreeWire
import PaxosBase
import PaxosLog

/// Folds the records of a run of slots from the extents that ``JournalCore/load(_:_:maximumByteCount:)`` names.
///
/// Pure: the host reads the extents in order and hands their bytes over.
public struct EntryLoader {
    private let identity: JournalIdentity
    private let group: GroupID
    private let slots: ClosedRange<Slot>
    private var found: [DurableSlot?]
    /// Where a batch should have stood and none could be read. Then nothing is handed out: what is missing may be the
    /// later word on a slot whose earlier one was read.
    public private(set) var damage: Damage?

    public struct Damage: Hashable, Sendable {
        public let segment: SegmentNumber
        /// In bytes from the beginning of the file.
        public let offset: Int
    }

    /// The longest run that is loaded at once.
    public static let maximumSlotCount = 1024

    /// - Parameter slots: Which slots to load; a run longer than ``maximumSlotCount`` is cut.
    public init(identity: JournalIdentity, group: GroupID, slots: ClosedRange<Slot>) {
        self.identity = identity
        self.group = group
        let last = min(slots.upperBound, slots.lowerBound.advanced(by: Self.maximumSlotCount - 1))
        self.slots = slots.lowerBound...last
        found = Array(repeating: nil, count: last.distance(from: slots.lowerBound) + 1)
    }

    /// The run that is loaded.
    public var run: ClosedRange<Slot> { slots }

    /// Takes in an extent, which holds whole batches from end to end.
    /// - Parameter bytes: The bytes of the extent; fewer if the file ends within it.
    public mutating func absorb(_ extent: SegmentExtent, _ bytes: UnsafeRawBufferPointer) {
        let seed = SegmentSeed(identity, extent.segment)
        var offset = 0
        while offset < extent.range.count {
            guard let header = BatchHeader.read(bytes, at: offset, of: extent.range.lowerBound, seed: seed),
                let payload = header.payload(in: bytes, at: offset, seed: seed), absorb(payload, header.recordCount)
            else {
                damage = damage ?? Damage(segment: extent.segment, offset: extent.range.lowerBound + offset)
                return
            }
            offset += header.batchByteCount
        }
    }

    private mutating func absorb(_ payload: UnsafeRawBufferPointer, _ count: Int) -> Bool {
        do throws(WireError) {
            try RecordCodec.decode(payload, count: count) { group, record in
                if group == self.group { absorb(record) }
            }
            return true
        } catch {
            return false
        }
    }

    private mutating func absorb(_ record: Record) {
        switch record {
        case .accepted(let slot, let ballot, let entry):
            guard slots.contains(slot) else { return }
            let isLearned = found[slot.distance(from: slots.lowerBound)]?.isLearned ?? false
            found[slot.distance(from: slots.lowerBound)] = DurableSlot(
                ballot: ballot, entry: entry, isLearned: isLearned)
        case .learned(let slot, let entry):
            guard slots.contains(slot) else { return }
            let ballot = found[slot.distance(from: slots.lowerBound)]?.ballot ?? .zero
            found[slot.distance(from: slots.lowerBound)] = DurableSlot(ballot: ballot, entry: entry, isLearned: true)
        case .incarnation, .promised, .chosen, .trimmed: break
        }
    }

    /// The entries from the first slot on, up to the first that has none; empty if anything could not be read.
    /// - Parameter maximumBytes: Ends the run before the entry that exceeds it; the first one always comes.
    public func entries(maximumBytes: Int) -> [Entry] {
        guard damage == nil else { return [] }
        var entries: [Entry] = []
        var byteCount = 0
        for found in found {
            guard let found else { break }
            byteCount += found.entry.byteCount
            if byteCount > maximumBytes, !entries.isEmpty { break }
            entries.append(found.entry)
        }
        return entries
    }
}

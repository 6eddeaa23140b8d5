import PaxosBase
import PaxosLog

/// Entries that come back from the journal: what is to be read, in this order, and what came of it so far.
public struct EntryLoad {
    public let extents: [SegmentExtent]
    private var loader: EntryLoader
    private let maximumByteCount: Int

    fileprivate init(_ loader: EntryLoader, _ extents: [SegmentExtent], _ maximumByteCount: Int) {
        self.loader = loader
        self.extents = extents
        self.maximumByteCount = maximumByteCount
    }

    /// The bytes of the next extent; fewer if the file ends within it.
    public mutating func absorb(_ extent: SegmentExtent, _ bytes: UnsafeRawBufferPointer) {
        loader.absorb(extent, bytes)
    }

    /// Where a batch should have stood and none could be read.
    public var damage: EntryLoader.Damage? { loader.damage }

    /// The entries from the first slot on, when all was read: up to the first slot that has none, or as many as were wanted.
    public var entries: [Entry] { loader.entries(maximumBytes: maximumByteCount) }
}

// Entries that are in memory no more, but have not been given up.
extension JournalCore {
    /// Plans to load a run of slots, or the beginning of it: what is read is a few times what is wanted, at least
    /// what holds one slot.
    /// - Parameters:
    ///   - group: Whose.
    ///   - slots: Which; the load may end before the last of them.
    ///   - maximumByteCount: How many bytes of entries are wanted at once; the first entry comes whatever its size.
    public func load(_ group: GroupID, _ slots: ClosedRange<Slot>, maximumByteCount: Int) -> EntryLoad {
        let longest = EntryLoader(identity: identity, group: group, slots: slots).run
        let wanted = maximumByteCount.multipliedReportingOverflow(by: 4)
        let readLimit = wanted.overflow ? .max : max(wanted.partialValue, SegmentIndex.blockByteCount)
        let (run, extents) = locate(group, longest, upTo: readLimit)
        return EntryLoad(EntryLoader(identity: identity, group: group, slots: run), extents, maximumByteCount)
    }

    /// Where durable records of these slots may stand; ascending, so that later records come later.
    func locate(_ group: GroupID, _ slots: ClosedRange<Slot>) -> [SegmentExtent] {
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
}

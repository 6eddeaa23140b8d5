import PaxosBase

/// The slots of a journal by number: a sequence of (key, value) that ascends, like a sorted dictionary.
///
/// Recovery folds millions of records into it, mostly of slots that follow each other, so it keeps pages of
/// neighbouring slots instead of hashing each. A far slot costs one page.
public struct DurableSlots: Hashable, Sendable, Sequence {
    public typealias Element = (key: Slot, value: DurableSlot)

    /// Ascending by number, none empty.
    private var pages: [Page] = []
    public private(set) var count = 0

    private static let pageSize: UInt64 = 256

    private struct Page: Hashable, Sendable {
        let number: UInt64
        var slots: [DurableSlot?]
        var count = 0

        init(number: UInt64) {
            self.number = number
            slots = Array(repeating: nil, count: Int(DurableSlots.pageSize))
        }
    }

    public init() {}

    public var isEmpty: Bool { count == 0 }

    /// Ascending.
    public var keys: [Slot] { map(\.key) }

    public subscript(slot: Slot) -> DurableSlot? {
        let number = slot.rawValue / Self.pageSize
        let index = position(of: number)
        guard index < pages.count, pages[index].number == number else { return nil }
        return pages[index].slots[Int(slot.rawValue % Self.pageSize)]
    }

    /// Replaces what is known of a slot by what `update` makes of it.
    mutating func update(_ slot: Slot, _ update: (DurableSlot?) -> DurableSlot) {
        let number = slot.rawValue / Self.pageSize
        let index = position(of: number)
        if index == pages.count || pages[index].number != number { pages.insert(Page(number: number), at: index) }
        let offset = Int(slot.rawValue % Self.pageSize)
        if pages[index].slots[offset] == nil {
            pages[index].count += 1
            count += 1
        }
        pages[index].slots[offset] = update(pages[index].slots[offset])
    }

    /// The slots that satisfy a condition.
    public func filter(_ isIncluded: (Element) throws -> Bool) rethrows -> DurableSlots {
        var kept = DurableSlots()
        for (slot, found) in self where try isIncluded((slot, found)) { kept.update(slot) { _ in found } }
        return kept
    }

    /// Forgets all slots up to `through`.
    mutating func removeAll(through: Slot) {
        let whole = position(of: (through.rawValue + 1) / Self.pageSize)
        for page in pages[..<whole] { count -= page.count }
        pages.removeFirst(whole)
        guard let first = pages.first, first.number * Self.pageSize <= through.rawValue else { return }
        for offset in 0...Int(through.rawValue - first.number * Self.pageSize) where first.slots[offset] != nil {
            pages[0].slots[offset] = nil
            pages[0].count -= 1
            count -= 1
        }
        if pages[0].count == 0 { pages.removeFirst() }
    }

    /// Where the page of this number is, or belongs.
    private func position(of number: UInt64) -> Int {
        guard let last = pages.last, number <= last.number else { return pages.count }
        if number == last.number { return pages.count - 1 }
        var lower = 0
        var upper = pages.count - 1
        while lower < upper {
            let middle = (lower + upper) / 2
            if pages[middle].number < number { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    public func makeIterator() -> Iterator { Iterator(self) }

    public struct Iterator: IteratorProtocol {
        private let slots: DurableSlots
        private var page = 0
        private var offset = 0

        fileprivate init(_ slots: DurableSlots) { self.slots = slots }

        public mutating func next() -> Element? {
            while page < slots.pages.count {
                while offset < slots.pages[page].slots.count {
                    defer { offset += 1 }
                    guard let found = slots.pages[page].slots[offset] else { continue }
                    return (Slot(slots.pages[page].number * DurableSlots.pageSize + UInt64(offset)), found)
                }
                page += 1
                offset = 0
            }
            return nil
        }
    }
}

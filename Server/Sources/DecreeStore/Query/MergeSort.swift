/// Sorts what a query has collected, in steps, and keeps equals in the order in which they came.
///
/// Bottom-up: runs of 1, 2, 4 and so on are merged from one array into another, which the first pass fills.
struct MergeSort {
    /// What decides between elements of equal rank.
    enum TieBreak {
        case none
        /// By the bytes of the values.
        case values
        /// By the bytes of the values, the greater first.
        case valuesDescending
        /// By the position within a revision.
        case subRevision
    }

    private(set) var items: [CollectedVersion]
    private var buffer: [CollectedVersion]
    private let tieBreak: TieBreak
    private var width = 1
    /// Where the pair of runs being merged begins, how far each has been taken, and where the next element goes.
    private var start = 0
    private var left = 0
    private var right = 1
    private var output = 0

    /// What the items take, in bytes.
    var heldByteCount: Int { (items.capacity + buffer.capacity) * MemoryLayout<CollectedVersion>.stride }

    init(_ items: [CollectedVersion], tieBreak: TieBreak) {
        self.items = items
        self.tieBreak = tieBreak
        buffer = []
        buffer.reserveCapacity(items.count)
    }

    /// Sorts on.
    /// - Returns: Whether all is sorted.
    mutating func run(_ budget: inout Int) -> Bool {
        // A step of a merge takes about a quarter of a unit of work.
        var steps = budget.multipliedReportingOverflow(by: 4).overflow ? Int.max : budget * 4
        while width < items.count {
            while start < items.count {
                guard mergePair(&steps) else {
                    budget = 0
                    return false
                }
                beginPair(at: min(start + 2 * width, items.count))
            }
            swap(&items, &buffer)
            width *= 2
            beginPair(at: 0)
        }
        budget = steps / 4
        return true
    }

    private mutating func beginPair(at position: Int) {
        start = position
        left = position
        right = min(position + width, items.count)
        output = position
    }

    private mutating func mergePair(_ steps: inout Int) -> Bool {
        let middle = min(start + width, items.count)
        let end = min(start + 2 * width, items.count)
        while output < end {
            if steps <= 0 { return false }
            steps -= 1
            let takesRight = left >= middle || (right < end && precedes(items[right], items[left], &steps))
            if takesRight {
                put(items[right])
                right += 1
            } else {
                put(items[left])
                left += 1
            }
        }
        return true
    }

    @inline(__always)
    private mutating func put(_ item: CollectedVersion) {
        if output < buffer.count { buffer[output] = item } else { buffer.append(item) }
        output += 1
    }

    private func precedes(_ first: CollectedVersion, _ second: CollectedVersion, _ steps: inout Int) -> Bool {
        if first.rank != second.rank { return first.rank < second.rank }
        switch tieBreak {
        case .none: return false
        case .values: return compare(first.version, second.version, &steps) < 0
        case .valuesDescending: return compare(second.version, first.version, &steps) < 0
        case .subRevision: return first.version.subRevision < second.version.subRevision
        }
    }

    private func compare(_ first: Version, _ second: Version, _ steps: inout Int) -> Int {
        // Long values that begin alike take as long as many steps.
        steps -= min(first.valueLength, second.valueLength) >> 8
        return Bytes.compare(first.value, second.value)
    }
}

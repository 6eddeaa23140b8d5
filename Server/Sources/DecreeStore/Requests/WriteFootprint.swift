import PaxosBase

/// Which keys a branch of a transaction may put and delete, to refuse one that would write a key twice.
///
/// The rules, and what they let pass, are etcd's: both branches of one nested transaction may put the same key, because
/// only one of them runs; a deletion to the end of the key space clashes with nothing, so that "delete all, then put"
/// is possible; and a deletion nested behind a nested put of the same key passes. The order of execution decides then.
/// - Source: etcd `server/etcdserver/api/v3rpc/key.go`, `checkIntervals`.
struct WriteFootprint {
    private var puts: Set<Payload> = []
    private var deletions = IntervalSet()

    init() {}

    /// Checks one branch; most have a single write, or few puts, and need no sets.
    /// - Throws: `duplicateKey`.
    static func check(_ operations: [RequestOperation]) throws(StoreError) {
        if operations.count <= 8, let isDistinct = hasDistinctPuts(operations) {
            if !isDistinct { throw .duplicateKey }
            return
        }
        var footprint = WriteFootprint()
        try footprint.add(operations)
    }

    /// Whether no two puts of a short list have one key; nil when there are other writes besides.
    private static func hasDistinctPuts(_ operations: [RequestOperation]) -> Bool? {
        var writes = 0
        var isSimple = true
        for operation in operations {
            switch operation {
            case .range, .unset: break
            case .put: writes += 1
            case .deleteRange:
                writes += 1
                isSimple = false
            case .txn: return nil
            }
        }
        if writes <= 1 { return true }
        guard isSimple else { return nil }
        for (index, operation) in operations.enumerated() {
            guard case .put(let request) = operation else { continue }
            for case .put(let earlier) in operations[..<index] where earlier.key == request.key { return false }
        }
        return true
    }

    /// Adds the operations of one branch.
    /// - Throws: `duplicateKey`.
    mutating func add(_ operations: [RequestOperation]) throws(StoreError) {
        for case .deleteRange(let request) in operations { deletions.insert(request.range) }
        for case .txn(let nested) in operations { try add(nested) }
        for case .put(let request) in operations {
            if deletions.contains(request.key) || !puts.insert(request.key).inserted { throw .duplicateKey }
        }
    }

    private mutating func add(_ nested: TxnRequest) throws(StoreError) {
        var success = WriteFootprint()
        try success.add(nested.success)
        var failure = WriteFootprint()
        try failure.add(nested.failure)
        let nestedPuts = success.puts.union(failure.puts)
        guard puts.isDisjoint(with: nestedPuts), nestedPuts.allSatisfy({ !deletions.contains($0) }) else {
            throw .duplicateKey
        }
        puts.formUnion(nestedPuts)
        deletions.formUnion(success.deletions)
        deletions.formUnion(failure.deletions)
    }
}

/// A set of half-open key intervals, kept sorted, disjoint and apart, so that membership is one bisection.
private struct IntervalSet {
    private var intervals: [(lower: [UInt8], upper: [UInt8])] = []

    mutating func insert(_ range: KeyRange) {
        let lower = range.key.bytes
        insert(lower: lower, upper: range.isSingleKey ? lower + [0] : range.rangeEnd.bytes)
    }

    mutating func formUnion(_ other: IntervalSet) {
        for interval in other.intervals { insert(lower: interval.lower, upper: interval.upper) }
    }

    func contains(_ key: Payload) -> Bool {
        guard !intervals.isEmpty else { return false }
        let bytes = key.bytes
        let index = firstIndex { bytes.lexicographicallyPrecedes($0.upper) }
        return index < intervals.count && !bytes.lexicographicallyPrecedes(intervals[index].lower)
    }

    private mutating func insert(lower: [UInt8], upper: [UInt8]) {
        guard lower.lexicographicallyPrecedes(upper) else { return }
        let first = firstIndex { !$0.upper.lexicographicallyPrecedes(lower) }
        let end = firstIndex { upper.lexicographicallyPrecedes($0.lower) }
        var merged = (lower: lower, upper: upper)
        if first < end {
            if intervals[first].lower.lexicographicallyPrecedes(lower) { merged.lower = intervals[first].lower }
            if upper.lexicographicallyPrecedes(intervals[end - 1].upper) { merged.upper = intervals[end - 1].upper }
        }
        intervals.replaceSubrange(first..<max(first, end), with: CollectionOfOne(merged))
    }

    /// The first interval that `predicate` holds for; it holds for all behind it too.
    private func firstIndex(where predicate: ((lower: [UInt8], upper: [UInt8])) -> Bool) -> Int {
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if predicate(intervals[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

import PaxosBase

/// Which keys a branch of a transaction may put and delete, to refuse one that would write a key twice.
///
/// The rules, and what they let pass, are etcd's: both branches of one nested transaction may put the same key, because
/// only one of them runs; a deletion to the end of the key space clashes with nothing, so that "delete all, then put"
/// is possible; and a deletion nested behind a nested put of the same key passes. The order of execution decides then.
/// - Source: etcd `server/etcdserver/api/v3rpc/key.go`, `checkIntervals`.
struct WriteFootprint {
    private var puts: Set<Payload> = []
    private var deletions = IntervalMap()

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
        for case .deleteRange(let request) in operations {
            let range = request.range
            let key = range.key.bytes
            deletions.insert(from: key, to: range.isSingleKey ? key + [0] : range.rangeEnd.bytes, number: 1)
        }
        for case .txn(let nested) in operations { try add(nested) }
        for case .put(let request) in operations {
            if isDeleted(request.key) || !puts.insert(request.key).inserted { throw .duplicateKey }
        }
    }

    private func isDeleted(_ key: Payload) -> Bool {
        !deletions.isEmpty && deletions.lastNumber(covering: key.bytes) != nil
    }

    private mutating func add(_ nested: TxnRequest) throws(StoreError) {
        var success = WriteFootprint()
        try success.add(nested.success)
        var failure = WriteFootprint()
        try failure.add(nested.failure)
        // The smaller is added to the larger: what is nested deep is not copied at every level.
        var nestedPuts = Self.union(&success.puts, &failure.puts)
        guard puts.isDisjoint(with: nestedPuts), nestedPuts.allSatisfy({ !isDeleted($0) }) else {
            throw .duplicateKey
        }
        puts = Self.union(&puts, &nestedPuts)
        deletions.insert(contentsOf: success.deletions)
        deletions.insert(contentsOf: failure.deletions)
    }

    private static func union(_ first: inout Set<Payload>, _ second: inout Set<Payload>) -> Set<Payload> {
        if first.count < second.count { swap(&first, &second) }
        var result: Set<Payload> = []
        swap(&result, &first)
        for key in second { result.insert(key) }
        return result
    }
}

import PaxosBase

/// Decides one comparison of a transaction, in steps where its range is long.
struct CompareScan {
    let compare: Compare
    private var resumeKey: [UInt8] = []
    private var isResumed = false
    private var sawKey = false

    init(_ compare: Compare) { self.compare = compare }

    /// Decides at once, on the state as it is now, for a command that is applied. Keys that do not exist any more are not
    /// looked at, because how many of them there are differs between replicas.
    /// - Throws: `tooMuchWork`.
    static func holds(
        _ compare: Compare, on state: borrowing StoreState, _ work: inout CommandWork
    ) throws(StoreError) -> Bool {
        try compare.range.withSpan { (span) throws(StoreError) in
            try work.take(CommandWork.descent)
            if span.isSingleKey {
                let version = state.tree.find(span.key)?.latest
                try work.take(compare.byteWork(version))
                return compare.holds(for: version)
            }
            var walk = KeyWalk(span, in: state.tree)
            while let key = walk.nextLive() {
                try work.take(compare.workPerKey + compare.byteWork(key.latest))
                if !compare.holds(for: key.latest) { return false }
            }
            return walk.liveCount > 0 || compare.holds(for: nil)
        }
    }

    /// - Returns: Whether the comparison holds, or nil when the budget has run out before that was known.
    mutating func run(at revision: Int64, on state: borrowing StoreState, _ budget: inout Int) -> Bool? {
        let range = compare.range
        return range.withSpan { span in
            budget -= 4
            if span.isSingleKey {
                return compare.holds(for: state.tree.find(span.key)?.version(at: revision))
            }
            var walk = KeyWalk(span, in: state.tree)
            if isResumed { resumeKey.withUnsafeBytes { walk.skip(through: $0, in: state.tree) } }
            while let key = walk.next() {
                if let version = key.version(at: revision), version.isAlive {
                    sawKey = true
                    if !compare.holds(for: version) { return false }
                }
                budget -= 2 + compare.operandByteCount >> 10
                if budget <= 0 {
                    resumeKey = Array(key.key)
                    isResumed = true
                    return nil
                }
            }
            return sawKey || compare.holds(for: nil)
        }
    }
}

extension Compare {
    /// How many bytes may have to be compared for each key.
    fileprivate var operandByteCount: Int {
        if case .value(let operand) = target { return operand.count }
        return 0
    }

    /// What looking at one more key costs a command.
    fileprivate var workPerKey: Int { if case .value = target { 3 } else { 2 } }

    /// What comparing the bytes of this value costs a command.
    fileprivate func byteWork(_ version: Version?) -> Int {
        min(operandByteCount, version?.valueLength ?? 0) >> 8
    }

    /// Whether the comparison holds for a key with this newest version, which may be a deletion or missing.
    func holds(for newest: Version?) -> Bool {
        let version = newest.flatMap { $0.isAlive ? $0 : nil }
        switch target {
        case .version(let operand): return relation.holds(version?.number ?? 0, operand)
        case .createRevision(let operand): return relation.holds(version?.createRevision ?? 0, operand.rawValue)
        case .modRevision(let operand): return relation.holds(version?.modRevision ?? 0, operand.rawValue)
        case .lease(let operand): return relation.holds(version?.lease ?? 0, operand.rawValue)
        case .value(let operand):
            // A missing value compares to nothing, not even as unequal.
            guard let version else { return false }
            return operand.withUnsafeBytes { relation.holds(Bytes.compare(version.value, $0), 0) }
        case .unknown: return relation.holds(0, 0)
        }
    }
}

extension CompareSpan {
    /// Whether it holds for a key with this newest version, which may be a deletion or missing.
    func holds(for newest: Version?) -> Bool {
        let version = newest.flatMap { $0.isAlive ? $0 : nil }
        let found: Int64
        switch target {
        case CompareTargetCode.version: found = version?.number ?? 0
        case CompareTargetCode.createRevision: found = version?.createRevision ?? 0
        case CompareTargetCode.modRevision: found = version?.modRevision ?? 0
        case CompareTargetCode.lease: found = version?.lease ?? 0
        default:
            // A missing value compares to nothing, not even as unequal.
            guard let version else { return false }
            return relation.holds(Bytes.compare(version.value, value), 0)
        }
        return relation.holds(found, operand)
    }
}

extension Compare.Relation {
    fileprivate func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .equal: left == right
        case .greater: left > right
        case .less: left < right
        case .notEqual: left != right
        case .unknown: true
        }
    }
}

import DecreeStore
import PaxosBase

// Transactions: all branches are decided on the state before, then one operation runs after the other.
extension StoreModel {
    mutating func run(_ request: TxnRequest) throws(StoreError) -> Shown {
        try request.checkPlainly()
        var decisions = decide(request)[...]
        rangeFailure = nil
        let shown = try run(request, &decisions)
        if let rangeFailure { throw rangeFailure }
        return shown
    }

    /// A transaction as a question: nothing in it writes.
    package func ask(_ request: TxnRequest) -> Shown {
        var copy = self
        return copy.apply(.txn(request))
    }

    /// The decisions of all transactions that run, in the order of execution.
    package func decide(_ request: TxnRequest) -> [Bool] {
        let holds = request.compares.allSatisfy(holds)
        var decisions = [holds]
        for operation in holds ? request.success : request.failure {
            if case .txn(let nested) = operation { decisions += decide(nested) }
        }
        return decisions
    }

    private func holds(_ compare: Compare) -> Bool {
        let found = matches(compare.range, at: .max)
        if found.isEmpty {
            if case .value = compare.target { return false }
            let missing = KeyValue(key: Payload(), value: Payload(), createRevision: 0, modRevision: 0, version: 0)
            return holds(compare, missing)
        }
        return found.allSatisfy { holds(compare, $0) }
    }

    private func holds(_ compare: Compare, _ entry: KeyValue) -> Bool {
        let order = order(compare.target, entry)
        switch compare.relation {
        case .equal: return order == 0
        case .notEqual: return order != 0
        case .greater: return order > 0
        case .less: return order < 0
        case .unknown: return true
        }
    }

    private func order(_ target: Compare.Target, _ entry: KeyValue) -> Int {
        func sign(_ left: Int64, _ right: Int64) -> Int { left < right ? -1 : left > right ? 1 : 0 }
        switch target {
        case .version(let operand): return sign(entry.version, operand)
        case .createRevision(let operand): return sign(entry.createRevision.rawValue, operand.rawValue)
        case .modRevision(let operand): return sign(entry.modRevision.rawValue, operand.rawValue)
        case .lease(let operand): return sign(entry.lease.rawValue, operand.rawValue)
        case .value(let operand): return entry.value == operand ? 0 : entry.value.precedes(operand) ? -1 : 1
        case .unknown: return 0
        }
    }

    private mutating func run(_ request: TxnRequest, _ decisions: inout ArraySlice<Bool>) throws(StoreError) -> Shown {
        let succeeded = decisions.removeFirst()
        var parts: [Shown] = []
        for operation in succeeded ? request.success : request.failure {
            switch operation {
            case .range(let request): parts.append(rangeInTxn(request))
            case .put(let request): parts.append(try put(request, isInTxn: true))
            case .deleteRange(let request): parts.append(try delete(request))
            case .txn(let nested): parts.append(try run(nested, &decisions))
            case .unset: throw .keyNotFound
            }
        }
        return .txn(header, succeeded, parts)
    }

    /// What is wrong with a range is told only when nothing is wrong with any put.
    private mutating func rangeInTxn(_ request: RangeRequest) -> Shown {
        do throws(StoreError) {
            return try range(request, isPending: !changed.isEmpty, isInTxn: true)
        } catch {
            rangeFailure = rangeFailure ?? error
            return .failure(error, revision)
        }
    }
}

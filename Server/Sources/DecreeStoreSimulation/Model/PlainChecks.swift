import DecreeStore
import PaxosBase

// What requests are refused for without a look at the state, written plainly.

extension PutRequest {
    func checkPlainly() throws(StoreError) {
        if key.isEmpty { throw .keyNotProvided }
        if ignoreValue && !value.isEmpty { throw .valueProvided }
        if ignoreLease && lease != .none { throw .leaseProvided }
    }
}

extension TxnRequest {
    package func checkPlainly() throws(StoreError) {
        try checkOperations()
        _ = try Self.writes(of: success)
        _ = try Self.writes(of: failure)
    }

    private func checkOperations() throws(StoreError) {
        for compare in compares where compare.range.key.isEmpty { throw .keyNotProvided }
        for operation in success + failure {
            switch operation {
            case .range(let request): if request.range.key.isEmpty { throw .keyNotProvided }
            case .put(let request): try request.checkPlainly()
            case .deleteRange(let request): if request.range.key.isEmpty { throw .keyNotProvided }
            case .txn(let nested): try nested.checkOperations()
            case .unset: throw .keyNotFound
            }
        }
    }

    private static func writes(
        of operations: [RequestOperation]
    ) throws(StoreError) -> (puts: [Payload], deletions: [KeyRange]) {
        var puts: [Payload] = []
        var deletions: [KeyRange] = []
        for case .deleteRange(let request) in operations { deletions.append(request.range) }
        func add(_ key: Payload) throws(StoreError) {
            if puts.contains(key) || deletions.contains(where: { covers($0, key) }) { throw .duplicateKey }
        }
        for case .txn(let nested) in operations {
            let then = try writes(of: nested.success)
            let otherwise = try writes(of: nested.failure)
            for key in then.puts + otherwise.puts { try add(key) }
            puts += then.puts + otherwise.puts
            deletions += then.deletions + otherwise.deletions
        }
        for case .put(let request) in operations {
            try add(request.key)
            puts.append(request.key)
        }
        return (puts, deletions)
    }

    /// Whether etcd's check sees `key` in a deletion: it does not see open-ended ones.
    private static func covers(_ range: KeyRange, _ key: Payload) -> Bool {
        if range.isSingleKey { return key == range.key }
        return !key.precedes(range.key) && key.precedes(range.rangeEnd)
    }
}

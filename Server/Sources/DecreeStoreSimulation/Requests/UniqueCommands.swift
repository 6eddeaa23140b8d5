import DecreeStore
import PaxosBase

/// Sees to it that no two commands of a run are equal: by its payload a command is found again in the log.
struct UniqueCommands {
    /// Hashes of the payloads of all commands that were made.
    private var made: Set<UInt64> = []
    private var serial = 0

    /// The operation itself, or, when there was an equal one, another that does the same.
    mutating func unique(_ operation: StoreClientOperation) -> StoreClientOperation {
        var unique = operation
        while let command = unique.command, !made.insert(Self.hash(command)).inserted {
            serial += 1
            unique = changed(command)
        }
        return unique
    }

    private static func hash(_ command: StoreOperation) -> UInt64 {
        command.encode().withUnsafeBytes { StableHasher.hash($0) }
    }

    private func changed(_ command: StoreOperation) -> StoreClientOperation {
        switch command {
        case .compact(let request):
            return .compact(CompactionRequest(revision: Revision(request.revision.rawValue + 1)))
        case .txn(var request):
            request.compares.append(condition)
            return .txn(request)
        case .put(let request): return .txn(TxnRequest(compares: [condition], success: [.put(request)]))
        case .deleteRange(let request):
            guard request.range.isSingleKey, !request.range.key.isEmpty else {
                return .txn(TxnRequest(compares: [condition], success: [.deleteRange(request)]))
            }
            // The same key alone, in a form that was never used before: nothing lies between it and the end.
            let end = Payload(request.range.key.bytes + [0] + Array("\(serial)".utf8))
            return .deleteRange(
                DeleteRangeRequest(
                    KeyRange(key: request.range.key, rangeEnd: end), previousKeyValues: request.previousKeyValues))
        case .publishMember: return .status
        }
    }

    /// Holds always: no key looks like this one.
    private var condition: Compare {
        Compare(KeyRange(key: Payload("\u{7F}no key \(serial)".utf8)), .equal, .version(0))
    }
}

import DecreeSimulator
import DecreeStore
import PaxosBase

/// The store once more as a sorted list of keys, with what the etcd API says of revisions: the measure of histories.
public struct StoreModel: SequentialModel {
    /// Ascending by key.
    private var keyValues: [KeyValue] = []
    private var revision: Int64 = 1
    private var floor: Int64 = 0

    public init() {}

    public var position: UInt64 { UInt64(revision) }

    public static func position(of output: StoreOutput) -> UInt64 { UInt64(output.revision.rawValue) }

    public static func position(of answer: StoreAnswer) -> UInt64 { UInt64(answer.revision.rawValue) }

    public mutating func perform(_ operation: StoreClientOperation, output: StoreOutput?) -> String? {
        let expected = perform(operation, at: revision + 1)
        guard let output else { return nil }
        return expected.difference(from: output.outcome).map { "\(operation): \($0)" }
    }

    public func check(_ operation: StoreClientOperation, answer: StoreAnswer) -> String? {
        guard case .range(let request, _) = operation, case .range(let response) = answer.outcome else {
            return "\(operation) was answered by \(answer.outcome)"
        }
        return StoreExpectation.difference(select(request.range), response).map { "\(operation): \($0)" }
    }

    /// Performs a command that has the revision `next` if it changes anything.
    private mutating func perform(_ operation: StoreClientOperation, at next: Int64) -> StoreExpectation {
        switch operation {
        case .put(let request): put(request, at: next)
        case .deleteRange(let request): delete(request, at: next)
        case .txn(let request): run(request, at: next)
        case .compact(let request): compact(request)
        case .range(let request, _): .range(select(request.range))
        }
    }

    private mutating func put(_ request: PutRequest, at next: Int64) -> StoreExpectation {
        let previous = keyValues.first { $0.key == request.key }
        let added = KeyValue(
            key: request.key, value: request.value, createRevision: previous?.createRevision ?? Revision(next),
            modRevision: Revision(next), version: (previous?.version ?? 0) + 1)
        keyValues.removeAll { $0.key == request.key }
        let place = keyValues.firstIndex { added.key.bytes.lexicographicallyPrecedes($0.key.bytes) }
        keyValues.insert(added, at: place ?? keyValues.count)
        revision = next
        return .put(previous: request.previousKeyValue ? previous.map { [$0] } ?? [] : [])
    }

    private mutating func delete(_ request: DeleteRangeRequest, at next: Int64) -> StoreExpectation {
        let deleted = select(request.range)
        keyValues.removeAll { Self.holds($0.key, request.range) }
        if !deleted.isEmpty { revision = next }
        return .deletion(count: deleted.count, previous: request.previousKeyValues ? deleted : [])
    }

    private mutating func run(_ request: TxnRequest, at next: Int64) -> StoreExpectation {
        let succeeded = request.compares.allSatisfy(holds)
        var parts: [StoreExpectation] = []
        for operation in succeeded ? request.success : request.failure {
            switch operation {
            case .range(let request): parts.append(.range(select(request.range)))
            case .put(let request): parts.append(put(request, at: next))
            case .deleteRange(let request): parts.append(delete(request, at: next))
            case .txn, .unset: continue
            }
        }
        return .txn(succeeded: succeeded, parts: parts)
    }

    private mutating func compact(_ request: CompactionRequest) -> StoreExpectation {
        if request.revision.rawValue <= floor { return .failure(.compacted) }
        if request.revision.rawValue > revision { return .failure(.futureRevision) }
        floor = request.revision.rawValue
        return .compacted
    }

    private func select(_ range: KeyRange) -> [KeyValue] { keyValues.filter { Self.holds($0.key, range) } }

    /// The end of a range is one past its last key; none: the key alone; a zero byte: no end.
    private static func holds(_ key: Payload, _ range: KeyRange) -> Bool {
        guard !range.rangeEnd.isEmpty else { return key == range.key }
        guard !key.bytes.lexicographicallyPrecedes(range.key.bytes) else { return false }
        return range.rangeEnd.bytes == [0] || key.bytes.lexicographicallyPrecedes(range.rangeEnd.bytes)
    }

    private func holds(_ compare: Compare) -> Bool {
        let found = keyValues.first { $0.key == compare.range.key }
        let (actual, operand): (Int64, Int64) =
            switch compare.target {
            case .version(let version): (found?.version ?? 0, version)
            case .createRevision(let revision): (found?.createRevision.rawValue ?? 0, revision.rawValue)
            case .modRevision(let revision): (found?.modRevision.rawValue ?? 0, revision.rawValue)
            default: (0, 0)
            }
        return switch compare.relation {
        case .equal: actual == operand
        case .notEqual: actual != operand
        case .greater: actual > operand
        case .less: actual < operand
        case .unknown: true
        }
    }
}

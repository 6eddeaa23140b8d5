import DecreeSimulator
import DecreeStore
import PaxosBase

/// Clients of the store: they put, delete, range and run transactions over a few keys, so that they meet all the time.
public struct StoreWorkload: Workload {
    private let keyCount: UInt64
    private let readPercent: UInt64
    private let serializablePercent: UInt64
    private let txnPercent: UInt64
    private let deletePercent: UInt64
    private let compactPercent: UInt64
    private let paddingBound: UInt64
    /// Whether requests take the way of a client's: as bytes of etcd's protocol through the services.
    private let usesServices: Bool
    /// Makes values and ranges that were never used before.
    private var serial: UInt64 = 0
    private var lastCompaction: UInt64 = 0

    public init(choices: inout Choices) {
        keyCount = 1 + choices.below(6)
        readPercent = 10 + choices.below(60)
        serializablePercent = choices.below(15)
        txnPercent = choices.below(60)
        deletePercent = choices.below(30)
        compactPercent = choices.below(4)
        paddingBound = [1, 40, 400, 3_000][Int(choices.below(4))]
        usesServices = choices.chance(1, in: 2)
    }

    /// With slices so small that a question or a walk takes several.
    public func makeMachine() -> Store { Store(settings: Store.Settings(workPerSlice: 3)) }

    public func makeModel() -> StoreModel { StoreModel() }

    public func finalQuestion() -> StoreClientOperation { .range(RangeRequest(.everything), isLinearizable: true) }

    public func request(for operation: StoreClientOperation) -> ClientRequest<StoreQuery> {
        if usesServices, let request = ServicePort.request(for: operation) { return request }
        if let command = operation.command { return .command(command.encode()) }
        guard case .range(let request, let isLinearizable) = operation else { return .serializableRead(.status) }
        return isLinearizable ? .linearizableRead(.range(request)) : .serializableRead(.range(request))
    }

    public mutating func nextOperation(client: Int, choices: inout Choices) -> StoreClientOperation {
        if choices.chance(readPercent, in: 100) {
            let isLinearizable = !choices.chance(serializablePercent, in: 100)
            return .range(makeRange(&choices), isLinearizable: isLinearizable)
        }
        serial += 1
        if choices.chance(compactPercent, in: 100) { return compaction() }
        if choices.chance(txnPercent, in: 100) { return .txn(makeTxn(&choices)) }
        if choices.chance(deletePercent, in: 100) { return .deleteRange(makeDeletion(&choices)) }
        return .put(makePut(choices.below(keyCount), &choices))
    }

    private mutating func compaction() -> StoreClientOperation {
        lastCompaction = max(lastCompaction + 1, serial / 4)
        return .compact(CompactionRequest(revision: Revision(Int64(lastCompaction))))
    }

    private func makeRange(_ choices: inout Choices) -> RangeRequest {
        guard choices.chance(1, in: 2) else { return RangeRequest(.everything) }
        return RangeRequest(KeyRange(key: StoreKeys.key(choices.below(keyCount))))
    }

    private func makePut(_ key: UInt64, _ choices: inout Choices) -> PutRequest {
        let padding = Array(repeating: UInt8(ascii: "-"), count: Int(choices.below(paddingBound)))
        return PutRequest(
            key: StoreKeys.key(key), value: Payload(Array("\(serial)/\(key)".utf8) + padding),
            previousKeyValue: choices.chance(1, in: 3))
    }

    private func makeDeletion(_ choices: inout Choices) -> DeleteRangeRequest {
        let first = choices.below(keyCount)
        let last = choices.chance(1, in: 2) ? first : first + choices.below(keyCount - first)
        return DeleteRangeRequest(
            StoreKeys.range(first, through: last, serial: serial), previousKeyValues: choices.chance(1, in: 3))
    }

    /// Puts to several keys or deletes a few, and looks at everything before and after.
    private func makeTxn(_ choices: inout Choices) -> TxnRequest {
        let first = choices.below(keyCount)
        let second = choices.below(keyCount)
        var success: [RequestOperation] = [.put(makePut(first, &choices))]
        if second != first { success.append(.put(makePut(second, &choices))) }
        success.append(.range(RangeRequest(.everything)))
        var failure: [RequestOperation] = [.range(RangeRequest(.everything))]
        if choices.chance(1, in: 2) { failure.append(.deleteRange(makeDeletion(&choices))) }
        return TxnRequest(compares: makeCompares(&choices), success: success, failure: failure)
    }

    private func makeCompares(_ choices: inout Choices) -> [Compare] {
        (0..<choices.below(3)).map { _ in
            let range = KeyRange(key: StoreKeys.key(choices.below(keyCount)))
            let relation: Compare.Relation = [.equal, .greater, .less, .notEqual][Int(choices.below(4))]
            let guess = Int64(choices.below(serial + 2))
            switch choices.below(3) {
            case 0: return Compare(range, relation, .version(Int64(choices.below(3))))
            case 1: return Compare(range, relation, .createRevision(Revision(guess)))
            default: return Compare(range, relation, .modRevision(Revision(guess)))
            }
        }
    }
}

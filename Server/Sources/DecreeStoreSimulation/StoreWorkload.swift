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

    public init(random: inout SeededRandom) {
        keyCount = 1 + random.below(6)
        readPercent = 10 + random.below(60)
        serializablePercent = random.below(15)
        txnPercent = random.below(60)
        deletePercent = random.below(30)
        compactPercent = random.below(4)
        paddingBound = [1, 40, 400, 3_000][Int(random.below(4))]
        usesServices = random.chance(1, in: 2)
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

    public mutating func nextOperation(client: Int, random: inout SeededRandom) -> StoreClientOperation {
        if random.chance(readPercent, in: 100) {
            let isLinearizable = !random.chance(serializablePercent, in: 100)
            return .range(makeRange(&random), isLinearizable: isLinearizable)
        }
        serial += 1
        if random.chance(compactPercent, in: 100) { return compaction() }
        if random.chance(txnPercent, in: 100) { return .txn(makeTxn(&random)) }
        if random.chance(deletePercent, in: 100) { return .deleteRange(makeDeletion(&random)) }
        return .put(makePut(random.below(keyCount), &random))
    }

    private mutating func compaction() -> StoreClientOperation {
        lastCompaction = max(lastCompaction + 1, serial / 4)
        return .compact(CompactionRequest(revision: Revision(Int64(lastCompaction))))
    }

    private func makeRange(_ random: inout SeededRandom) -> RangeRequest {
        guard random.chance(1, in: 2) else { return RangeRequest(.everything) }
        return RangeRequest(KeyRange(key: StoreKeys.key(random.below(keyCount))))
    }

    private func makePut(_ key: UInt64, _ random: inout SeededRandom) -> PutRequest {
        let padding = Array(repeating: UInt8(ascii: "-"), count: Int(random.below(paddingBound)))
        return PutRequest(
            key: StoreKeys.key(key), value: Payload(Array("\(serial)/\(key)".utf8) + padding),
            previousKeyValue: random.chance(1, in: 3))
    }

    private func makeDeletion(_ random: inout SeededRandom) -> DeleteRangeRequest {
        let first = random.below(keyCount)
        let last = random.chance(1, in: 2) ? first : first + random.below(keyCount - first)
        return DeleteRangeRequest(
            StoreKeys.range(first, through: last, serial: serial), previousKeyValues: random.chance(1, in: 3))
    }

    /// Puts to several keys or deletes a few, and looks at everything before and after.
    private func makeTxn(_ random: inout SeededRandom) -> TxnRequest {
        let first = random.below(keyCount)
        let second = random.below(keyCount)
        var success: [RequestOperation] = [.put(makePut(first, &random))]
        if second != first { success.append(.put(makePut(second, &random))) }
        success.append(.range(RangeRequest(.everything)))
        var failure: [RequestOperation] = [.range(RangeRequest(.everything))]
        if random.chance(1, in: 2) { failure.append(.deleteRange(makeDeletion(&random))) }
        return TxnRequest(compares: makeCompares(&random), success: success, failure: failure)
    }

    private func makeCompares(_ random: inout SeededRandom) -> [Compare] {
        (0..<random.below(3)).map { _ in
            let range = KeyRange(key: StoreKeys.key(random.below(keyCount)))
            let relation: Compare.Relation = [.equal, .greater, .less, .notEqual][Int(random.below(4))]
            let guess = Int64(random.below(serial + 2))
            switch random.below(3) {
            case 0: return Compare(range, relation, .version(Int64(random.below(3))))
            case 1: return Compare(range, relation, .createRevision(Revision(guess)))
            default: return Compare(range, relation, .modRevision(Revision(guess)))
            }
        }
    }
}

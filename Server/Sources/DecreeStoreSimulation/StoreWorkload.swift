import DecreeServer
import DecreeSimulator
import DecreeStore
import PaxosBase

/// Clients of the store: in a third of the runs they put, delete, range and run transactions over a few keys, so that they
/// meet all the time; in the others they draw every option that a request has, mostly over so many keys that the tree has
/// several leaves.
public struct StoreWorkload: Workload {
    private var generator: RequestGenerator
    private var commands = UniqueCommands()
    private let readPercent: UInt64
    private let serializablePercent: UInt64
    private let txnPercent: UInt64
    private let deletePercent: UInt64
    private let compactPercent: UInt64
    /// How often a transaction changes many keys.
    private let manyPercent: UInt64
    private let workPerSlice: Int
    /// Whether clients speak etcd's protocol to the services, and not to the nodes themselves.
    private let usesServices: Bool
    /// A rule that the services leave out.
    package var planted: ServiceFlaw?
    /// What answers have shown: the greatest revision, and the greatest that was compacted.
    private var seenRevision: Int64 = 1
    private var seenFloor: Int64 = -1
    /// What a client would ask for next that was shown a part of a range.
    private var nextPage: RangeRequest?
    /// Many keys come, then most of them go.
    private var commandCount: UInt64 = 0

    public init(choices: inout Choices) {
        let shape = RequestShape(&choices)
        readPercent = 10 + choices.below(60)
        serializablePercent = choices.below(15)
        txnPercent = choices.below(60)
        deletePercent = choices.below(30)
        compactPercent = choices.below(4)
        manyPercent = shape.keyCount > 20 ? [20, 60, 90][choices.index(below: 3)] : 0
        workPerSlice = shape.keyCount > 20 ? [30, 300, 4_000][choices.index(below: 3)] : 3
        usesServices = choices.chance(1, in: 2)
        generator = RequestGenerator(choices.split(), shape)
    }

    /// The store wants nothing by itself and pushes nothing.
    public static var unseen: [Sight] { [.dueApplied, .pushed, .pushesLost] }

    /// With slices so small that a question or a walk takes several, and so do the commands of many a turn.
    public func makeMachine() -> Store {
        Store(settings: Store.Settings(workPerSlice: workPerSlice, workPerTurn: 20 * workPerSlice))
    }

    public func makeFront(of node: NodeID, choices: Choices) -> StoreFront? {
        usesServices || planted != nil ? StoreFront(of: node, choices, planted) : nil
    }

    public func makeModel() -> StoreModel { StoreModel() }

    public func finalQuestion() -> StoreClientOperation { .range(RangeRequest(.everything), isLinearizable: true) }

    public func request(for operation: StoreClientOperation) -> ClientRequest<StoreQuery> {
        switch operation {
        case .put, .deleteRange, .compact: return .command(operation.command?.encode() ?? Payload())
        case .txn(let request):
            return operation.command.map { .command($0.encode()) } ?? .linearizableRead(.txn(request))
        case .range(let request, let isLinearizable):
            return isLinearizable ? .linearizableRead(.range(request)) : .serializableRead(.range(request))
        case .hash(let revision): return .linearizableRead(.hashKV(revision))
        case .status: return .linearizableRead(.status)
        }
    }

    public mutating func saw(_ output: StoreOutput, of operation: StoreClientOperation) {
        seenRevision = max(seenRevision, output.revision.rawValue)
        if case .compact(let request) = operation, case .compacted = output.outcome {
            seenFloor = max(seenFloor, request.revision.rawValue)
        }
    }

    public mutating func saw(_ answer: StoreAnswer, to operation: StoreClientOperation) {
        seenRevision = max(seenRevision, answer.revision.rawValue)
        switch (answer.outcome, operation) {
        case (.status(let status), _): seenFloor = status.compactRevision?.rawValue ?? -1
        case (.range(let response), .range(let request, _)): nextPage = request.page(behind: response) ?? nextPage
        default: break
        }
    }

    public mutating func nextOperation(client: Int, choices: inout Choices) -> StoreClientOperation {
        if generator.choices.chance(readPercent, in: 100) { return question() }
        commandCount += 1
        return commands.unique(command())
    }

    private mutating func question() -> StoreClientOperation {
        if generator.shape.hasOptions {
            switch generator.choices.below(60) {
            case 0: return .hash(generator.revision(floor: seenFloor, current: seenRevision))
            case 1...2: return .status
            case 3...12: return .txn(generator.txn(floor: seenFloor, current: seenRevision, isReadOnly: true))
            default: break
            }
        }
        let isLinearizable = !generator.choices.chance(serializablePercent, in: 100)
        if let page = nextPage, generator.choices.chance(2, in: 3) {
            nextPage = nil
            return .range(page, isLinearizable: isLinearizable)
        }
        let request = generator.rangeRequest(floor: seenFloor, current: seenRevision)
        return .range(request, isLinearizable: isLinearizable)
    }

    private mutating func command() -> StoreClientOperation {
        if generator.choices.chance(compactPercent, in: 100) { return .compact(compaction()) }
        if generator.choices.chance(txnPercent, in: 100) { return .txn(txn()) }
        if generator.choices.chance(deletePercent, in: 100) { return .deleteRange(generator.deletion()) }
        return .put(generator.put())
    }

    private mutating func compaction() -> CompactionRequest {
        let revision = generator.revision(floor: seenFloor, current: seenRevision)
        return CompactionRequest(revision: revision == .zero ? Revision(max(1, seenRevision / 2)) : revision)
    }

    private mutating func txn() -> TxnRequest {
        guard generator.choices.chance(manyPercent, in: 100) else {
            return generator.txn(floor: seenFloor, current: seenRevision)
        }
        // The tide turns every hundred commands.
        let isRising = commandCount / 100 % 3 != 2
        let puts = generator.choices.chance(1, in: 10) ? !isRising : isRising
        return puts ? generator.manyPuts() : generator.manyDeletions()
    }
}

extension RangeRequest {
    /// The next page at the same revision, as clients ask for it; nil when there is none.
    fileprivate func page(behind response: RangeResponse) -> RangeRequest? {
        guard response.more, let last = response.keyValues.keyValues.last, !range.isSingleKey else { return nil }
        var page = self
        page.range.key = Payload(last.key.bytes + [0])
        page.revision = revision > .zero ? revision : response.revision
        return page
    }
}

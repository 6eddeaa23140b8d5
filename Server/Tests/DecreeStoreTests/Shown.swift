import DecreeStore
import PaxosBase
import PaxosLog

/// What a client is shown, from store and model alike. The leading number is the header's revision.
indirect enum Shown: Equatable {
    case range(Int64, [KeyValue], Bool, Int)
    case put(Int64, [KeyValue])
    case deleteRange(Int64, Int, [KeyValue])
    case txn(Int64, Bool, [Shown])
    case compacted(Int64)
    case published(Int64)
    case hash(UInt32)
    case failure(StoreError, Int64)

    init(_ output: StoreOutput) {
        switch output.outcome {
        case .put(let response): self = .put(response.revision.rawValue, response.previous.keyValues)
        case .deleteRange(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        case .compacted, .published: self = .compacted(output.revision.rawValue)
        case .failure(let error): self = .failure(error, output.revision.rawValue)
        }
    }

    init(_ answer: StoreAnswer) {
        switch answer.outcome {
        case .range(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        case .status, .members: self = .hash(0)
        case .hashKV(let response): self = .hash(response.hash)
        case .failure(let error): self = .failure(error, answer.revision.rawValue)
        }
    }

    private init(_ response: RangeResponse) {
        self = .range(response.revision.rawValue, response.keyValues.keyValues, response.more, response.count)
    }

    private init(_ response: DeleteRangeResponse) {
        self = .deleteRange(response.revision.rawValue, response.deleted, response.previous.keyValues)
    }

    private init(_ response: TxnResponse) {
        self = .txn(response.revision.rawValue, response.succeeded, response.responses.map(Shown.init(part:)))
    }

    private init(part: ResponseOperation) {
        switch part {
        case .range(let response): self = Shown(response)
        case .put(let response): self = .put(response.revision.rawValue, response.previous.keyValues)
        case .deleteRange(let response): self = Shown(response)
        case .txn(let response): self = Shown(response)
        }
    }
}

extension Store {
    /// Applies one operation through its form in the log.
    @discardableResult
    func apply(_ operation: StoreOperation, isAwaited: Bool = true) -> StoreOutput? {
        apply(payload: operation.encode(), isAwaited: isAwaited)
    }

    func apply(payload: Payload, isAwaited: Bool = true) -> StoreOutput? {
        var outputs: [StoreOutput] = []
        apply([ChosenCommand(slot: Slot(1), payload: payload, isAwaited: isAwaited)], into: &outputs)
        return outputs.first
    }

    @discardableResult
    func put(_ key: String, _ value: String) -> Shown? {
        apply(.put(PutRequest(key: Payload(key.utf8), value: Payload(value.utf8)))).map(Shown.init)
    }

    @discardableResult
    func delete(_ range: KeyRange) -> Shown? { apply(.deleteRange(DeleteRangeRequest(range))).map(Shown.init) }

    @discardableResult
    func compact(_ revision: Revision) -> Shown? {
        apply(.compact(CompactionRequest(revision: revision))).map(Shown.init)
    }

    /// Asks to the end, whatever steps it takes.
    func ask(_ query: StoreQuery) -> StoreAnswer {
        var step = begin(query)
        while true {
            switch step {
            case .finished(let answer): return answer
            case .unfinished(let cursor): step = advance(cursor)
            }
        }
    }

    func range(_ request: RangeRequest) -> RangeResponse? {
        if case .range(let response) = ask(.range(request)).outcome { return response }
        return nil
    }

    func clean() { while performMaintenance() {} }

    /// All blocks of a snapshot of now.
    func snapshot() -> [[UInt8]] {
        var walk = beginSnapshot()
        var blocks: [[UInt8]] = []
        while let block = nextBlock(of: &walk) { blocks.append(block) }
        return blocks
    }

    /// A store restored from blocks.
    static func restored(from blocks: [[UInt8]], settings: Settings = Settings()) throws -> Store {
        let store = Store(settings: settings)
        store.beginRestore()
        for block in blocks { try block.withUnsafeBytes { try store.restore($0) } }
        try store.endRestore()
        return store
    }
}

extension KeyRange {
    static func key(_ key: String) -> KeyRange { KeyRange(key: Payload(key.utf8)) }

    static func from(_ key: String, to end: String) -> KeyRange {
        KeyRange(key: Payload(key.utf8), rangeEnd: Payload(end.utf8))
    }

    static func onwards(_ key: String) -> KeyRange { KeyRange(key: Payload(key.utf8), rangeEnd: Payload([0])) }
}

extension RequestOperation {
    static func put(_ key: String, _ value: String) -> RequestOperation {
        .put(PutRequest(key: Payload(key.utf8), value: Payload(value.utf8)))
    }

    static func get(_ key: String) -> RequestOperation { .range(RangeRequest(.key(key))) }

    static func delete(_ range: KeyRange) -> RequestOperation { .deleteRange(DeleteRangeRequest(range)) }
}

extension KeyValue {
    var keyText: String { String(decoding: key.bytes, as: UTF8.self) }
    var valueText: String { String(decoding: value.bytes, as: UTF8.self) }
}

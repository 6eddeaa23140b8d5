import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import PaxosLog

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

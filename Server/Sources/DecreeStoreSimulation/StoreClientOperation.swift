import DecreeStore
import PaxosBase

/// What a client of the simulation does to the store.
public enum StoreClientOperation: Sendable, CustomStringConvertible {
    case put(PutRequest)
    case deleteRange(DeleteRangeRequest)
    case txn(TxnRequest)
    case compact(CompactionRequest)
    case range(RangeRequest, isLinearizable: Bool)

    /// The command in the log; nil for a question.
    var command: StoreOperation? {
        switch self {
        case .put(let request): .put(request)
        case .deleteRange(let request): .deleteRange(request)
        case .txn(let request): .txn(request)
        case .compact(let request): .compact(request)
        case .range: nil
        }
    }

    public var description: String {
        switch self {
        case .put(let request): "put \(Self.text(request.key)) = \(Self.text(request.value))"
        case .deleteRange(let request): "delete \(Self.text(request.range))"
        case .txn(let request): "txn of \(request.success.count) or \(request.failure.count) operations"
        case .compact(let request): "compact \(request.revision)"
        case .range(let request, let isLinearizable):
            "\(isLinearizable ? "range" : "serializable range") \(Self.text(request.range))"
        }
    }

    private static func text(_ range: KeyRange) -> String {
        range.isSingleKey ? text(range.key) : "\(text(range.key)) to \(text(range.rangeEnd))"
    }

    private static func text(_ payload: Payload) -> String {
        String(decoding: payload.bytes.prefix(12).map { $0 == 0 ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    }
}

/// The few keys that all clients fight over.
enum StoreKeys {
    static func key(_ index: UInt64) -> Payload { Payload("k\(index)".utf8) }

    /// The keys from `first` to `last`, in a form that was never used before: the end of the range bears `serial`,
    /// which no key lies behind.
    static func range(_ first: UInt64, through last: UInt64, serial: UInt64) -> KeyRange {
        KeyRange(key: key(first), rangeEnd: Payload(Array("k\(last)".utf8) + [0] + Array("\(serial)".utf8)))
    }
}

import DecreeStore
import PaxosBase

/// What a client of the simulation does to the store.
public enum StoreClientOperation: Sendable, CustomStringConvertible {
    case put(PutRequest)
    case deleteRange(DeleteRangeRequest)
    /// A command, or a question when neither branch writes.
    case txn(TxnRequest)
    case compact(CompactionRequest)
    case range(RangeRequest, isLinearizable: Bool)
    /// The hash of all history up to a revision; zero: up to the current one.
    case hash(Revision)
    case status

    init(_ operation: StoreOperation) {
        switch operation {
        case .put(let request): self = .put(request)
        case .deleteRange(let request): self = .deleteRange(request)
        case .txn(let request): self = .txn(request)
        case .compact(let request): self = .compact(request)
        case .publishMember: self = .status
        }
    }

    /// The command in the log; nil for a question.
    var command: StoreOperation? {
        switch self {
        case .put(let request): .put(request)
        case .deleteRange(let request): .deleteRange(request)
        case .txn(let request): request.isReadOnly ? nil : .txn(request)
        case .compact(let request): .compact(request)
        case .range, .hash, .status: nil
        }
    }

    public var description: String {
        switch self {
        case .put(let request): "put \(request.key.shortText) = \(request.value.shortText)\(Self.options(request))"
        case .deleteRange(let request): "delete \(request.range.shortText)"
        case .txn(let request): "txn \(request.shortText)"
        case .compact(let request): "compact \(request.revision)"
        case .range(let request, let isLinearizable):
            "\(isLinearizable ? "" : "serializable ")\(request.shortText)"
        case .hash(let revision): "hash to \(revision)"
        case .status: "status"
        }
    }

    fileprivate static func options(_ request: PutRequest) -> String {
        (request.ignoreValue ? " keeping the value" : "") + (request.ignoreLease ? " keeping the lease" : "")
    }
}

extension KeyRange {
    var shortText: String {
        isSingleKey
            ? key.shortText
            : rangeEnd.bytes == [0] ? "\(key.shortText) on" : "\(key.shortText) to \(rangeEnd.shortText)"
    }
}

extension RangeRequest {
    /// With the options that are not as usual.
    var shortText: String {
        var text = "range \(range.shortText)"
        if limit != 0 { text += " limit \(limit)" }
        if revision != .zero { text += " at \(revision)" }
        if sortOrder != .none || sortTarget != .key { text += " by \(sortTarget) \(sortOrder)" }
        if keysOnly { text += " keys" }
        if countOnly { text += " count" }
        if minModRevision != .zero || maxModRevision != .zero { text += " mod \(minModRevision)-\(maxModRevision)" }
        if minCreateRevision != .zero || maxCreateRevision != .zero {
            text += " create \(minCreateRevision)-\(maxCreateRevision)"
        }
        return text
    }
}

extension TxnRequest {
    var shortText: String {
        let conditions = compares.map { "\($0.range.shortText) \($0.target) \($0.relation)" }
        return "if [\(conditions.joined(separator: ", "))] [\(Self.text(success))] else [\(Self.text(failure))]"
    }

    private static func text(_ operations: [RequestOperation]) -> String {
        let parts = operations.prefix(6).map { operation in
            switch operation {
            case .range(let request): request.shortText
            case .put(let request): StoreClientOperation.put(request).description
            case .deleteRange(let request): StoreClientOperation.deleteRange(request).description
            case .txn(let nested): nested.shortText
            case .unset: "nothing"
            }
        }
        return parts.joined(separator: ", ") + (operations.count > 6 ? ", … (\(operations.count))" : "")
    }
}

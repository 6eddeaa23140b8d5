import PaxosBase

/// Does one of two lists of operations, as comparisons decide, at one revision and all or nothing.
/// - Source: etcd API reference, `TxnRequest`.
public struct TxnRequest: Hashable, Sendable {
    /// All must hold for ``success`` to run; an empty list holds.
    public var compares: [Compare]
    public var success: [RequestOperation]
    public var failure: [RequestOperation]

    public init(compares: [Compare] = [], success: [RequestOperation] = [], failure: [RequestOperation] = []) {
        self.compares = compares
        self.success = success
        self.failure = failure
    }

    /// Whether neither branch can change anything, so that the transaction may run as a query.
    public var isReadOnly: Bool {
        (success + failure).allSatisfy { operation in
            switch operation {
            case .range, .unset: true
            case .put, .deleteRange: false
            case .txn(let nested): nested.isReadOnly
            }
        }
    }
}

/// One condition of a transaction on the state before it.
///
/// With a range it holds when it holds for every key in it. A key that is missing compares as zero; by value it never
/// compares.
/// - Source: etcd API reference, `Compare`.
public struct Compare: Hashable, Sendable {
    /// How what the key has stands to the operand.
    public enum Relation: UInt8, Hashable, Sendable {
        case equal = 0
        case greater = 1
        case less = 2
        case notEqual = 3
        /// A relation of a newer client: holds always, as in etcd.
        case unknown = 255
    }

    /// What is compared, and with what. Clients that leave the operand out mean zero or no bytes.
    public enum Target: Hashable, Sendable {
        case version(Int64)
        case createRevision(Revision)
        case modRevision(Revision)
        case value(Payload)
        case lease(LeaseID)
        /// A target of a newer client: compares as equal, as in etcd.
        case unknown
    }

    public var range: KeyRange
    public var relation: Relation
    public var target: Target

    public init(_ range: KeyRange, _ relation: Relation, _ target: Target) {
        self.range = range
        self.relation = relation
        self.target = target
    }
}

/// One operation of a transaction's branch.
public enum RequestOperation: Hashable, Sendable {
    case range(RangeRequest)
    case put(PutRequest)
    case deleteRange(DeleteRangeRequest)
    indirect case txn(TxnRequest)
    /// A client left the operation out: refused as etcd refuses it.
    case unset
}

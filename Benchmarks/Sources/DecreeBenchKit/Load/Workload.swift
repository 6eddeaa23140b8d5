/// What the clients of a round do.
public enum Workload: String, CaseIterable, Sendable {
    /// Writes one key.
    case put
    /// Reads one key, linearizably.
    case get
    /// Reads one key of whatever state the asked node has.
    case serializableGet = "sget"
    /// Writes four keys in one transaction.
    case transaction = "txn"
    /// Reads 100 neighbouring keys, linearizably.
    case range

    /// The name in tables.
    public var title: String {
        switch self {
        case .put: "put"
        case .get: "linearizable get"
        case .serializableGet: "serializable get"
        case .transaction: "txn of 4 puts"
        case .range: "range of 100 keys"
        }
    }

    /// Whether each call raises the revision by one.
    public var writes: Bool { self == .put || self == .transaction }

    /// Puts in one transaction.
    static let putsPerTransaction = 4
    /// Keys in one range.
    static let keysPerRange = 100

    var path: String {
        switch self {
        case .put: Method.put
        case .get, .serializableGet, .range: Method.range
        case .transaction: Method.transaction
        }
    }

    func template(valueBytes: Int) -> RequestTemplate {
        switch self {
        case .put: .put(valueBytes: valueBytes)
        case .get: .get(isSerializable: false)
        case .serializableGet: .get(isSerializable: true)
        case .transaction: .transaction(puts: Self.putsPerTransaction, valueBytes: valueBytes)
        case .range: .range()
        }
    }
}

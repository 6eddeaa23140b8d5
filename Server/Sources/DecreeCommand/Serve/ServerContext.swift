import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeStore
import PaxosLog

typealias StoreNode = Node<Store>

/// What all loops of the client port share: the node behind them and who it is.
struct ServerContext: Sendable {
    let node: StoreNode
    let decoder: RequestDecoder
    /// The quota that `Status` reports, in bytes.
    let quotaBytes: Int
    let metrics: ServerMetrics

    /// Headers of answers given under `status`.
    func fields(_ status: NodeStatus) -> HeaderFields {
        HeaderFields(clusterID: status.clusterID, memberID: status.node.rawValue, term: max(1, status.term))
    }

    /// The methods of the client port, in the order of the table, so that a `MethodID` is an `EtcdMethod`.
    static let methods = MethodTable(
        EtcdMethod.table.map { row in
            let kind: MethodKind =
                switch row.kind {
                case .unary: .unary
                case .serverStream: .serverStreaming
                case .bidirectional: .bidirectional
                }
            return DecreeHTTP2.Method(service: row.service, name: row.name, kind: kind)
        })
}

extension EtcdMethod {
    /// The method that the client port found under this id.
    init(_ id: MethodID) {
        guard let method = EtcdMethod(rawValue: UInt8(truncatingIfNeeded: id.rawValue)) else {
            fatalError("the client port's table and the interface's are one: \(id)")
        }
        self = method
    }
}

extension GRPCStatus {
    /// The interface's status, on its way to the wire.
    init(_ status: RPCStatus) {
        self.init(GRPCCode(rawValue: status.code.rawValue) ?? .unknown, status.message)
    }
}

extension ReplicationFailure {
    /// Whether the same question may be answered a moment later.
    var passes: Bool { self == .overloaded || self == .timedOut }

    /// What the replicated log said, in the interface's terms.
    init(_ failure: RequestFailure, hasLeader: Bool) {
        switch failure {
        case .unknownOutcome: self = hasLeader ? .unknownOutcome : .unknownOutcomeWithoutLeader
        case .noLeader: self = .noLeader
        case .timedOut: self = .timedOut
        case .overloaded: self = .overloaded
        case .journalFull: self = .diskFull
        case .tooLarge: self = .tooLarge
        case .stopped: self = .stopped
        case .halted: self = .halted
        }
    }
}

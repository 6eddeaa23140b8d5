import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeServer
import DecreeStore

typealias StoreNode = Node<Store>

/// What all loops of the client port share: the node behind them and what the services are told.
struct ServerContext: Sendable {
    let node: StoreNode
    let settings: ClientServices.Settings
    let metrics: ServerMetrics

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

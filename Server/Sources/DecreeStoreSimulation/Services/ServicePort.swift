import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeSimulator
import DecreeStore
import PaxosBase

/// The services that ship, between a simulated client and the log: the client's bytes go in, what the node would be asked
/// comes out.
struct ServicePort {
    private var services = ClientServices(ClientServices.Settings(), member: .simulated)
    private var requests: Requests = Requests()

    /// What the services would ask the node for `operation`; nil when they refuse it.
    static func request(for operation: StoreClientOperation) -> ClientRequest<StoreQuery>? {
        var port = ServicePort()
        let (method, bytes) = operation.message
        bytes.withUnsafeBytes {
            port.step(.called(CallToken(place: 0, use: 1), method, .plain, message: $0))
        }
        port.step(.turnEnded)
        switch port.requests.all.first {
        case .command(let payload, _): return .command(payload)
        case .query(let query, linearizable: true, _): return .linearizableRead(query)
        case .query(let query, linearizable: false, _): return .serializableRead(query)
        case nil: return nil
        }
    }

    private mutating func step(_ event: ServiceEvent) { services.step(event, at: .zero, into: &requests) }

    /// Keeps what goes to the node.
    private struct Requests: CallSink {
        var all: [NodeRequest<Store>] = []

        mutating func submit(_ requests: [NodeRequest<Store>]) { all += requests }
        func answer(_ call: CallToken, _ reply: Reply) {}
        func send(_ call: CallToken, _ reply: Reply) -> SendOutcome { .gone }
        func end(_ call: CallToken, _ status: RPCStatus) {}
        func setInbound(_ call: CallToken, isPaused: Bool) {}
        func respond(_ call: CallToken, _ page: EtcdHTTP.Answer) {}
        func showMetrics(_ call: CallToken, _ store: StoreStatus) {}
        func stop(token: UInt64) {}
    }
}

extension ServingMember {
    /// The member whose port is simulated.
    static let simulated = ServingMember(
        clusterID: 0xC1, node: NodeID(1),
        members: [Member(node: NodeID(1), name: "one", addresses: [])])
}

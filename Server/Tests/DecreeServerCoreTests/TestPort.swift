import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeStore
import PaxosBase
import PaxosLog
import SwiftProtobuf

/// What reached the client of a call, in order.
enum Told: Equatable {
    case message([UInt8])
    case end(RPCStatus)
    case page(code: Int, String)
    case metrics
    case paused
    case resumed
}

/// A sink that writes down what it is told.
struct Record: CallSink {
    var told: [CallToken: [Told]] = [:]
    var requests: [NodeRequest<Store>] = []
    var stopped: [UInt64] = []
    /// Calls whose next message fills the line, and calls that are gone without the services' knowledge.
    var narrow: Set<CallToken> = []
    var broken: Set<CallToken> = []

    mutating func answer(_ call: CallToken, _ reply: Reply) {
        told[call, default: []] += [.message(reply.bytes), .end(.ok)]
    }

    mutating func send(_ call: CallToken, _ reply: Reply) -> SendOutcome {
        if broken.contains(call) { return .gone }
        told[call, default: []].append(.message(reply.bytes))
        return narrow.contains(call) ? .full : .sent
    }

    mutating func end(_ call: CallToken, _ status: RPCStatus) { told[call, default: []].append(.end(status)) }

    mutating func setInbound(_ call: CallToken, isPaused: Bool) {
        told[call, default: []].append(isPaused ? .paused : .resumed)
    }

    mutating func respond(_ call: CallToken, _ page: EtcdHTTP.Answer) {
        told[call, default: []].append(.page(code: page.code, String(decoding: page.body, as: UTF8.self)))
    }

    mutating func showMetrics(_ call: CallToken, _ store: StoreStatus) { told[call, default: []].append(.metrics) }

    mutating func submit(_ requests: [NodeRequest<Store>]) { self.requests += requests }

    mutating func stop(token: UInt64) { stopped.append(token) }
}

/// The services with a store behind them that answers when it is told to.
struct TestPort {
    var services: ClientServices
    var sink = Record()
    var now = Instant(nanoseconds: 1_000)
    var store = Store()
    private var slot: UInt64 = 0
    private var uses: UInt64 = 0

    init(_ settings: ClientServices.Settings = ClientServices.Settings()) {
        let members = [NodeID(1), NodeID(2)].map {
            Member(node: $0, name: "m\($0.rawValue)", addresses: [PeerAddress(host: "h", port: 1)])
        }
        services = ClientServices(
            settings, member: ServingMember(clusterID: 7, node: NodeID(1), members: members))
        stands(leader: 1)
    }

    mutating func step(_ event: ServiceEvent) { services.step(event, at: now, into: &sink) }

    mutating func stands(leader: UInt64?, phase: NodeStatus.Phase = .serving) {
        var status = LoopStatus()
        status.phase = phase
        status.term = 3
        status.leader = leader.map { Ballot(configuration: ConfigurationNumber(1), round: 1, node: NodeID($0)) }
        step(.nodeStands(status))
    }

    /// A token in a place of its own, or in one that was used before.
    mutating func token(place: Int = 0) -> CallToken {
        uses += 1
        return CallToken(place: place, use: uses)
    }

    mutating func call(
        _ method: EtcdMethod, _ message: some SwiftProtobuf.Message, place: Int = 0, _ caller: Caller = .plain
    ) throws -> CallToken {
        let token = token(place: place)
        try send(message) { bytes, port in port.step(.called(token, method, caller, message: bytes)) }
        return token
    }

    mutating func send(_ message: some SwiftProtobuf.Message, _ body: (UnsafeRawBufferPointer, inout TestPort) -> Void)
        throws
    {
        let bytes: [UInt8] = try message.serializedBytes()
        bytes.withUnsafeBytes { body($0, &self) }
    }

    mutating func get(_ target: String, place: Int = 0, method: String = "GET") -> CallToken {
        let token = token(place: place)
        step(.requested(token, method: method, target: target))
        return token
    }

    /// Ends the turn and lets the store answer all that has reached the node.
    mutating func run() {
        step(.turnEnded)
        let requests = sink.requests
        sink.requests = []
        step(.completed(requests.map { complete($0) }))
    }

    /// The same, but no read succeeds.
    mutating func failReads() {
        step(.turnEnded)
        let requests = sink.requests
        sink.requests = []
        step(.completed(requests.map { .failed(token: $0.token, .noLeader) }))
    }

    private mutating func complete(_ request: NodeRequest<Store>) -> NodeCompletion<Store> {
        switch request {
        case .command(let payload, let token):
            var outputs: [StoreOutput] = []
            slot += 1
            store.apply(
                [ChosenCommand(slot: Slot(slot), payload: payload, isAwaited: true)], into: &outputs)
            return .output(token: token, outputs[0])
        case .query(let query, _, let token):
            var step = store.begin(query)
            while true {
                switch step {
                case .finished(let answer): return .answer(token: token, answer)
                case .unfinished(let cursor): step = store.advance(cursor)
                }
            }
        }
    }

    func told(_ call: CallToken) -> [Told] { sink.told[call] ?? [] }

    /// The one message of a call that ended well.
    func reply<Answer: SwiftProtobuf.Message>(_ call: CallToken, _ type: Answer.Type) throws -> Answer? {
        guard told(call).count == 2, case .message(let bytes) = told(call)[0], told(call)[1] == .end(.ok) else {
            return nil
        }
        return try Answer(serializedBytes: bytes)
    }
}

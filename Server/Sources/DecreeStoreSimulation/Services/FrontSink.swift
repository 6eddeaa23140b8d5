import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeServer
import DecreeSimulator
import DecreeStore

/// The clients' side of the services at a simulated node: keeps what they say until their step is over.
struct FrontSink: CallSink {
    enum Said {
        case answer(CallToken, Reply)
        case message(CallToken, Reply, isInTime: Bool)
        case end(CallToken, RPCStatus)
        case page(CallToken, EtcdHTTP.Answer)
        case metrics(CallToken)
    }

    var said: [Said] = []
    var requests: [NodeRequest<Store>] = []
    var stopped: [UInt64] = []
    /// The stream whose client does not read now.
    private(set) var full: CallToken?
    /// How slowly clients of streams read.
    private var choices: Choices

    init(_ choices: Choices) { self.choices = choices }

    mutating func answer(_ call: CallToken, _ reply: Reply) { said.append(.answer(call, reply)) }

    mutating func send(_ call: CallToken, _ reply: Reply) -> SendOutcome {
        said.append(.message(call, reply, isInTime: full != call))
        guard choices.chance(1, in: 3) else { return .sent }
        full = call
        return .full
    }

    mutating func end(_ call: CallToken, _ status: RPCStatus) { said.append(.end(call, status)) }

    func setInbound(_ call: CallToken, isPaused: Bool) {}

    mutating func respond(_ call: CallToken, _ page: EtcdHTTP.Answer) { said.append(.page(call, page)) }

    mutating func showMetrics(_ call: CallToken, _ store: StoreStatus) { said.append(.metrics(call)) }

    mutating func submit(_ requests: [NodeRequest<Store>]) { self.requests += requests }

    mutating func stop(token: UInt64) { stopped.append(token) }

    /// The client that did not read has caught up, perhaps.
    mutating func takeDrained() -> CallToken? {
        guard let call = full, choices.chance(1, in: 3) else { return nil }
        full = nil
        return call
    }

    mutating func forget(_ call: CallToken) { if full == call { full = nil } }
}

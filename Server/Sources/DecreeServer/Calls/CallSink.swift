import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeStore

/// Where the services' answers go: to gRPC, to plain HTTP, or to whoever drives them in a test or a simulation.
///
/// Every open call gets exactly one end: `answer`, `end`, `respond` or `showMetrics`, unless the transport says that it
/// is gone. Nothing is asked of a sink for a call that has ended.
public protocol CallSink {
    /// The one message of a call, and that it went well.
    mutating func answer(_ call: CallToken, _ reply: Reply)

    /// One message of a stream.
    mutating func send(_ call: CallToken, _ reply: Reply) -> SendOutcome

    /// How a call ends, as its trailers tell it. Messages that were sent before reach the client first.
    mutating func end(_ call: CallToken, _ status: RPCStatus)

    /// Whether the client of a stream may send on. While it may not, the transport takes nothing more from it.
    mutating func setInbound(_ call: CallToken, isPaused: Bool)

    /// The answer to a plain HTTP request.
    mutating func respond(_ call: CallToken, _ page: EtcdHTTP.Answer)

    /// Answers a plain HTTP request with all that was counted.
    mutating func showMetrics(_ call: CallToken, _ store: StoreStatus)

    /// Hands requests over to the node, in order.
    mutating func submit(_ requests: [NodeRequest<Store>])

    /// Tells the node to stop what it does for a query that it has.
    mutating func stop(token: UInt64)
}

/// What became of a message of a stream.
public enum SendOutcome: Hashable, Sendable {
    /// It is on its way, and another may follow.
    case sent
    /// It is on its way, but the client reads slower than it is sent to: the transport says when it has drained.
    case full
    /// The call is gone or has failed; nothing more is to be sent, and no event tells of it.
    case gone
}

import PaxosBase
import PaxosLog

/// What a port asks of its node. Tokens are the caller's, unique among its unfinished requests.
public enum NodeRequest<Machine: StateMachine>: Sendable {
    /// To be chosen, applied and answered with the machine's output.
    case command(Payload, token: UInt64)
    /// To be answered from the state: after a barrier with a quorum if `linearizable`, else from what is applied here.
    case query(Machine.Query, linearizable: Bool, token: UInt64)

    /// By what the caller knows the request.
    public var token: UInt64 {
        switch self {
        case .command(_, let token), .query(_, _, let token): token
        }
    }
}

/// How a request ended. Each ends exactly once, unless it was cancelled.
public enum NodeCompletion<Machine: StateMachine>: Sendable {
    case output(token: UInt64, Machine.Output)
    case answer(token: UInt64, Machine.Answer)
    case failed(token: UInt64, RequestFailure)

    /// By what the caller knows the request that ended.
    public var token: UInt64 {
        switch self {
        case .output(let token, _), .answer(let token, _), .failed(let token, _): token
        }
    }
}

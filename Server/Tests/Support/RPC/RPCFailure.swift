/// Why a call gave no answer.
public enum RPCFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server ended the call with a status other than OK.
    case status(code: Int, message: String)
    /// No connection could be made: the request certainly did not reach the server.
    case unreachable(String)
    /// The connection broke while the call was under way.
    case disconnected(String)
    /// The client's patience ended.
    case timedOut

    public var description: String {
        switch self {
        case .status(let code, let message): "gRPC status \(code): \(message)"
        case .unreachable(let reason): "unreachable: \(reason)"
        case .disconnected(let reason): "disconnected: \(reason)"
        case .timedOut: "no answer in time"
        }
    }

    /// Whether a write that failed so certainly did not and will not happen.
    public var isCertainlyNotDone: Bool {
        switch self {
        case .unreachable: true
        case .status(let code, _): [3, 5, 9, 11, 12].contains(code)
        case .disconnected, .timedOut: false
        }
    }
}

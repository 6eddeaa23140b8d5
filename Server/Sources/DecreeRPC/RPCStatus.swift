/// How a call ended: a code and, unless it is `ok`, a text that clients may match word for word, as those of etcd do.
public struct RPCStatus: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: StatusCode
    public let message: String

    /// A status as it travels in `grpc-status` and `grpc-message`; the text is percent-encoded when it is sent.
    public init(_ code: StatusCode, _ message: String = "") {
        self.code = code
        self.message = message
    }

    /// The call succeeded.
    public static let ok = RPCStatus(.ok)

    /// What a call gets whose `grpc-timeout` ran out, worded as Go's context package does.
    public static let deadlineExceeded = RPCStatus(.deadlineExceeded, "context deadline exceeded")

    public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}

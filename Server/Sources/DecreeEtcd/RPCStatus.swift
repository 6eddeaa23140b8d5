/// The codes that an RPC can end with.
/// - Source: grpc/doc/statuscodes.md.
public enum StatusCode: UInt8, CaseIterable, Sendable, Hashable {
    case ok = 0
    case canceled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case internalError = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16
}

/// How a request failed, as the client sees it: a code and a text. Clients of etcd match the text.
public struct RPCStatus: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: StatusCode
    public let message: String

    public init(_ code: StatusCode, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "code \(code.rawValue): \(message)" }
}

extension RPCStatus {
    /// The call went well.
    public static let ok = RPCStatus(.ok, "")

    /// A message that is not the protobuf message which the method takes.
    /// - Parameter reason: What is wrong with the bytes.
    public static func malformed(_ reason: String) -> RPCStatus {
        RPCStatus(.internalError, "grpc: error unmarshalling request: \(reason)")
    }

    /// A method that is known but not served by this version.
    public static func notServed(_ path: String) -> RPCStatus {
        RPCStatus(.unimplemented, "decree: \(path) is not served by this version")
    }
}

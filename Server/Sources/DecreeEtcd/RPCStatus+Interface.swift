import DecreeRPC

/// What the interface says whatever the method.
extension RPCStatus {
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

/// Names a call on one event loop: a place in the loop's call table and how often that place was used before, so that
/// a late answer to a call that is gone meets nobody. Means nothing on another loop.
public struct CallID: Hashable, Sendable {
    /// The use count above the place's index (24 bits). Good as a cookie in a batch that crosses threads.
    public let rawValue: UInt64

    /// The id that `rawValue` was read from.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(index: UInt32, generation: UInt64) {
        rawValue = generation << 24 | UInt64(index)
    }

    var index: UInt32 { UInt32(truncatingIfNeeded: rawValue & 0xFF_FFFF) }
    var generation: UInt64 { rawValue >> 24 }
}

/// Why a call ended without the application's answer.
public enum Cancellation: Sendable, Hashable {
    /// The client reset the stream.
    case reset
    /// The connection closed.
    case disconnected
    /// The client's `grpc-timeout` ran out; the client was told so.
    case deadlineExceeded
    /// The client broke the protocol, with an oversized or malformed message for instance; it was told so.
    case malformed
    /// The server shut down and its grace period ended.
    case shutdown
}

/// The request headers that the server of an etcd client looks at. Almost always empty, and then it costs nothing.
public struct CallMetadata: Sendable {
    let values: MetadataValues?

    init(_ values: MetadataValues?) {
        self.values = values
    }

    /// No header of interest was sent.
    public var isEmpty: Bool { values == nil }
    /// The authentication token, as etcd's own clients send it.
    public var token: String? { values?[.token] }
    /// The value of `authorization`, as it was sent.
    public var authorization: String? { values?[.authorization] }
    /// Whether the client requires a leader: `hasleader: true`.
    public var requiresLeader: Bool { values?[.hasLeader] == "true" }
    /// The API version the client announces, a label for metrics; nil if it was not sent.
    public var clientAPIVersion: String? { values?[.clientAPIVersion] }
    /// Whether the bytes of `client-api-version` were not UTF-8.
    public var clientAPIVersionIsMalformed: Bool { values?.malformedVersion ?? false }
    /// Whether `grpcgateway-accept` was sent, with any value.
    public var isFromGateway: Bool { values?[.gatewayAccept] != nil }
}

/// The headers that `CallMetadata` keeps.
enum MetadataKey: UInt8, CaseIterable {
    case token
    case authorization
    case hasLeader
    case clientAPIVersion
    case gatewayAccept
}

/// Immutable values of one call's metadata. Calls of a connection that send the same headers share one instance.
final class MetadataValues: Sendable {
    /// The bytes it was made of: key, 4-byte length, value, and so on.
    let encoded: [UInt8]
    private let values: [String?]
    let malformedVersion: Bool

    init(encoded: [UInt8]) {
        self.encoded = encoded
        var values = [String?](repeating: nil, count: MetadataKey.allCases.count)
        var malformed = false
        var position = 0
        while position < encoded.count {
            let key = Int(encoded[position])
            let length = encoded[(position + 1)..<(position + 5)].reduce(0) { $0 << 8 | Int($1) }
            let bytes = encoded[(position + 5)..<(position + 5 + length)]
            // The first value counts, as it does in Go's servers.
            if values[key] == nil { values[key] = String(decoding: bytes, as: UTF8.self) }
            if key == MetadataKey.clientAPIVersion.rawValue, String(validating: bytes, as: UTF8.self) == nil {
                malformed = true
            }
            position += 5 + length
        }
        self.values = values
        self.malformedVersion = malformed
    }

    subscript(key: MetadataKey) -> String? { values[Int(key.rawValue)] }

    static func append(_ key: MetadataKey, _ value: UnsafeBufferPointer<UInt8>, to encoded: inout [UInt8]) {
        encoded.append(key.rawValue)
        for shift in [24, 16, 8, 0] { encoded.append(UInt8(truncatingIfNeeded: value.count >> shift)) }
        encoded.append(contentsOf: value)
    }
}

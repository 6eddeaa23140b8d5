/// The seventeen status codes of gRPC, with the numbers they have on the wire.
public enum GRPCCode: UInt8, Sendable, Hashable, CaseIterable {
    case ok = 0
    case cancelled = 1
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

/// How a call ended: a code and, unless it is `ok`, a text that clients may match word for word.
public struct GRPCStatus: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: GRPCCode
    public var message: String

    /// A status as it travels in `grpc-status` and `grpc-message`; the text is percent-encoded when it is sent.
    public init(_ code: GRPCCode, _ message: String = "") {
        self.code = code
        self.message = message
    }

    /// The call succeeded.
    public static let ok = GRPCStatus(.ok)

    /// What a call gets whose `grpc-timeout` ran out, worded as Go's context package does.
    public static let deadlineExceeded = GRPCStatus(.deadlineExceeded, "context deadline exceeded")

    public var description: String {
        message.isEmpty ? "\(code)" : "\(code): \(message)"
    }
}

/// The encoding of `grpc-message`: printable ASCII but `%` stands for itself, every other byte is `%XX`
/// (gRPC over HTTP/2, section Responses).
enum PercentEncoding {
    /// Bytes of an encoded text. A longer one is cut, because it may repeat what a client sent, and an answer whose
    /// header list is too large for the codec (64 KiB) or for the client would not be sent or taken at all.
    static let maxBytes = 4_096

    /// - Returns: the UTF-8 bytes of `text`, encoded; behind whole characters `...` if they are too many.
    static func encode(_ text: String, maxBytes: Int = maxBytes) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(min(text.utf8.count, maxBytes))
        if text.utf8.count <= maxBytes / 3 {
            append(text.utf8, to: &encoded)
            return encoded
        }
        for scalar in text.unicodeScalars {
            let start = encoded.count
            append(String(scalar).utf8, to: &encoded)
            guard encoded.count > maxBytes - 3 else { continue }
            encoded.removeSubrange(start...)
            append("...".utf8, to: &encoded)
            break
        }
        return encoded
    }

    private static func append(_ bytes: some Sequence<UInt8>, to encoded: inout [UInt8]) {
        for byte in bytes {
            if byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "%") {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexDigit(byte >> 4))
                encoded.append(hexDigit(byte & 15))
            }
        }
    }

    /// - Returns: the text; a `%` that two hexadecimal digits do not follow stands for itself, as the specification
    ///   asks of a receiver.
    static func decode(_ encoded: UnsafeBufferPointer<UInt8>) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var index = 0
        while index < encoded.count {
            let byte = encoded[index]
            if byte == UInt8(ascii: "%"), index + 2 < encoded.count,
                let high = hexValue(encoded[index + 1]), let low = hexValue(encoded[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte)
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

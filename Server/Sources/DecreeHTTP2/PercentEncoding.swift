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

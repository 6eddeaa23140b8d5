import PaxosBase

public enum HandshakeScan: Hashable, Sendable {
    /// A whole message; the receiver consumes `byteCount` bytes.
    case message(Handshake, byteCount: Int)
    /// A whole hello of a version that has another form for it.
    case foreign(ForeignHello)
    case needsMore
}

/// A handshake message: "DECREE" (6 bytes), kind (8 bits), format (8), length of the body (16), its complement (16),
/// CRC-32C of kind, format and body (32), body.
///
/// Formats of any later version keep this header, the beginning of a hello (see HelloCodec.swift) and the form of a
/// refusal, so that any two versions can tell each other that they do not mix. Format 1 had 32 bits of length.
public enum HandshakeCodec {
    static let magic: StaticString = "DECREE"
    static let format: UInt8 = 2
    /// The form before this one. Of it only a hello is understood, as far as is needed to refuse it.
    static let formerFormat: UInt8 = 1
    static let headerByteCount = 16
    private static let helloKind: UInt8 = 1
    private static let replyKind: UInt8 = 2

    /// A longer message is refused.
    public static let maximumByteCount = 64 * 1024 - 1
    /// More words of a refusal are cut: they may repeat what a stranger said of itself.
    static let maximumRefusalByteCount = 4_096
    /// More words about the sender's program are cut.
    static let maximumSoftwareByteCount = 255
    /// Greetings with more members are refused.
    public static let maximumMemberCount = 64
    /// What a list of members may take in a greeting, so that every legal one can be said.
    public static let maximumMemberListByteCount = 60_000

    public static func encode(_ message: Handshake) -> [UInt8] { encode(message, format: format) }

    /// The refusal of a hello of another version, in a form that its sender reads.
    public static func encode(_ refusal: HelloRefusal, for hello: ForeignHello) -> [UInt8] {
        encode(.reply(.refused(refusal)), format: hello.format == formerFormat ? formerFormat : format)
    }

    private static func encode(_ message: Handshake, format: UInt8) -> [UInt8] {
        let bodyByteCount = byteCount(message)
        return [UInt8](unsafeUninitializedCapacity: headerByteCount + bodyByteCount) { buffer, count in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            var writer = WireWriter(memory)
            writer.zeros(headerByteCount)
            encodeBody(message, into: &writer)
            count = writer.count
            seal(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), kind: kind(of: message), format: format)
        }
    }

    private static func seal(_ memory: UnsafeMutableRawBufferPointer, kind: UInt8, format: UInt8) {
        let length = memory.count - headerByteCount
        invariant(length <= UInt16.max, "a handshake message stays below 64 KiB: \(length)")
        var head = WireWriter(memory)
        head.bytes(UnsafeRawBufferPointer(start: magic.utf8Start, count: magic.utf8CodeUnitCount))
        head.uint8(kind)
        head.uint8(format)
        head.uint16(UInt16(length))
        head.uint16(format == formerFormat ? 0 : ~UInt16(length))
        head.uint32(checksum(UnsafeRawBufferPointer(memory)))
    }

    private static func checksum(_ message: UnsafeRawBufferPointer) -> UInt32 {
        let kinds = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: message[6..<8]))
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: message[headerByteCount...]), seed: kinds)
    }

    /// Looks for a handshake message at the beginning of what a connection received.
    /// - Throws: `.stranger` when no Decree peer speaks; otherwise what is wrong with the message.
    public static func scan(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> HandshakeScan {
        if let stranger = classifyStranger(bytes) { throw .stranger(stranger) }
        guard bytes.count >= headerByteCount else { return .needsMore }
        var reader = WireReader(bytes)
        _ = try reader.skip(magic.utf8CodeUnitCount)
        let kind = try reader.uint8()
        let found = try reader.uint8()
        let total = headerByteCount + (try bodyLength(&reader, format: found))
        let checksum = try reader.uint32()
        guard total <= maximumByteCount else { throw .oversized(byteCount: total, limit: maximumByteCount) }
        guard bytes.count >= total else { return .needsMore }
        let message = UnsafeRawBufferPointer(rebasing: bytes[..<total])
        guard self.checksum(message) == checksum else { throw .checksumMismatch }
        var body = WireReader(UnsafeRawBufferPointer(rebasing: message[headerByteCount...]))
        guard found == format else {
            return .foreign(try decodeForeign(kind, format: found, &body))
        }
        let decoded = try decodeBody(kind, &body)
        try body.finish()
        return .message(decoded, byteCount: total)
    }

    private static func bodyLength(_ reader: inout WireReader, format: UInt8) throws(WireError) -> Int {
        if format == formerFormat { return Int(try reader.uint32()) }
        let length = try reader.uint16()
        guard try reader.uint16() == ~length else { throw .checksumMismatch }
        return Int(length)
    }

    private static func decodeForeign(
        _ kind: UInt8, format: UInt8, _ reader: inout WireReader
    ) throws(WireError) -> ForeignHello {
        guard kind == helloKind else { throw .unsupportedVersion(what: .handshake, found: format) }
        return format == formerFormat ? try decodeFormerHello(&reader) : try decodeNewerHello(&reader, format: format)
    }

    private static func kind(of message: Handshake) -> UInt8 {
        switch message {
        case .hello: helloKind
        case .reply: replyKind
        }
    }

    private static func byteCount(_ message: Handshake) -> Int {
        switch message {
        case .hello(let hello): byteCount(hello)
        case .reply(.accepted(_, let hello)): 1 + 1 + byteCount(hello)
        case .reply(.refused(let refusal)): 1 + 1 + WireWriter.byteCount(refusal.text, limit: maximumRefusalByteCount)
        }
    }

    private static func encodeBody(_ message: Handshake, into writer: inout WireWriter) {
        switch message {
        case .hello(let hello): encode(hello, into: &writer)
        case .reply(.accepted(let version, let hello)):
            writer.bool(true)
            writer.uint8(version)
            encode(hello, into: &writer)
        case .reply(.refused(let refusal)):
            writer.bool(false)
            writer.uint8(number(of: refusal.code))
            writer.string(refusal.text, limit: maximumRefusalByteCount)
        }
    }

    private static func decodeBody(_ kind: UInt8, _ reader: inout WireReader) throws(WireError) -> Handshake {
        switch kind {
        case helloKind: return .hello(try decodeHello(&reader))
        case replyKind:
            if try reader.bool(in: .handshake) {
                let version = try reader.uint8()
                return .reply(.accepted(version: version, try decodeHello(&reader)))
            }
            let code = code(of: try reader.uint8())
            return .reply(.refused(HelloRefusal(code: code, text: try reader.string())))
        default: throw .unknownKind(what: .handshake, kind: kind)
        }
    }

    // Numbers are never used again for another code.

    private static func number(of code: HelloRefusal.Code) -> UInt8 {
        switch code {
        case .versionMismatch: 1
        case .otherCluster: 2
        case .unknownNode: 3
        case .otherStore: 4
        case .membersDiffer: 5
        case .removed: 6
        case .notReady: 7
        case .otherAddress: 8
        case .other(let number): number
        }
    }

    private static func code(of number: UInt8) -> HelloRefusal.Code {
        switch number {
        case 1: .versionMismatch
        case 2: .otherCluster
        case 3: .unknownNode
        case 4: .otherStore
        case 5: .membersDiffer
        case 6: .removed
        case 7: .notReady
        case 8: .otherAddress
        default: .other(number)
        }
    }
}

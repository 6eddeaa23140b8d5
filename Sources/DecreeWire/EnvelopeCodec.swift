import PaxosBase
import PaxosLog

/// A message between peers: length of the rest (32 bits), version (8), kind (8), group (32), configuration (64), body.
public enum EnvelopeCodec {
    static let version: UInt8 = 2
    static let headerByteCount = 4 + 1 + 1 + 4 + 8

    /// Exactly how many bytes ``encode(_:into:)`` writes.
    public static func byteCount(_ envelope: Envelope) -> Int {
        headerByteCount + bodyByteCount(envelope.message)
    }

    public static func encode(_ envelope: Envelope, into writer: inout WireWriter) {
        writer.uint32(UInt32(byteCount(envelope) - 4))
        writer.uint8(version)
        writer.uint8(envelope.message.kind.rawValue)
        writer.uint32(envelope.group.rawValue)
        writer.uint64(envelope.configuration.rawValue)
        encodeBody(envelope.message, into: &writer)
    }

    /// Reads one envelope; payloads become slices of `source`, which was made of the reader's memory.
    static func decode(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Envelope {
        let length = Int(try reader.uint32())
        guard length <= reader.remaining else { throw .truncated(needed: length, available: reader.remaining) }
        let end = reader.offset + length
        let found = try reader.uint8()
        guard found == version else { throw .unsupportedVersion(what: .envelope, found: found) }
        let number = try reader.uint8()
        guard let kind = MessageKind(rawValue: number) else { throw unknown(number) }
        let group = GroupID(try reader.uint32())
        let configuration = ConfigurationNumber(try reader.uint64())
        let message = try decodeBody(kind, &reader, sharing: &source)
        guard reader.offset == end else { throw .malformed(what: .envelope, detail: .badLength) }
        return Envelope(group: group, configuration: configuration, message: message)
    }

    private static func unknown(_ number: UInt8) -> WireError {
        guard let content = Reserved.message(number) else { return .unknownKind(what: .envelope, kind: number) }
        return .reserved(what: .envelope, kind: number, content)
    }
}

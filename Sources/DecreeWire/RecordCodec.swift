import PaxosBase
import PaxosLog

/// A journal record with its group: version (8 bits), kind (8), kind of the group (8), zero (8), group (32), body.
///
/// Its length is not written: a batch is read from its beginning, under one checksum. Records of version 1 are read as
/// well; they look alike, with zero for the group's kind.
public enum RecordCodec {
    static let version: UInt8 = 2
    static let oldestVersion: UInt8 = 1
    static let headerByteCount = 8

    /// A replicated log; other kinds are ``Reserved``.
    private static let logGroup: UInt8 = 0

    /// The kinds of records. Numbers are never used again for another kind; others are ``Reserved``.
    enum Kind: UInt8 {
        case incarnation = 1
        case promised = 2
        case accepted = 3
        case learned = 4
        case chosen = 5
        case trimmed = 6
    }

    /// Exactly how many bytes ``encode(_:group:into:)`` writes.
    @inline(__always)
    public static func byteCount(_ record: Record) -> Int {
        switch record {
        case .incarnation, .chosen, .trimmed: headerByteCount + 8
        case .promised: headerByteCount + FieldSize.ballot
        case .accepted(_, _, let entry):
            headerByteCount + FieldSize.slot + FieldSize.ballot + EntryCodec.byteCount(entry)
        case .learned(_, let entry): headerByteCount + FieldSize.slot + EntryCodec.byteCount(entry)
        }
    }

    /// The bytes that all of `records` take.
    public static func byteCount(_ records: [Record]) -> Int {
        var sum = 0
        for index in records.indices { sum += byteCount(records[index]) }
        return sum
    }

    public static func encode(_ records: [Record], group: GroupID, into writer: inout WireWriter) {
        var none = GatheredPayloads(threshold: .max)
        encode(records, group: group, into: &writer, gathering: &none)
    }

    public static func encode(_ record: Record, group: GroupID, into writer: inout WireWriter) {
        encode([record], group: group, into: &writer)
    }

    /// The same, but for long payloads.
    public static func encode(
        _ records: [Record], group: GroupID, into writer: inout WireWriter, gathering gathered: inout GatheredPayloads
    ) {
        for index in records.indices { encode(records[index], group: group, into: &writer, gathering: &gathered) }
    }

    @inline(__always)
    private static func encode(
        _ record: Record, group: GroupID, into writer: inout WireWriter, gathering gathered: inout GatheredPayloads
    ) {
        switch record {
        case .incarnation(let incarnation):
            header(.incarnation, group, into: &writer)
            writer.uint64(incarnation.rawValue)
        case .promised(let ballot):
            header(.promised, group, into: &writer)
            writer.ballot(ballot)
        case .accepted(let slot, let ballot, let entry):
            header(.accepted, group, into: &writer)
            writer.slot(slot)
            writer.ballot(ballot)
            EntryCodec.encode(entry, into: &writer, gathering: &gathered)
        case .learned(let slot, let entry):
            header(.learned, group, into: &writer)
            writer.slot(slot)
            EntryCodec.encode(entry, into: &writer, gathering: &gathered)
        case .chosen(let through):
            header(.chosen, group, into: &writer)
            writer.slot(through)
        case .trimmed(let through):
            header(.trimmed, group, into: &writer)
            writer.slot(through)
        }
    }

    @inline(__always)
    private static func header(_ kind: Kind, _ group: GroupID, into writer: inout WireWriter) {
        writer.uint8(version)
        writer.uint8(kind.rawValue)
        writer.uint8(logGroup)
        writer.uint8(0)
        writer.uint32(group.rawValue)
    }

    /// Reads `count` records that fill `bytes` and hands out each with its group, in order.
    ///
    /// The payloads of all of them share one copy of the bytes, made when the first payload is met.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, count: Int, body: (GroupID, Record) -> Void
    ) throws(WireError) {
        var reader = WireReader(bytes)
        var source = PayloadSource(bytes)
        for _ in 0..<count {
            let (group, record) = try decodeOne(&reader, sharing: &source)
            body(group, record)
        }
        try reader.finish()
    }

    @inline(__always)
    private static func decodeOne(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> (GroupID, Record) {
        let found = try reader.uint8()
        guard found >= oldestVersion, found <= version else {
            throw .unsupportedVersion(what: .record, found: found)
        }
        let number = try reader.uint8()
        guard let kind = Kind(rawValue: number) else { throw unknown(number) }
        try checkGroup(ofKind: try reader.uint8())
        guard try reader.uint8() == 0 else { throw .malformed(what: .record, detail: .badFlag) }
        let group = GroupID(try reader.uint32())
        switch kind {
        case .incarnation: return (group, .incarnation(Incarnation(try reader.uint64())))
        case .promised: return (group, .promised(try reader.ballot()))
        case .accepted:
            let slot = try reader.slot(in: .record)
            let ballot = try reader.ballot()
            return (group, .accepted(slot, ballot, try EntryCodec.decode(&reader, sharing: &source)))
        case .learned:
            let slot = try reader.slot(in: .record)
            return (group, .learned(slot, try EntryCodec.decode(&reader, sharing: &source)))
        case .chosen: return (group, .chosen(through: try reader.slot(in: .record)))
        case .trimmed: return (group, .trimmed(through: try reader.slot(in: .record)))
        }
    }

    private static func unknown(_ number: UInt8) -> WireError {
        guard let content = Reserved.record(number) else { return .unknownKind(what: .record, kind: number) }
        return .reserved(what: .record, kind: number, content)
    }

    @inline(__always)
    private static func checkGroup(ofKind kind: UInt8) throws(WireError) {
        guard kind != logGroup else { return }
        guard let content = Reserved.group(kind) else { throw .unknownKind(what: .group, kind: kind) }
        throw .reserved(what: .group, kind: kind, content)
    }
}

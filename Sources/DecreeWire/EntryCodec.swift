import PaxosBase
import PaxosLog

/// An entry on the wire: kind (8 bits), length of the rest (32 bits), the rest.
///
/// The length stands with every kind, so that an entry of a kind that this version does not know is kept as it is and
/// passed on with the same bytes.
enum EntryCodec {
    static let noOpKind: UInt8 = 0
    static let commandKind: UInt8 = 1

    static let headerByteCount = 5
    static let originByteCount = 24

    @inline(__always)
    static func byteCount(_ entry: Entry) -> Int {
        switch entry {
        case .noOp: headerByteCount
        case .command(let command): headerByteCount + originByteCount + command.payload.count
        case .unknown(_, let payload): headerByteCount + payload.count
        }
    }

    static func byteCount(_ entries: [Entry]) -> Int {
        var sum = 4
        for index in entries.indices { sum += byteCount(entries[index]) }
        return sum
    }

    @inline(__always)
    static func encode(_ entry: Entry, into writer: inout WireWriter) {
        switch entry {
        case .noOp:
            writer.uint8(noOpKind)
            writer.uint32(0)
        case .command(let command):
            writer.uint8(commandKind)
            writer.uint32(UInt32(originByteCount + command.payload.count))
            encode(command.origin, into: &writer)
            writer.payload(command.payload)
        case .unknown(let kind, let payload):
            invariant(kind > commandKind, "an entry of unknown kind has no known kind: \(kind)")
            writer.uint8(kind)
            writer.uint32(UInt32(payload.count))
            writer.payload(payload)
        }
    }

    /// The number of entries and the entries.
    static func encode(_ entries: [Entry], into writer: inout WireWriter) {
        writer.uint32(UInt32(entries.count))
        for index in entries.indices { encode(entries[index], into: &writer) }
    }

    private static func encode(_ origin: Origin, into writer: inout WireWriter) {
        writer.uint64(origin.node.rawValue)
        writer.uint64(origin.incarnation.rawValue)
        writer.uint64(origin.sequence)
    }

    @inline(__always)
    static func decode(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Entry {
        let kind = try reader.uint8()
        let length = Int(try reader.uint32())
        switch kind {
        case noOpKind:
            guard length == 0 else { throw .malformed(what: .entry, detail: .badLength) }
            return .noOp
        case commandKind:
            guard length >= originByteCount else { throw .malformed(what: .entry, detail: .badLength) }
            let node = NodeID(try reader.uint64())
            let incarnation = Incarnation(try reader.uint64())
            let origin = Origin(node: node, incarnation: incarnation, sequence: try reader.uint64())
            let range = try reader.skip(length - originByteCount)
            return .command(Command(origin: origin, payload: source.payload(range)))
        default:
            let range = try reader.skip(length)
            return .unknown(kind: kind, payload: source.payload(range))
        }
    }

    static func decodeEntries(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> [Entry] {
        let count = try reader.count(minimumByteCount: headerByteCount, in: .entry)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count { entries.append(try decode(&reader, sharing: &source)) }
        return entries
    }
}

/// Turns ranges of received bytes into payloads that share one copy of them: one allocation for a frame or a journal
/// batch, however many entries it holds, and none when it holds no payload.
struct PayloadSource {
    private let bytes: UnsafeRawBufferPointer
    private var copy: Payload?
    private var copyStart = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The bytes at `range`, which lies within what the source was made of.
    @inline(__always)
    mutating func payload(_ range: Range<Int>) -> Payload {
        if range.isEmpty { return Payload() }
        if copy == nil { makeCopy(from: range.lowerBound) }
        return copy.unsafelyUnwrapped.slice(range.lowerBound - copyStart..<range.upperBound - copyStart)
    }

    /// Everything from the first payload on is copied, what stands before it is not.
    private mutating func makeCopy(from start: Int) {
        copyStart = start
        copy = Payload(copying: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
}

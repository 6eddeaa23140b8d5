import PaxosBase
import PaxosLog

/// An entry on the wire: kind (8 bits), length of the rest (32 bits), the rest.
///
/// The length stands with every kind, so that an entry of a kind that this version does not know is kept as it is and
/// passed on with the same bytes. A command that no leader stamped yet has a kind of its own, without the stamp: on its
/// way to the leader, and in journals from before there were stamps.
enum EntryCodec {
    static let noOpKind: UInt8 = 0
    static let commandKind: UInt8 = 1
    static let stampedCommandKind: UInt8 = 2
    // Set aside: 3 a session's command, 4 the opening and the end of a session, 5 the stop of a configuration. As every
    // kind that this version does not know they are kept, and stop apply.

    static let headerByteCount = 5
    static let originByteCount = 24
    /// Log time and lineage.
    static let stampByteCount = 16

    /// What a command takes before its payload, without the entry's header.
    @inline(__always)
    private static func headByteCount(_ command: Command) -> Int {
        command.stamp == .zero ? originByteCount : originByteCount + stampByteCount
    }

    @inline(__always)
    static func byteCount(_ entry: Entry) -> Int {
        switch entry {
        case .noOp: headerByteCount
        case .command(let command): headerByteCount + headByteCount(command) + command.payload.count
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
        if let payload = encodeHead(entry, into: &writer) { writer.payload(payload) }
    }

    /// The same, but for a long payload.
    @inline(__always)
    static func encode(_ entry: Entry, into writer: inout WireWriter, gathering gathered: inout GatheredPayloads) {
        if let payload = encodeHead(entry, into: &writer) { gathered.append(payload, to: &writer) }
    }

    /// - Returns: The payload, which belongs behind what was written.
    @inline(__always)
    private static func encodeHead(_ entry: Entry, into writer: inout WireWriter) -> Payload? {
        switch entry {
        case .noOp:
            writer.uint8(noOpKind)
            writer.uint32(0)
            return nil
        case .command(let command):
            let isStamped = command.stamp != .zero
            writer.uint8(isStamped ? stampedCommandKind : commandKind)
            writer.uint32(UInt32(headByteCount(command) + command.payload.count))
            encode(command.origin, into: &writer)
            if isStamped {
                writer.uint64(command.stamp.nanoseconds)
                writer.uint64(command.lineage)
            }
            return command.payload
        case .unknown(let kind, let payload):
            invariant(kind > stampedCommandKind, "an entry of unknown kind has no known kind: \(kind)")
            writer.uint8(kind)
            writer.uint32(UInt32(payload.count))
            return payload
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
            let origin = try decodeOrigin(&reader)
            let range = try reader.skip(length - originByteCount)
            return .command(Command(origin: origin, payload: source.payload(range)))
        case stampedCommandKind:
            let head = originByteCount + stampByteCount
            guard length >= head else { throw .malformed(what: .entry, detail: .badLength) }
            let origin = try decodeOrigin(&reader)
            let stamp = LogTime(nanoseconds: try reader.uint64())
            guard stamp != .zero else { throw .malformed(what: .entry, detail: .badStamp) }
            let lineage = try reader.uint64()
            let range = try reader.skip(length - head)
            return .command(
                Command(origin: origin, stamp: stamp, lineage: lineage, payload: source.payload(range)))
        default:
            let range = try reader.skip(length)
            return .unknown(kind: kind, payload: source.payload(range))
        }
    }

    @inline(__always)
    private static func decodeOrigin(_ reader: inout WireReader) throws(WireError) -> Origin {
        let node = NodeID(try reader.uint64())
        let incarnation = Incarnation(try reader.uint64())
        return Origin(node: node, incarnation: incarnation, sequence: try reader.uint64())
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
/// batch, however many entries it holds, and none when it holds no payload, or when the bytes are a payload already.
struct PayloadSource {
    private let bytes: UnsafeRawBufferPointer
    private var copy: Payload?
    private var copyStart = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// - Parameter bytes: What `whole` holds.
    init(_ bytes: UnsafeRawBufferPointer, of whole: Payload) {
        self.bytes = bytes
        copy = whole
    }

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

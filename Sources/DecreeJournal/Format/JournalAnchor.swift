import DecreeWire
import PaxosBase

/// How far the journal reached, in a second file: what is missing from its end cannot be seen in the segments alone.
///
/// The file has two places, used in turn, so that a write that is torn leaves the anchor before it. Layout of a place
/// (little-endian): magic (8 bytes), format (32 bits), length of the fields (32), generation (64), flags (64: bit 0 a
/// clean end), size of the file (64), cluster (64), node (64), store (128), newest segment (64), end of the last batch in it (64), its sequence
/// (64), number of groups (32), of each its number (32), incarnation (64) and promise (3 x 64), CRC-32C of all before
/// (32).
struct JournalAnchor: Hashable {
    static let magic: UInt64 = 0x414A_4545_5243_4544  // "DECREEJA"
    static let format: UInt32 = 2
    private static let headByteCount = 16
    private static let fixedByteCount = 84
    private static let groupByteCount = 36
    private static let cleanFlag: UInt64 = 1

    /// Ascends; its lowest bit chooses the place.
    let generation: UInt64
    /// Of the file: a cut one is not believed.
    let fileByteCount: Int
    let identity: JournalIdentity
    /// Everything up to this batch was acknowledged. Zero before the first.
    let sequence: UInt64
    /// The segment that it stands in, the newest then, and where it ends there.
    let segment: SegmentNumber
    let end: Int
    /// The journal was closed behind that batch.
    let isClean: Bool
    /// Ascending by group.
    let votes: [Vote]

    /// What a group's member may never take back.
    struct Vote: Hashable {
        let group: GroupID
        let incarnation: Incarnation
        let promised: Ballot
    }

    var byteCount: Int { Self.headByteCount + Self.fixedByteCount + Self.groupByteCount * votes.count + 4 }

    /// Where it goes.
    var offset: Int { generation & 1 == 0 ? 0 : fileByteCount / 2 }

    func encode() -> Payload {
        Payload(byteCount: byteCount) { memory in
            var writer = WireWriter(memory)
            writer.uint64(Self.magic)
            writer.uint32(Self.format)
            writer.uint32(UInt32(byteCount - Self.headByteCount - 4))
            writer.uint64(generation)
            writer.uint64(isClean ? Self.cleanFlag : 0)
            writer.uint64(UInt64(fileByteCount))
            writer.uint64(identity.cluster.rawValue)
            writer.uint64(identity.node.rawValue)
            writer.uint64(identity.store.high)
            writer.uint64(identity.store.low)
            writer.uint64(segment.rawValue)
            writer.uint64(UInt64(end))
            writer.uint64(sequence)
            writer.uint32(UInt32(votes.count))
            for vote in votes { Self.encode(vote, into: &writer) }
            writer.uint32(writer.checksum(from: 0))
        }
    }

    private static func encode(_ vote: Vote, into writer: inout WireWriter) {
        writer.uint32(vote.group.rawValue)
        writer.uint64(vote.incarnation.rawValue)
        writer.uint64(vote.promised.configuration.rawValue)
        writer.uint64(vote.promised.round)
        writer.uint64(vote.promised.node.rawValue)
    }

    enum Reading: Hashable {
        case anchor(JournalAnchor)
        case newerFormat(UInt32)
        case newerFlags(UInt64)
        case unreadable
    }

    /// Reads what stands in one place of the file.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        var reader = WireReader(bytes)
        return (try? read(&reader)) ?? .unreadable
    }

    private static func read(_ reader: inout WireReader) throws(WireError) -> Reading {
        guard try reader.uint64() == magic else { return .unreadable }
        let found = try reader.uint32()
        let length = Int(try reader.uint32())
        var fields = WireReader(try reader.bytes(length))
        let computed = reader.checksumOfTaken
        guard try reader.uint32() == computed else { return .unreadable }
        guard found <= format else { return .newerFormat(found) }
        return try readFields(&fields)
    }

    private static func readFields(_ reader: inout WireReader) throws(WireError) -> Reading {
        let generation = try reader.uint64()
        let flags = try reader.uint64()
        guard flags & ~cleanFlag == 0 else { return .newerFlags(flags) }
        let fileByteCount = Int(truncatingIfNeeded: try reader.uint64())
        let cluster = ClusterID(try reader.uint64())
        let node = NodeID(try reader.uint64())
        let high = try reader.uint64()
        let store = StoreID(high: high, low: try reader.uint64())
        let segment = SegmentNumber(try reader.uint64())
        let end = Int(truncatingIfNeeded: try reader.uint64())
        let sequence = try reader.uint64()
        var votes: [Vote] = []
        for _ in 0..<(try reader.count(minimumByteCount: groupByteCount, in: .record)) {
            votes.append(try readVote(&reader))
        }
        try reader.finish()
        return .anchor(
            JournalAnchor(
                generation: generation, fileByteCount: fileByteCount,
                identity: JournalIdentity(cluster: cluster, node: node, store: store),
                sequence: sequence, segment: segment, end: end, isClean: flags & cleanFlag != 0, votes: votes))
    }

    private static func readVote(_ reader: inout WireReader) throws(WireError) -> Vote {
        let group = GroupID(try reader.uint32())
        let incarnation = Incarnation(try reader.uint64())
        let configuration = ConfigurationNumber(try reader.uint64())
        let round = try reader.uint64()
        let promised = Ballot(configuration: configuration, round: round, node: NodeID(try reader.uint64()))
        return Vote(group: group, incarnation: incarnation, promised: promised)
    }
}

import DecreeWire
import PaxosBase

/// The first page of a segment file: whose it is, which one, and with which batch it begins.
///
/// Layout (little-endian): magic (8 bytes), format version (32 bits), length of the header's fields (32), segment
/// number (64), first batch sequence (64), cluster (64), node (64), store (128), size of the file (64), features (64, none
/// yet), CRC-32C of all before (32), zeros up to 4096 bytes. Batches begin behind, so that the page of the header is written
/// once.
struct SegmentHeader: Hashable {
    static let magic: UInt64 = 0x4C4A_4545_5243_4544  // "DECREEJL"
    static let format: UInt32 = 2
    /// Where the first batch stands.
    static let pageByteCount = 4096
    private static let checkedByteCount = 80

    let number: SegmentNumber
    /// The sequence of the segment's first batch; every earlier one stands in an earlier segment.
    let firstSequence: UInt64
    let identity: JournalIdentity
    let byteCount: Int
    /// Of format 1 a journal may have no anchor.
    var format = Self.format

    func encode(into writer: inout WireWriter) {
        let start = writer.count
        writer.uint64(Self.magic)
        writer.uint32(Self.format)
        writer.uint32(UInt32(Self.checkedByteCount))
        writer.uint64(number.rawValue)
        writer.uint64(firstSequence)
        writer.uint64(identity.cluster.rawValue)
        writer.uint64(identity.node.rawValue)
        writer.uint64(identity.store.high)
        writer.uint64(identity.store.low)
        writer.uint64(UInt64(byteCount))
        writer.uint64(0)
        writer.uint32(writer.checksum(from: start))
        writer.zeros(Self.pageByteCount - (writer.count - start))
    }

    enum Reading: Hashable {
        case header(SegmentHeader)
        case newerFormat(UInt32)
        case newerFeatures(UInt64)
        case unreadable
    }

    /// Reads the beginning of a segment file.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        var reader = WireReader(bytes)
        guard let fields = try? fields(&reader) else { return .unreadable }
        return fields
    }

    private static func fields(_ reader: inout WireReader) throws(WireError) -> Reading {
        guard try reader.uint64() == magic else { return .unreadable }
        let format = try reader.uint32()
        guard format <= self.format else { return .newerFormat(format) }
        guard try reader.uint32() == UInt32(checkedByteCount) else { return .unreadable }
        let number = SegmentNumber(try reader.uint64())
        let firstSequence = try reader.uint64()
        let cluster = ClusterID(try reader.uint64())
        let node = NodeID(try reader.uint64())
        let high = try reader.uint64()
        let store = StoreID(high: high, low: try reader.uint64())
        let byteCount = try reader.uint64()
        let features = try reader.uint64()
        let computed = reader.checksumOfTaken
        guard try reader.uint32() == computed, let byteCount = Int(exactly: byteCount) else { return .unreadable }
        guard features == 0 else { return .newerFeatures(features) }
        let identity = JournalIdentity(cluster: cluster, node: node, store: store)
        return .header(
            SegmentHeader(
                number: number, firstSequence: firstSequence, identity: identity, byteCount: byteCount, format: format))
    }
}

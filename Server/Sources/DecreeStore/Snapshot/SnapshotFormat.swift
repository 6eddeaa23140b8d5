/// The form of snapshots: a header, the members, blocks of records, an end.
///
/// | block | content |
/// |---|---|
/// | 1 header | `DSNP`, format, revision, compaction floor |
/// | 4 members | what the members published of themselves |
/// | 2 records | keys in order, each followed by its versions from the oldest on |
/// | 3 end | number of keys and versions, bytes of what exists, digest, sum of all hashes |
///
/// All numbers are little-endian. A byte string that does not fit runs on at the start of the next block; what stands
/// before it never does. Checksums belong to the file around the blocks.
enum SnapshotFormat {
    /// A quarter of what hosts accept: a block should be one short step of work.
    static let largestBlock = 1 << 18
    static let format: UInt32 = 1
    static let magic: UInt32 = 0x504E_5344

    enum Block: UInt8 {
        case header = 1
        case records = 2
        case end = 3
        case members = 4
    }

    enum Record: UInt8 {
        /// Length, bytes.
        case key = 1
        /// Revision, sub-revision, create revision, number, value length, value.
        case put = 2
        /// The same with the lease before the length.
        case leasedPut = 3
        /// Revision, sub-revision.
        case tombstone = 4
    }

    /// What the longest record takes without its byte string, and what a block must have left for another record.
    static let largestRecordHead = 64
    static let headerByteCount = 1 + 4 + 4 + 8 + 8
    static let endByteCount = 1 + 6 * 8
}

/// Writes numbers and bytes into the memory of a block; the caller has seen to it that there is room.
struct BlockWriter {
    private let base: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) {
        base = buffer.baseAddress.unsafelyUnwrapped
        capacity = buffer.count
    }

    var room: Int { capacity - count }

    @inline(__always)
    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        base.storeBytes(of: number.littleEndian, toByteOffset: count, as: Number.self)
        count &+= MemoryLayout<Number>.size
    }

    @inline(__always)
    mutating func write(_ bytes: ByteSpan) {
        if let start = bytes.baseAddress { (base + count).copyMemory(from: start, byteCount: bytes.count) }
        count &+= bytes.count
    }
}

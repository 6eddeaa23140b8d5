import PaxosLog

/// Reads numbers and bytes of a block; whatever does not fit is refused.
struct BlockReader {
    private let bytes: ByteSpan
    private var offset = 0

    init(_ bytes: ByteSpan) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    @inline(__always)
    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(SnapshotError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { throw SnapshotError("a block ends within a number") }
        defer { offset &+= size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    /// The next `count` bytes, or as many as there are.
    @inline(__always)
    mutating func bytes(upTo count: Int) -> ByteSpan {
        let taken = min(count, bytes.count - offset)
        defer { offset &+= taken }
        return ByteSpan(rebasing: bytes[offset..<(offset + taken)])
    }
}

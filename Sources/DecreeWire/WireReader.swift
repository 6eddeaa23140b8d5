/// Takes fixed-width little-endian fields from memory, and refuses to run over its end.
public struct WireReader {
    @usableFromInline let memory: UnsafeRawBufferPointer
    /// How many bytes were taken.
    public private(set) var offset = 0

    /// - Parameter bytes: What to read; valid for as long as the reader and what it hands out are used.
    public init(_ bytes: UnsafeRawBufferPointer) { memory = bytes }

    public var remaining: Int { memory.count - offset }

    @inline(__always)
    private mutating func take<Word: FixedWidthInteger & BitwiseCopyable>(
        _ type: Word.Type
    ) throws(WireError) -> Word {
        let size = MemoryLayout<Word>.size
        guard size <= remaining else { throw .truncated(needed: size, available: remaining) }
        let word = memory.loadUnaligned(fromByteOffset: offset, as: Word.self)
        offset += size
        return Word(littleEndian: word)
    }

    @inline(__always)
    public mutating func uint8() throws(WireError) -> UInt8 { try take(UInt8.self) }

    @inline(__always)
    public mutating func uint16() throws(WireError) -> UInt16 { try take(UInt16.self) }

    @inline(__always)
    public mutating func uint32() throws(WireError) -> UInt32 { try take(UInt32.self) }

    @inline(__always)
    public mutating func uint64() throws(WireError) -> UInt64 { try take(UInt64.self) }

    /// A flag; only 0 and 1 are taken, so that equal values have equal bytes.
    public mutating func bool(in part: WirePart) throws(WireError) -> Bool {
        switch try uint8() {
        case 0: return false
        case 1: return true
        default: throw .malformed(what: part, detail: .badFlag)
        }
    }

    /// The next `count` bytes in place, and their position.
    @inline(__always)
    public mutating func skip(_ count: Int) throws(WireError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw .truncated(needed: count, available: remaining) }
        let range = offset..<offset + count
        offset += count
        return range
    }

    /// The next `count` bytes, valid while the reader's memory is.
    public mutating func bytes(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[try skip(count)])
    }

    public mutating func string() throws(WireError) -> String {
        String(decoding: try bytes(Int(try uint16())), as: UTF8.self)
    }

    /// The number of elements that follow (32 bits).
    /// - Parameters:
    ///   - minimumByteCount: The least that one element takes: a count which the rest cannot hold is refused before
    ///     any memory is set aside for it.
    ///   - part: What it is read for.
    public mutating func count(minimumByteCount: Int, in part: WirePart) throws(WireError) -> Int {
        let count = Int(try uint32())
        guard count <= remaining / minimumByteCount, count <= Self.maximumCount else {
            throw .malformed(what: part, detail: .badCount)
        }
        return count
    }

    /// The checksum of all that was taken.
    package var checksumOfTaken: UInt32 { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: memory[..<offset])) }

    /// Throws unless all bytes were taken.
    public func finish() throws(WireError) {
        guard remaining == 0 else { throw .trailing(remaining) }
    }

    /// No message holds more elements of one sort; keeps a hostile frame of tiny entries from filling the memory.
    package static let maximumCount = 1 << 21
}

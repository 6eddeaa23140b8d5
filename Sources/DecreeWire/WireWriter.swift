import PaxosBase

/// Appends fixed-width little-endian fields to memory that the caller sized beforehand.
///
/// Sizes are computed exactly before anything is encoded, so that a frame or a journal batch is one piece of memory and
/// nothing is copied twice; running over the end is an error of this program and stops it.
public struct WireWriter {
    @usableFromInline let memory: UnsafeMutableRawBufferPointer
    /// How many bytes were written.
    public private(set) var count = 0

    /// - Parameter memory: Where to write; valid for as long as the writer is used.
    public init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    @inline(__always)
    private mutating func advance(_ byteCount: Int) -> UnsafeMutableRawPointer {
        invariant(
            byteCount <= memory.count - count,
            "what is encoded fits the computed size: \(count) + \(byteCount) of \(memory.count)")
        let place = memory.baseAddress.unsafelyUnwrapped + count
        count += byteCount
        return place
    }

    @inline(__always)
    public mutating func uint8(_ value: UInt8) { advance(1).storeBytes(of: value, as: UInt8.self) }

    @inline(__always)
    public mutating func uint16(_ value: UInt16) {
        advance(2).storeBytes(of: value.littleEndian, as: UInt16.self)
    }

    @inline(__always)
    public mutating func uint32(_ value: UInt32) {
        advance(4).storeBytes(of: value.littleEndian, as: UInt32.self)
    }

    @inline(__always)
    public mutating func uint64(_ value: UInt64) {
        advance(8).storeBytes(of: value.littleEndian, as: UInt64.self)
    }

    public mutating func bool(_ value: Bool) { uint8(value ? 1 : 0) }

    public mutating func bytes(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        advance(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }

    /// The bytes of a payload, without their number.
    @inline(__always)
    public mutating func payload(_ payload: Payload) { payload.withUnsafeBytes { bytes($0) } }

    /// The number of UTF-8 bytes (16 bits) and the bytes; what is longer than `limit` bytes is cut.
    public mutating func string(_ text: String, limit: Int = WireWriter.maximumStringByteCount) {
        var text = text
        text.withUTF8 { utf8 in
            let kept = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: utf8.prefix(limit)))
            uint16(UInt16(kept.count))
            bytes(kept)
        }
    }

    /// Zero bytes.
    public mutating func zeros(_ byteCount: Int) {
        guard byteCount > 0 else { return }
        advance(byteCount).initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }

    /// The checksum of what was written from `start` on.
    package func checksum(from start: Int) -> UInt32 {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: memory[start..<count]))
    }

    public static let maximumStringByteCount = Int(UInt16.max)

    /// How many bytes ``string(_:limit:)`` takes for `text`.
    package static func byteCount(_ text: String, limit: Int = maximumStringByteCount) -> Int {
        2 + min(text.utf8.count, limit)
    }
}

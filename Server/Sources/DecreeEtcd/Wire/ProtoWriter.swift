/// Writes protobuf fields one behind the other into memory that was measured before with ``ProtoSize``.
///
/// Scalars that are zero and byte fields that are empty are left out, as proto3 wants it. All field numbers in use are
/// below 16, so that a tag is one byte.
struct ProtoWriter {
    private var position: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    init(_ buffer: UnsafeMutableRawBufferPointer) {
        // A message without fields may come with a buffer without an address; nothing is written to it.
        position = buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped
        end = position + buffer.count
    }

    /// How many bytes are still free.
    var remaining: Int { end - position }

    @inline(__always)
    private mutating func byte(_ byte: UInt8) {
        position.storeBytes(of: byte, as: UInt8.self)
        position += 1
    }

    @inline(__always)
    private mutating func tag(_ field: UInt8, _ wireType: UInt8) { byte(field << 3 | wireType) }

    @inline(__always)
    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func uint64(_ field: UInt8, _ value: UInt64) {
        guard value != 0 else { return }
        tag(field, 0)
        varint(value)
    }

    @inline(__always)
    mutating func int64(_ field: UInt8, _ value: Int64) { uint64(field, UInt64(bitPattern: value)) }

    @inline(__always)
    mutating func bool(_ field: UInt8, _ value: Bool) { uint64(field, value ? 1 : 0) }

    @inline(__always)
    mutating func bytes(_ field: UInt8, _ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        message(field, byteCount: bytes.count)
        position.copyMemory(from: source, byteCount: bytes.count)
        position += bytes.count
    }

    /// Begins a nested message of `byteCount` bytes; its fields follow. Written even when it is empty.
    @inline(__always)
    mutating func message(_ field: UInt8, byteCount: Int) {
        tag(field, 2)
        varint(UInt64(byteCount))
    }
}

/// How many bytes ``ProtoWriter`` writes.
enum ProtoSize {
    @inline(__always)
    static func varint(_ value: UInt64) -> Int {
        // A byte for every seven bits begun; zero takes one.
        (70 - (value | 1).leadingZeroBitCount) / 7
    }

    @inline(__always)
    static func uint64(_ value: UInt64) -> Int { value == 0 ? 0 : 1 + varint(value) }

    @inline(__always)
    static func int64(_ value: Int64) -> Int { uint64(UInt64(bitPattern: value)) }

    @inline(__always)
    static func bool(_ value: Bool) -> Int { value ? 2 : 0 }

    @inline(__always)
    static func bytes(_ count: Int) -> Int { count == 0 ? 0 : message(count) }

    /// A nested message of `byteCount` bytes with its tag and length.
    @inline(__always)
    static func message(_ byteCount: Int) -> Int { 1 + varint(UInt64(byteCount)) + byteCount }
}

import DecreeRPC

/// Reads a protobuf message field by field, straight from the bytes that the socket held.
///
/// Nothing is copied: byte fields come as slices that live as long as the input.
/// - Source: protobuf's encoding guide (protobuf.dev/programming-guides/encoding).
struct ProtoReader {
    /// How a field's value is laid out.
    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case startGroup = 3
        case endGroup = 4
        case fixed32 = 5
    }

    private var position: UnsafeRawPointer
    private let end: UnsafeRawPointer

    /// The number of the field that ``next()`` came to.
    private(set) var field: UInt32 = 0
    private var wireType = WireType.varint

    init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address at all; any will do, since nothing is read from it.
        position = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        end = position + bytes.count
    }

    /// Goes to the next field. False at the end of the message.
    @inline(__always)
    mutating func next() throws(RPCStatus) -> Bool {
        guard position < end else { return false }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 <= 0x1FFF_FFFF, let type = WireType(rawValue: UInt8(tag & 7)) else {
            throw RPCStatus.malformed("proto: illegal tag \(tag)")
        }
        field = UInt32(tag >> 3)
        wireType = type
        return true
    }

    @inline(__always)
    private mutating func varint() throws(RPCStatus) -> UInt64 {
        guard position < end else { throw RPCStatus.malformed("unexpected EOF") }
        let first = position.load(as: UInt8.self)
        position += 1
        return first < 0x80 ? UInt64(first) : try longVarint(UInt64(first & 0x7F))
    }

    private mutating func longVarint(_ low: UInt64) throws(RPCStatus) -> UInt64 {
        var value = low
        var shift: UInt64 = 7
        while position < end {
            let byte = position.load(as: UInt8.self)
            position += 1
            if shift == 63 && byte > 1 { throw RPCStatus.malformed("proto: integer overflow") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw RPCStatus.malformed("unexpected EOF")
    }

    @inline(__always)
    private func expect(_ type: WireType) throws(RPCStatus) {
        guard wireType == type else { throw RPCStatus.malformed("proto: wrong wireType = \(wireType.rawValue)") }
    }

    mutating func uint64() throws(RPCStatus) -> UInt64 {
        try expect(.varint)
        return try varint()
    }

    mutating func int64() throws(RPCStatus) -> Int64 { Int64(bitPattern: try uint64()) }

    mutating func bool() throws(RPCStatus) -> Bool { try uint64() != 0 }

    /// An enum's number; those beyond 32 bits are cut, as every protobuf runtime does.
    mutating func enumeration() throws(RPCStatus) -> Int32 { Int32(truncatingIfNeeded: try uint64()) }

    /// Bytes, a string or a nested message.
    @inline(__always)
    mutating func bytes() throws(RPCStatus) -> UnsafeRawBufferPointer {
        try expect(.lengthDelimited)
        let count = try varint()
        guard count <= UInt64(end - position) else { throw RPCStatus.malformed("unexpected EOF") }
        let slice = UnsafeRawBufferPointer(start: position, count: Int(count))
        position += Int(count)
        return slice
    }

    /// Passes over a field that this version does not know.
    mutating func skip() throws(RPCStatus) { try skip(wireType, depth: 0) }

    private mutating func skip(_ type: WireType, depth: Int) throws(RPCStatus) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: try advance(8)
        case .fixed32: try advance(4)
        case .lengthDelimited:
            let count = try varint()
            guard count <= UInt64(end - position) else { throw RPCStatus.malformed("unexpected EOF") }
            position += Int(count)
        case .startGroup: try skipGroup(depth: depth)
        case .endGroup: throw RPCStatus.malformed("proto: unexpected end of group")
        }
    }

    private mutating func advance(_ count: Int) throws(RPCStatus) {
        guard end - position >= count else { throw RPCStatus.malformed("unexpected EOF") }
        position += count
    }

    private mutating func skipGroup(depth: Int) throws(RPCStatus) {
        guard depth < 64 else { throw RPCStatus.malformed("proto: exceeded maximum recursion depth") }
        let group = field
        while try next() {
            if wireType == .endGroup {
                guard field == group else { throw RPCStatus.malformed("proto: mismatching end group marker") }
                return
            }
            try skip(wireType, depth: depth + 1)
        }
        throw RPCStatus.malformed("unexpected EOF")
    }
}

/// The 64-bit hash of one version with its key: what the digest of the state is made of.
///
/// Equal in every process and for ever. Four lanes run beside each other, so that a value of 256 bytes costs tens of
/// nanoseconds. It resists chance, not an attacker: replicas that compare digests trust each other.
struct EntryHash {
    private static let keys: (UInt64, UInt64, UInt64, UInt64) = (
        0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3
    )

    private var state: UInt64

    @inline(__always)
    init(seed: UInt64) { state = seed ^ Self.keys.0 }

    @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inline(__always)
    mutating func combine(_ first: UInt64, _ second: UInt64) {
        state = Self.fold(first ^ Self.keys.1, second ^ state)
    }

    @inline(__always)
    mutating func combine(_ bytes: ByteSpan) {
        combine(UInt64(bytes.count), Self.keys.2)
        var offset = 0
        if bytes.count >= 64 { combineBlocks(of: bytes, &offset) }
        while offset &+ 16 <= bytes.count {
            combine(Self.word(bytes, offset), Self.word(bytes, offset &+ 8))
            offset &+= 16
        }
        if offset < bytes.count {
            let first = Self.littleEndianTail(bytes, offset)
            combine(first, offset &+ 8 < bytes.count ? Self.littleEndianTail(bytes, offset &+ 8) : 0)
        }
    }

    @inline(__always)
    private mutating func combineBlocks(of bytes: ByteSpan, _ offset: inout Int) {
        let keys = Self.keys
        var lanes = (state, state ^ keys.1, state ^ keys.2, state ^ keys.3)
        while offset &+ 64 <= bytes.count {
            lanes.0 = Self.fold(Self.word(bytes, offset) ^ keys.0, Self.word(bytes, offset &+ 8) ^ lanes.0)
            lanes.1 = Self.fold(Self.word(bytes, offset &+ 16) ^ keys.1, Self.word(bytes, offset &+ 24) ^ lanes.1)
            lanes.2 = Self.fold(Self.word(bytes, offset &+ 32) ^ keys.2, Self.word(bytes, offset &+ 40) ^ lanes.2)
            lanes.3 = Self.fold(Self.word(bytes, offset &+ 48) ^ keys.3, Self.word(bytes, offset &+ 56) ^ lanes.3)
            offset &+= 64
        }
        state = lanes.0
        combine(lanes.1, lanes.2)
        combine(lanes.3, keys.3)
    }

    @inline(__always)
    private static func word(_ bytes: ByteSpan, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Up to eight bytes from `start` on.
    @inline(__always)
    private static func littleEndianTail(_ bytes: ByteSpan, _ start: Int) -> UInt64 {
        if bytes.count &- start >= 8 { return word(bytes, start) }
        var result: UInt64 = 0
        var offset = bytes.count
        while offset > start {
            offset &-= 1
            result = result << 8 | UInt64(bytes[offset])
        }
        return result
    }

    @inline(__always)
    func finalize() -> UInt64 { Self.fold(state ^ Self.keys.3, state ^ Self.keys.1) }
}

/// A 64-bit hash that is the same in every process, on every machine and for ever: `Hashable`'s is seeded anew at each
/// start, so it must never reach an effect, a file or a comparison between replicas.
///
/// Words are folded with a full 64 by 64 bit multiplication. It resists chance, not an attacker.
public struct StableHasher: Sendable {
    private var state: UInt64

    public init(seed: UInt64 = 0) { state = seed ^ 0x2D35_8DCC_AA6C_78A5 }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    public mutating func combine(_ word: UInt64) {
        state = Self.fold(state ^ 0x8BB8_4B93_962E_ACC9, word ^ 0x4B33_A62E_D433_D4A3) &+ 0x9E37_79B9_7F4A_7C15
    }

    /// Folds in the bytes and their number, so that neighbouring fields cannot run into each other.
    public mutating func combine(_ bytes: UnsafeRawBufferPointer) {
        combine(UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            combine(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        guard offset < bytes.count else { return }
        var tail: UInt64 = 0
        for index in offset..<bytes.count { tail = (tail << 8) | UInt64(bytes[index]) }
        combine(tail)
    }

    public mutating func combine(_ text: String) {
        var text = text
        text.withUTF8 { combine(UnsafeRawBufferPointer($0)) }
    }

    public func finalize() -> UInt64 { Self.fold(state ^ 0x8EBC_6AF0_9C88_C6E3, state ^ 0x5899_65CC_7537_4CC3) }

    /// The hash of one piece of bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var hasher = StableHasher(seed: seed)
        hasher.combine(bytes)
        return hasher.finalize()
    }
}

/// What two replicas compare to learn whether their states are the same.
public struct StateDigest: Hashable, Sendable, CustomStringConvertible {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    public var description: String {
        func hex(_ word: UInt64) -> String {
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return hex(high) + hex(low)
    }
}

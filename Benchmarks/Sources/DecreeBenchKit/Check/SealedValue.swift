/// A value whose every byte follows from the key and the number of the write, so that any value that is read can be
/// told to be one that was written, whole, and to this key.
///
/// Words of 8 bytes: the key, the number of the write (little-endian), then words mixed from both and their position.
struct SealedValue: Equatable {
    let key: Key
    /// The number of the write, different for each.
    let sequence: UInt64
    /// How long the value is, a multiple of 8.
    let byteCount: Int

    /// Writes the value.
    ///
    /// - Parameter memory: at least `byteCount` bytes.
    func write(to memory: UnsafeMutableRawBufferPointer) {
        memory.storeBytes(of: key.word, toByteOffset: 0, as: UInt64.self)
        memory.storeBytes(of: sequence.littleEndian, toByteOffset: 8, as: UInt64.self)
        let seed = Self.seed(key, sequence)
        for offset in stride(from: 16, to: byteCount, by: 8) {
            memory.storeBytes(of: Self.filler(seed, offset), toByteOffset: offset, as: UInt64.self)
        }
    }

    /// Reads a value and checks that it is one.
    ///
    /// - Returns: the number of the write; nil if the bytes were never written to this key.
    static func sequence(of bytes: UnsafeRawBufferPointer, key: Key, byteCount: Int) -> UInt64? {
        guard bytes.count == byteCount, bytes.loadUnaligned(as: UInt64.self) == key.word else { return nil }
        let sequence = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let seed = seed(key, sequence)
        var difference: UInt64 = 0
        for offset in stride(from: 16, to: byteCount, by: 8) {
            difference |= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ filler(seed, offset)
        }
        return difference == 0 ? sequence : nil
    }

    /// Whether these bytes are this value.
    func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        Self.sequence(of: bytes, key: key, byteCount: byteCount) == sequence
    }

    private static func seed(_ key: Key, _ sequence: UInt64) -> UInt64 {
        mixed(key.word ^ (sequence &* 0x9E37_79B9_7F4A_7C15))
    }

    /// A multiplication is enough: the seed is well mixed already.
    private static func filler(_ seed: UInt64, _ offset: Int) -> UInt64 {
        ((seed ^ UInt64(offset)) &* 0xD129_0D3D_A5C1_6B4F).littleEndian
    }
}

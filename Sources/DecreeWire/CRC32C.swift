import CDecreeCRC

/// CRC-32C, the checksum of frames and journal batches: finds every error burst of up to 32 bits.
///
/// It resists chance, not an attacker.
/// - Source: Castagnoli, Bräuer, Herrmann, "Optimization of Cyclic Redundancy-Check Codes with 24 and 32 Parity Bits",
///   1993; RFC 3720, appendix B.4 (test vectors).
public enum CRC32C {
    /// The checksum of `bytes`.
    /// - Parameter seed: The checksum of what came before `bytes`; 0 when nothing did.
    @inlinable
    public static func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return seed }
        return decree_crc32c(seed, base, bytes.count)
    }

    /// The checksum of eight bytes, the little-endian form of `word`, chained to `seed`.
    @inlinable
    public static func checksum(_ word: UInt64, seed: UInt32 = 0) -> UInt32 {
        withUnsafeBytes(of: word.littleEndian) { checksum($0, seed: seed) }
    }

    /// The same checksum from tables; for tests of the fallback.
    package static func tableChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return decree_crc32c_table(0, base, bytes.count)
    }
}

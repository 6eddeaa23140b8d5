/// CRC-32C (Castagnoli), eight bytes a step: what etcd hashes its history with.
/// - Source: RFC 3720, appendix B.4; Kounavis and Berry, "A Systematic Approach to Building High Performance
///   Software-based CRC Generators", 2005 (slicing by eight).
struct CRC32C {
    /// Eight tables of 256 entries, one after the other.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 != 0 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            tables[index] = value
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
        }
        return tables
    }()

    private var state: UInt32 = ~0

    init() {}

    var value: UInt32 { ~state }

    mutating func update(_ bytes: ByteSpan) {
        Self.tables.withUnsafeBufferPointer { tables in
            var crc = state
            var offset = 0
            while offset &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(crc)
                crc = 0
                for lane in 0..<8 {
                    crc ^= tables[(7 &- lane) &* 256 &+ Int(mixed >> (UInt64(lane) &* 8) & 0xFF)]
                }
                offset &+= 8
            }
            while offset < bytes.count {
                crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
                offset &+= 1
            }
            state = crc
        }
    }
}

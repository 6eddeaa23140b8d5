import Testing

@testable import DecreeBenchKit

@Suite("Keys and values")
struct KeyAndValueTests {
    @Test("a key is a letter and seven digits")
    func text() {
        #expect(String(decoding: Key(0).bytes, as: UTF8.self) == "k0000000")
        #expect(String(decoding: Key(98_765).bytes, as: UTF8.self) == "k0098765")
        #expect(String(decoding: Key(9_999_999).bytes, as: UTF8.self) == "k9999999")
    }

    @Test("the limit is an end of a range that lies above all keys")
    func limit() {
        #expect(Key(9_999_999).bytes.lexicographicallyPrecedes(Key(Key.limit).bytes))
        #expect(!Key(Key.limit).bytes.contains { $0 > 0x7A })
    }

    @Test("a key is read back from its bytes, and nothing else is")
    func reading() {
        for index in [0, 7, 12_345, 9_999_999] {
            let read = Key(index).bytes.withUnsafeBytes { Key($0) }
            #expect(read == Key(index))
        }
        for text in ["", "k000000", "k00000000", "x0000000", "k00000a0", "k000000 "] {
            let read = Array(text.utf8).withUnsafeBytes { Key($0) }
            #expect(read == nil, "\(text) is no key")
        }
    }

    @Test("a value names its write, and every changed byte is noticed")
    func sealing() {
        let key = Key(4_711)
        var bytes = [UInt8](repeating: 0, count: 256)
        bytes.withUnsafeMutableBytes { SealedValue(key: key, sequence: 99, byteCount: 256).write(to: $0) }
        #expect(sequence(of: bytes, key) == 99)
        #expect(sequence(of: bytes, Key(4_712)) == nil)
        #expect(sequence(of: Array(bytes.dropLast()), key) == nil)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 1
            #expect(sequence(of: damaged, key) == nil, "byte \(position)")
        }
    }

    private func sequence(of bytes: [UInt8], _ key: Key) -> UInt64? {
        bytes.withUnsafeBytes { SealedValue.sequence(of: $0, key: key, byteCount: 256) }
    }
}

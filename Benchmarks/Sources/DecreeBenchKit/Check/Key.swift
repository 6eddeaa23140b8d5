/// One of the keys of the benchmark: eight letters and digits, `k0000042`, so that their order is that of the numbers.
public struct Key: Hashable, Sendable, CustomStringConvertible {
    static let byteCount = 8
    /// Room for a key in a request template.
    static let room = [UInt8](repeating: 0x6B, count: byteCount)
    /// How many keys can be told apart.
    public static let limit = 10_000_000

    /// The number of the key.
    public let index: Int
    /// The eight bytes as they lie in memory.
    let word: UInt64

    /// - Parameter index: from 0 up to, not including, `limit`. The limit itself makes a valid end of a range, too.
    public init(_ index: Int) {
        self.index = index
        var digits: UInt64 = 0
        var rest = index
        for _ in 1..<Self.byteCount {
            digits = digits << 8 | UInt64(0x30 + rest % 10)
            rest /= 10
        }
        // After the last shift the highest digit is in the lowest byte; the letter goes below it. A number of eight
        // digits ends up with a letter behind `k`, above all keys.
        word = UInt64(littleEndian: (digits << 8 | UInt64(UInt8(ascii: "k"))) &+ UInt64(rest))
    }

    /// Reads a key from an answer.
    ///
    /// - Returns: nil if the bytes are no key of the benchmark.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount, bytes[0] == UInt8(ascii: "k") else { return nil }
        var index = 0
        for byte in bytes.dropFirst() {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            index = index * 10 + Int(byte - 0x30)
        }
        self.index = index
        word = bytes.loadUnaligned(as: UInt64.self)
    }

    /// The key's bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: word) { Array($0) } }

    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// Key bytes that lie elsewhere: in a key node, a separator or a request.
typealias ByteSpan = UnsafeRawBufferPointer

/// Comparison of byte strings, eight bytes at a time.
enum Bytes {
    /// Negative, zero or positive as `left` comes before, equals or comes after `right`, from the byte at `start` on;
    /// before it they are known to be equal.
    @inline(__always)
    static func compare(_ left: ByteSpan, _ right: ByteSpan, from start: Int = 0) -> Int {
        let shared = min(left.count, right.count)
        var offset = start
        while offset &+ 8 <= shared {
            let leftWord = UInt64(bigEndian: left.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let rightWord = UInt64(bigEndian: right.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            if leftWord != rightWord { return leftWord < rightWord ? -1 : 1 }
            offset &+= 8
        }
        while offset < shared {
            if left[offset] != right[offset] { return left[offset] < right[offset] ? -1 : 1 }
            offset &+= 1
        }
        return left.count &- right.count
    }

    @inline(__always)
    static func areEqual(_ left: ByteSpan, _ right: ByteSpan) -> Bool {
        left.count == right.count && compare(left, right) == 0
    }

    /// How many bytes the two begin with in common.
    @inline(__always)
    static func commonPrefix(_ left: ByteSpan, _ right: ByteSpan) -> Int {
        let shared = min(left.count, right.count)
        var offset = 0
        while offset &+ 8 <= shared {
            let leftWord = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let rightWord = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if leftWord != rightWord {
                return offset &+ (UInt64(littleEndian: leftWord ^ rightWord).trailingZeroBitCount >> 3)
            }
            offset &+= 8
        }
        while offset < shared && left[offset] == right[offset] { offset &+= 1 }
        return offset
    }

    /// The eight bytes from `start` on as a number that orders as they do, with zeros where the string has ended.
    ///
    /// Strings that differ in these bytes compare as their samples do; equal samples say nothing.
    @inline(__always)
    static func sample(_ bytes: ByteSpan, from start: Int) -> UInt64 {
        let available = bytes.count &- start
        if available >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)) }
        var result: UInt64 = 0
        var offset = start
        while offset < bytes.count {
            result = result << 8 | UInt64(bytes[offset])
            offset &+= 1
        }
        return available <= 0 ? 0 : result << (UInt64(8 &- available) &* 8)
    }
}

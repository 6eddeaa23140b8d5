/// Builds protobuf messages, remembering where parts lie that a request template overwrites later.
struct MessageBuilder {
    private(set) var bytes: [UInt8] = []

    /// A number field; left out if 0, as proto3 does.
    mutating func field(_ number: Int, _ value: UInt64) {
        guard value != 0 else { return }
        varint(UInt64(number << 3))
        varint(value)
    }

    /// A bytes field.
    ///
    /// - Returns: where its contents begin.
    @discardableResult
    mutating func field(_ number: Int, bytes contents: [UInt8]) -> Int {
        varint(UInt64(number << 3 | 2))
        varint(UInt64(contents.count))
        bytes.append(contentsOf: contents)
        return bytes.count - contents.count
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// A header block in several frames (RFC 9113, section 4.3), made shorter without being understood.
///
/// The codec ends the connection over a name or value of more than 64 KiB, and over a block in many frames. Such a string is replaced by one that is still too
/// large for the table of recent fields (4,096 bytes, RFC 7541, section 4.4), so that the table is emptied by it as
/// it would have been: what the following blocks refer to stays the same. The request is refused for its size anyway.
enum HeaderBlock {
    static let endHeaders: UInt8 = 4
    private static let padded: UInt8 = 8
    private static let priority: UInt8 = 32
    private static let frameBytes = 16_384
    /// Longer strings are replaced. Huffman's code makes at most 8/5 of it.
    private static let maxStringBytes = 32_768
    /// A block of which more is left than the codec takes in frames of one block: all strings are replaced that may be.
    private static let crowdedBytes = 122_880
    /// What stands in their place: just longer than the table is large.
    private static let replacementBytes = 4_224

    /// - Returns: the block in as few frames as it needs, the codec takes no more than nine, and whether strings were replaced.
    static func compacted(_ frames: [UInt8]) -> (frames: [UInt8], isShortened: Bool) {
        guard let parts = Parts(frames) else { return (frames, false) }
        let fragment = parts.fragment
        let limit = fragment.count > crowdedBytes ? replacementBytes : maxStringBytes
        guard fragment.count > limit, let shorter = rewrite(fragment, limit), shorter.count < fragment.count else {
            return (parts.framed(fragment), false)
        }
        return (parts.framed(shorter), true)
    }

    /// What the frames of a block are made of.
    private struct Parts {
        var header: ArraySlice<UInt8>
        var priorityFields: ArraySlice<UInt8> = []
        var fragment: [UInt8] = []

        /// nil if the lengths make no sense.
        init?(_ frames: [UInt8]) {
            header = frames.prefix(9)
            var position = 0
            while position + 9 <= frames.count {
                let length = Int(frames[position]) << 16 | Int(frames[position + 1]) << 8 | Int(frames[position + 2])
                guard position + 9 + length <= frames.count else { return nil }
                var payload = frames[(position + 9)..<(position + 9 + length)]
                if position == 0, !takeFields(&payload) { return nil }
                fragment.append(contentsOf: payload)
                position += 9 + length
            }
        }

        /// Takes padding and priority, which only the first frame has.
        private mutating func takeFields(_ payload: inout ArraySlice<UInt8>) -> Bool {
            let flags = header[4]
            if flags & HeaderBlock.padded != 0 {
                guard let padding = payload.popFirst(), payload.count >= Int(padding) else { return false }
                payload.removeLast(Int(padding))
            }
            if flags & HeaderBlock.priority != 0 {
                guard payload.count >= 5 else { return false }
                priorityFields = payload.prefix(5)
                payload.removeFirst(5)
            }
            return true
        }

        /// The frames for another fragment.
        func framed(_ fragment: [UInt8]) -> [UInt8] {
            var bytes: [UInt8] = []
            var rest = fragment[...]
            var type: UInt8 = 1
            repeat {
                let fields = type == 1 ? priorityFields : []
                let part = rest.prefix(HeaderBlock.frameBytes - fields.count)
                rest.removeFirst(part.count)
                let length = part.count + fields.count
                var flags = type == 1 ? header[4] & ~HeaderBlock.padded : 0
                if rest.isEmpty { flags |= HeaderBlock.endHeaders }
                bytes += [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
                bytes += header[5..<9]
                bytes += fields
                bytes += part
                type = 9
            } while !rest.isEmpty
            return bytes
        }
    }

    // MARK: Fields (RFC 7541, section 6)

    private static func rewrite(_ fragment: [UInt8], _ maxStringBytes: Int) -> [UInt8]? {
        var output: [UInt8] = []
        var rest = fragment[...]
        while let first = rest.first {
            let begin = rest
            if first & 0x80 != 0 {
                guard integer(&rest, prefixBits: 7) != nil else { return nil }
                output += begin[..<rest.startIndex]
            } else if first & 0xE0 == 0x20 {
                guard integer(&rest, prefixBits: 5) != nil else { return nil }
                output += begin[..<rest.startIndex]
            } else {
                guard let name = integer(&rest, prefixBits: first & 0x40 != 0 ? 6 : 4) else { return nil }
                output += begin[..<rest.startIndex]
                for _ in 0..<(name == 0 ? 2 : 1) {
                    guard copyString(&rest, maxStringBytes, to: &output) else { return nil }
                }
            }
        }
        return output
    }

    private static func copyString(
        _ rest: inout ArraySlice<UInt8>, _ maxStringBytes: Int, to output: inout [UInt8]
    ) -> Bool {
        let begin = rest
        guard let length = integer(&rest, prefixBits: 7), length <= rest.count else { return false }
        rest.removeFirst(length)
        if length <= maxStringBytes {
            output += begin[..<rest.startIndex]
        } else {
            // 127 and the rest of 4,224 in groups of seven bits; not Huffman-coded.
            output += [0x7F, 0x81, 0x20]
            output += [UInt8](repeating: UInt8(ascii: "x"), count: replacementBytes)
        }
        return true
    }

    /// - Returns: nil for what is cut off or absurdly large.
    private static func integer(_ rest: inout ArraySlice<UInt8>, prefixBits: Int) -> Int? {
        guard let first = rest.popFirst() else { return nil }
        let mask = (1 << prefixBits) - 1
        var value = Int(first) & mask
        guard value == mask else { return value }
        var shift = 0
        while let byte = rest.popFirst() {
            guard shift <= 28 else { return nil }
            value += Int(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}

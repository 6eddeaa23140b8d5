/// Follows the frames of a connection's input before the codec sees them, for what the codec cannot do: it skips unknown
/// frames without a word, takes header blocks of any length, and ends the connection over a field of more than 64 KiB.
///
/// Nearly all input passes as it is. A header block that is spread over several frames is gathered, bounded, and goes on
/// with its overlong values replaced (`HeaderBlock`), so that only its own request fails.
struct FrameWalker {
    /// What `walk` came upon.
    enum Finding {
        /// Feed the codec up to this position.
        case feed(Int)
        /// The same; what was fed ends with the header of a frame of a type that HTTP/2 does not define.
        case feedUnknown(Int)
        /// Feed these bytes, which were kept back, instead of the input up to this position.
        case kept([UInt8], then: Int, isUnknown: Bool)
        /// The same; they are a header block that was shortened.
        case shortened([UInt8], then: Int)
        /// A header block grew beyond every bound.
        case endlessHeaders
    }

    private enum State {
        case preface(left: Int)
        case header
        case payload(left: Int)
        /// Within a frame of a gathered header block.
        case gathering(left: Int, ends: Bool)
    }

    /// The largest header block, as it was sent, in bytes.
    static let maxBlockBytes = 1 << 20
    private static let headerBytes = 9

    private var state = State.preface(left: ProtocolSniffer.preface.utf8CodeUnitCount)
    /// The part of a frame's header that came so far, if it came in pieces.
    private var partial: [UInt8] = []
    private var gathered: [UInt8] = []
    private var gatheredStream: UInt32 = 0

    /// Bytes that are kept back.
    var heldBytes: Int { gathered.count }

    /// Looks at the input from `position` on, for no more than about `budget` bytes of whole frames.
    ///
    /// - Returns: what to do; nothing of what lies before a finding's position is looked at again.
    mutating func walk(_ input: UnsafeRawBufferPointer, from start: Int, budget: Int) -> Finding {
        var position = start
        while position < input.count {
            switch state {
            case .preface(let left):
                let taken = min(left, input.count - position)
                position += taken
                state = taken == left ? .header : .preface(left: left - taken)
            case .payload(let left):
                let taken = min(left, input.count - position)
                position += taken
                state = taken == left ? .header : .payload(left: left - taken)
            case .header:
                if partial.isEmpty, gathered.isEmpty, position - start >= budget { return .feed(position) }
                if let finding = header(input, &position, start) { return finding }
            case .gathering(let left, let ends):
                let taken = min(left, input.count - position)
                gathered.append(contentsOf: input[position..<(position + taken)])
                position += taken
                guard gathered.count <= Self.maxBlockBytes else { return .endlessHeaders }
                state = .gathering(left: left - taken, ends: ends)
                if taken == left { if let finding = frameOfBlockEnded(ends, position) { return finding } }
                if position == input.count { return .kept([], then: position, isUnknown: false) }
            }
        }
        return .feed(position)
    }

    /// Takes the header of a frame, or a part of it.
    private mutating func header(
        _ input: UnsafeRawBufferPointer, _ position: inout Int, _ start: Int
    ) -> Finding? {
        // The usual case: the header lies in the input as a whole, and so the codec may have it with what comes before.
        if partial.isEmpty, gathered.isEmpty, input.count - position >= Self.headerBytes {
            let bytes = UnsafeRawBufferPointer(rebasing: input[position..<(position + Self.headerBytes)])
            if startsBlock(bytes) {
                // What comes before is fed first; this header is looked at again then.
                if position > start { return .feed(position) }
                position += Self.headerBytes
                gather(bytes)
                return position == input.count ? .kept([], then: position, isUnknown: false) : nil
            }
            position += Self.headerBytes
            state = .payload(left: Self.length(bytes))
            return bytes[3] > 9 ? .feedUnknown(position) : nil
        }
        if position > start, partial.isEmpty, gathered.isEmpty { return .feed(position) }
        let taken = min(Self.headerBytes - partial.count, input.count - position)
        partial.append(contentsOf: input[position..<(position + taken)])
        position += taken
        guard partial.count == Self.headerBytes else { return .kept([], then: position, isUnknown: false) }
        return wholeHeader(position)
    }

    /// A header that came in pieces, or that belongs to a gathered block, is complete.
    private mutating func wholeHeader(_ position: Int) -> Finding {
        let bytes = partial
        partial = []
        return bytes.withUnsafeBytes { header in
            let belongs = !gathered.isEmpty && header[3] == 9 && Self.stream(header) == gatheredStream
            if belongs || (gathered.isEmpty && startsBlock(header)) {
                gather(header)
                if case .gathering(left: 0, let ends) = state, let finding = frameOfBlockEnded(ends, position) {
                    return finding
                }
                return .kept([], then: position, isUnknown: false)
            }
            // A frame of another kind within a block is the client's error: the codec is to see it as it came.
            let bytes = gathered + bytes
            gathered = []
            state = .payload(left: Self.length(header))
            return .kept(bytes, then: position, isUnknown: header[3] > 9)
        }
    }

    /// Whether a frame is the first of a header block that others go on with.
    private func startsBlock(_ header: UnsafeRawBufferPointer) -> Bool {
        header[3] == 1 && header[4] & HeaderBlock.endHeaders == 0
    }

    private mutating func gather(_ header: UnsafeRawBufferPointer) {
        gatheredStream = Self.stream(header)
        gathered.append(contentsOf: header)
        state = .gathering(left: Self.length(header), ends: header[4] & HeaderBlock.endHeaders != 0)
    }

    private mutating func frameOfBlockEnded(_ ends: Bool, _ position: Int) -> Finding? {
        state = .header
        guard ends else { return nil }
        let frames = gathered
        gathered = []
        let block = HeaderBlock.compacted(frames)
        if block.isShortened { return .shortened(block.frames, then: position) }
        return .kept(block.frames, then: position, isUnknown: false)
    }

    private static func length(_ header: UnsafeRawBufferPointer) -> Int {
        Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
    }

    private static func stream(_ header: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(bigEndian: header.loadUnaligned(fromByteOffset: 5, as: UInt32.self)) & 0x7FFF_FFFF
    }
}

/// What a connection gathers for one write, in memory of its loop: whole frames, until a mark is passed.
struct WriteBatch {
    /// No frame is begun behind it, in bytes.
    static let mark = 65_536
    /// The largest frame that HTTP/2 allows without other settings, with its header.
    static let maxFrameSize = 16_384 + 9
    /// Room that is needed: the codec hands out at most a frame at a time, and there is room for two behind the mark.
    static let room = mark + 2 * maxFrameSize

    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Bytes that were gathered.
    private(set) var count = 0

    /// Begins anew in `memory`, which must be there until the batch is written.
    @inline(__always)
    mutating func begin(in memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
        count = 0
    }

    @inline(__always)
    var isFull: Bool { count >= Self.mark }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        take(bytes.count).baseAddress!.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    }

    /// - Returns: the next `length` bytes, for the caller to fill.
    @inline(__always)
    mutating func take(_ length: Int) -> UnsafeMutableRawBufferPointer {
        guard count + length <= memory.count else { invariantFailure("a frame of \(length) bytes does not fit") }
        defer { count += length }
        return UnsafeMutableRawBufferPointer(rebasing: memory[count..<(count + length)])
    }
}

import NIOCore

/// What an HTTP/1 connection has to send and its socket has not taken yet.
struct HTTP1Output {
    /// The most that is handed to the socket at once, so that how far it came shows.
    private static let pieceBytes = 65_536

    private var pieces = CircularBuffer<ByteBuffer>()
    /// All bytes that wait.
    private(set) var count = 0

    mutating func append(_ text: String) { append(ByteBuffer(string: text)) }

    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        pieces.append(bytes)
        count += bytes.readableBytes
    }

    /// Takes what is to be written next; nil when nothing waits.
    mutating func next() -> ByteBuffer? {
        guard var first = pieces.popFirst() else { return nil }
        if first.readableBytes > Self.pieceBytes, let piece = first.readSlice(length: Self.pieceBytes) {
            pieces.prepend(first)
            first = piece
        }
        count -= first.readableBytes
        return first
    }

    mutating func clear() {
        pieces.removeAll()
        count = 0
    }
}

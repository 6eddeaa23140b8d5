import DecreeWire
import NIOCore
import PaxosLog

/// Makes frames of a turn's messages, and makes equal ones only once: a leader sends the same to all its peers.
struct FrameBuffer {
    /// A frame carries one message, or as many as stay below this many bytes.
    private static let comfortableByteCount = 4 << 20

    private var envelopes: [Envelope] = []
    private var encoded: ByteBuffer?

    /// The bytes to send for these messages.
    mutating func encode(_ messages: [Envelope], allocator: ByteBufferAllocator) -> ByteBuffer {
        // Equal arrays of a turn share their storage down to the entries, so this rarely looks at any.
        if let encoded, envelopes == messages { return encoded }
        var buffer = allocator.buffer(capacity: FrameCodec.byteCount(messages))
        Self.write(messages[...], into: &buffer)
        envelopes = messages
        encoded = buffer
        return buffer
    }

    private static func write(_ messages: ArraySlice<Envelope>, into buffer: inout ByteBuffer) {
        let frame = Array(messages)
        let byteCount = FrameCodec.byteCount(frame)
        if byteCount > comfortableByteCount && messages.count > 1 {
            let middle = messages.startIndex + messages.count / 2
            write(messages[..<middle], into: &buffer)
            write(messages[middle...], into: &buffer)
            return
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount) { FrameCodec.encode(frame, into: $0) }
    }

    /// Lets go of what the turn sent.
    mutating func forget() {
        envelopes = []
        encoded = nil
    }
}

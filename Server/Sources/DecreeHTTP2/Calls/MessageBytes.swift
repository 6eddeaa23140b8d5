import NIOCore

/// A large message that is made piece by piece while it leaves: made at once it would keep all other clients of the loop
/// waiting, and lie in memory twice.
public protocol MessageSource: AnyObject {
    /// The next piece, never empty; called until the pieces have the size that was announced, on the call's loop.
    func nextPiece() -> ByteBuffer
}

/// Bytes of one stream that wait to be sent: an owned block of memory, followed by large messages kept as they came, and at
/// the very end one that is still to be made.
///
/// A plain value that lives in a call's place; whoever frees the place calls `reset`.
struct OutgoingBytes {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private var tail = 0
    private var attached: CircularBuffer<ByteBuffer>?
    private var source: (any MessageSource)?
    /// All bytes that wait.
    private(set) var count = 0

    /// Messages from this size on are not copied if they come as a buffer.
    static let attachmentThreshold = 16_384
    /// A block larger than this is given back when its call ends.
    private static let keptCapacity = 2_048

    /// Appends `count` bytes which the caller writes.
    mutating func append(_ count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        guard count > 0 else { return }
        if attached != nil {
            var buffer = ByteBuffer()
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
                write(UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
                return count
            }
            attach(buffer)
            return
        }
        reserve(count)
        write(UnsafeMutableRawBufferPointer(start: base! + tail, count: count))
        tail += count
        self.count += count
    }

    /// Appends a buffer without a copy.
    mutating func attach(_ buffer: ByteBuffer) {
        if attached == nil { attached = CircularBuffer(initialCapacity: 2) }
        attached?.append(buffer)
        count += buffer.readableBytes
    }

    /// Appends `count` bytes that are made when their turn comes. Nothing may follow them.
    mutating func append(_ count: Int, from source: any MessageSource) {
        self.source = source
        self.count += count
    }

    /// Moves the next bytes to `target`, as many as it has room for.
    @inline(__always)
    mutating func move(_ length: Int, into target: UnsafeMutableRawBufferPointer) {
        guard length > 0 else { return }
        count -= length
        let owned = min(length, tail - head)
        if owned > 0 {
            target.baseAddress!.copyMemory(from: base! + head, byteCount: owned)
            head += owned
            if head == tail {
                head = 0
                tail = 0
            }
        }
        if owned < length { moveAttached(UnsafeMutableRawBufferPointer(rebasing: target[owned..<length])) }
    }

    private mutating func moveAttached(_ target: UnsafeMutableRawBufferPointer) {
        var filled = 0
        while filled < target.count {
            guard var first = attached?.popFirst() ?? source?.nextPiece(), first.readableBytes > 0 else {
                invariantFailure("more bytes were taken than wait")
            }
            let taken = min(target.count - filled, first.readableBytes)
            first.withUnsafeReadableBytes {
                UnsafeMutableRawBufferPointer(rebasing: target[filled..<(filled + taken)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<taken]))
            }
            filled += taken
            first.moveReaderIndex(forwardBy: taken)
            if first.readableBytes > 0 {
                if attached == nil { attached = CircularBuffer(initialCapacity: 2) }
                attached?.prepend(first)
            } else if attached?.isEmpty == true {
                attached = nil
            }
        }
        if count == 0 { source = nil }
    }

    private mutating func reserve(_ length: Int) {
        guard capacity - tail < length else { return }
        let waiting = tail - head
        if head > 0, capacity - waiting >= length, head >= waiting {
            base!.copyMemory(from: base! + head, byteCount: waiting)
        } else {
            let newCapacity = max(256, waiting + length, waiting > 0 ? capacity * 2 : 0)
            let block = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
            if let base {
                block.copyMemory(from: base + head, byteCount: waiting)
                base.deallocate()
            }
            base = block
            capacity = newCapacity
        }
        head = 0
        tail = waiting
    }

    /// Forgets what waits; keeps a small block for the next call of the same place unless `freeing`.
    mutating func reset(freeing: Bool = false) {
        head = 0
        tail = 0
        count = 0
        if attached != nil { attached = nil }
        if source != nil { source = nil }
        if let base, freeing || capacity > Self.keptCapacity {
            base.deallocate()
            self.base = nil
            capacity = 0
        }
    }
}

/// Bytes of one stream that came in and are not yet a whole message (or HTTP body).
///
/// A plain value that lives in a call's place; whoever frees the place calls `reset`.
struct IncomingBytes {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    private static let keptCapacity = 2_048

    /// What came in so far.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Grows by doubling rather than to the announced size, so that an announcement alone costs nothing.
    mutating func append(_ chunk: UnsafeRawBufferPointer) {
        guard chunk.count > 0 else { return }
        if capacity - count < chunk.count {
            let newCapacity = max(512, capacity * 2, count + chunk.count)
            let block = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
            if let base {
                block.copyMemory(from: base, byteCount: count)
                base.deallocate()
            }
            base = block
            capacity = newCapacity
        }
        (base! + count).copyMemory(from: chunk.baseAddress!, byteCount: chunk.count)
        count += chunk.count
    }

    /// Forgets what came in; keeps a small block unless `freeing`.
    mutating func reset(freeing: Bool = false) {
        count = 0
        if let base, freeing || capacity > Self.keptCapacity {
            base.deallocate()
            self.base = nil
            capacity = 0
        }
    }
}

/// Ends the process: something that holds by construction does not.
func invariantFailure(_ message: String) -> Never {
    fatalError("DecreeHTTP2 invariant violated: \(message)")
}

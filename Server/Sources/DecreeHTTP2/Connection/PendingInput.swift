import NIOCore

/// Input that waits until its client has read what piles up, or until other connections had their turn.
struct PendingInput {
    private var waiting: ByteBuffer?
    private var isThrottled = false
    /// Others have their turn first.
    var rests = false

    /// Keeps what came behind what waits already.
    ///
    /// - Returns: false if nothing waits, so that it may be taken at once.
    @inline(__always)
    mutating func add(_ buffer: ByteBuffer) -> Bool {
        guard waiting != nil else { return false }
        waiting?.writeImmutableBuffer(buffer)
        return true
    }

    /// Keeps what was not used of `buffer`.
    mutating func keep(_ buffer: ByteBuffer, from used: Int) {
        var rest = buffer
        rest.moveReaderIndex(forwardBy: used)
        waiting = rest
    }

    /// What is to be taken up now.
    ///
    /// - Parameter isCrowded: whether too much waits for the client.
    @inline(__always)
    mutating func next(isCrowded: @autoclosure () -> Bool) -> ByteBuffer? {
        guard let waiting, !rests, !isCrowded() else { return nil }
        self.waiting = nil
        return waiting
    }

    /// A client that sends but does not read makes answers and acknowledgements pile up in the codec: nothing more is read from
    /// it until they have left. This cannot block a client that reads, since what waits here, unlike data, needs no permission
    /// of the client's.
    ///
    /// - Returns: whether the socket is to be read, if that changes.
    @inline(__always)
    mutating func reading(isCrowded: @autoclosure () -> Bool) -> Bool? {
        guard (waiting != nil || isCrowded()) != isThrottled else { return nil }
        isThrottled.toggle()
        return !isThrottled
    }
}

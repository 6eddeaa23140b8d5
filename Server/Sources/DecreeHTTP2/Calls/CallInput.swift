/// The client's side of a call.
struct CallInput {
    /// What came of a message, or of a body, that is not complete.
    var partial = IncomingBytes()
    /// The client has closed its side.
    var isClosed = false
    /// What the client still sends is thrown away.
    var isDiscarded = false
    /// The application takes nothing more from the client for now.
    var isPaused = false
    /// A message, or a request, has begun and is not complete.
    private(set) var isReceiving = false
    /// The second in which it began.
    private var receivingSince = 0
    /// Bytes that came while the client was to wait, and whose share of its window was not given back.
    var withheld = 0
    /// The body's length as the client announced it, or negative, and how much of it arrived.
    var announced = -1
    private var arrived = 0

    /// - Returns: whether this is what began, so that it is counted once.
    @inline(__always)
    mutating func begins(at second: Int) -> Bool {
        guard !isReceiving else { return false }
        isReceiving = true
        receivingSince = second
        return true
    }

    /// - Returns: whether something had begun.
    @inline(__always)
    mutating func ends() -> Bool {
        guard isReceiving else { return false }
        isReceiving = false
        return true
    }

    /// Whether the client does not go on with what it has begun to send, though it may.
    func isStalled(at second: Int, limit: Int) -> Bool {
        isReceiving && !isPaused && second - receivingSince > limit
    }

    /// - Returns: whether that is no more than was announced.
    @inline(__always)
    mutating func takes(_ bytes: Int) -> Bool {
        guard announced >= 0 else { return true }
        arrived += bytes
        return arrived <= announced
    }

    /// Whether as much came as was announced.
    @inline(__always)
    var isWhole: Bool { announced < 0 || arrived == announced }

    /// Makes the place ready for the next call.
    @inline(__always)
    mutating func reset() {
        partial.reset()
        isClosed = false
        isDiscarded = false
        isPaused = false
        isReceiving = false
        withheld = 0
        announced = -1
        arrived = 0
    }
}

import DecreeRPC

/// The server's side of a call.
struct CallOutput {
    /// What the codec was handed of the answer.
    enum Stage {
        case nothing
        /// The headers; it takes what waits by itself.
        case begun
        /// The same, but it has to be told that there is more to send.
        case deferred
        /// The trailers, or all that there is: nothing follows.
        case ended
    }

    /// What waits to be sent.
    var waiting = OutgoingBytes()
    var stage = Stage.nothing
    /// The application has said everything: nothing will be appended any more.
    var isFinished = false
    /// More waited than the high-water mark; `drained` is owed.
    var owesDrain = false
    /// What will stand in `grpc-status` and `grpc-message`.
    var code = StatusCode.ok
    var statusMessage: String?

    /// Whether nothing but the end is left to send.
    @inline(__always)
    var isAtEnd: Bool { isFinished && waiting.count == 0 }

    /// Some of what waited has left.
    ///
    /// - Returns: whether the application is to be told that there is room again.
    @inline(__always)
    mutating func hasDrained(below mark: Int) -> Bool {
        guard owesDrain, waiting.count <= mark else { return false }
        owesDrain = false
        return true
    }

    /// Makes the place ready for the next call.
    @inline(__always)
    mutating func reset() {
        waiting.reset()
        stage = .nothing
        isFinished = false
        owesDrain = false
        code = .ok
        if statusMessage != nil { statusMessage = nil }
    }
}

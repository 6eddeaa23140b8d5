/// When what happened last on a connection, in seconds of its loop, and what takes too long by now.
struct ConnectionClock {
    /// What the connection does as a second has passed.
    enum Verdict {
        case goOn
        /// It has been silent for long: the client is to show that it is there.
        case ping
        /// The client is gone, or takes nothing.
        case giveUp
    }

    /// How long the client has to take what was written before the connection closed.
    private static let closingSeconds = 2

    private var lastInput: Int
    private var lastWrite: Int
    /// The last second in which no answer waited.
    private var lastWithoutAnswers: Int
    private var closingSince: Int?
    private(set) var pingedAt: Int?

    init(at second: Int) {
        lastInput = second
        lastWrite = second
        lastWithoutAnswers = second
    }

    @inline(__always)
    mutating func inputCame(at second: Int) {
        lastInput = second
        pingedAt = nil
    }

    @inline(__always)
    mutating func wrote(at second: Int) { lastWrite = second }

    mutating func closes(at second: Int) { closingSince = second }

    /// - Parameter answersWait: whether anything waits for the client.
    mutating func secondPassed(
        _ second: Int, answersWait: Bool, _ timeouts: ServerTimeouts, isTight: Bool
    ) -> Verdict {
        if !answersWait {
            lastWithoutAnswers = second
        } else if second - max(lastWrite, lastWithoutAnswers) > timeouts.stalledSeconds(isTight: isTight) {
            // What waits for the server alone, as a stream that is written to slowly, is not the client's fault.
            return .giveUp
        }
        if let closingSince { return second - closingSince >= Self.closingSeconds ? .giveUp : .goOn }
        if let pingedAt { return second - pingedAt >= timeouts.keepaliveTimeoutSeconds ? .giveUp : .goOn }
        guard second - lastInput >= timeouts.keepaliveIntervalSeconds else { return .goOn }
        pingedAt = second
        return .ping
    }
}

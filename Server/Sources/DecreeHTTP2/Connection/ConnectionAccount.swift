/// What is held for one connection, in bytes; the loop's budget counts the same for all.
struct ConnectionAccount {
    /// Answers that wait for the client.
    var waiting = 0
    /// Requests and open calls, incomplete requests included.
    var held = 0
    /// Incomplete requests.
    var incomplete = 0

    /// Whether so much waits to be read that no more is begun. Who lets little wait is served on when others have used the
    /// budget up.
    ///
    /// - Parameter cost: what the call would hold.
    @inline(__always)
    func isOverfull(for cost: Int, _ limits: borrowing ServerLimits, _ budget: borrowing MemoryBudget) -> Bool {
        let own = waiting + held
        guard own <= limits.maxBufferedResponseBytes else { return true }
        if budget.hasRoom(for: cost) { return false }
        return own + cost > limits.assuredResponseBytes || !budget.hasReserve
    }

    /// Whether bytes of a request that is not complete may be kept.
    func mayKeep(_ bytes: Int, _ limits: borrowing ServerLimits, _ budget: borrowing MemoryBudget) -> Bool {
        incomplete + bytes <= limits.maxBufferedRequestBytes && budget.hasRoom(for: bytes)
    }
}

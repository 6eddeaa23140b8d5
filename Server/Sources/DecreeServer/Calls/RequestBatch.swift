import DecreeNode
import DecreeStore

/// What a turn of a port gathers for the node, and what its clients gave up meanwhile.
struct RequestBatch {
    private var requests: [NodeRequest<Store>] = []
    /// Tokens of calls that nobody waits for any more, and whether the node is to be told if it has the request already.
    private var givenUp: [UInt64: Bool] = [:]

    var isEmpty: Bool { requests.isEmpty && givenUp.isEmpty }

    mutating func append(_ request: NodeRequest<Store>) { requests.append(request) }

    /// A call is gone. If its request is still here, the node never hears of it.
    /// - Parameter isLongRead: Whether the node should stop what it does for the call: a command goes its way whoever
    ///   waits, and most answers are quick, so that telling costs more than it spares.
    mutating func giveUp(_ token: UInt64, isLongRead: Bool) {
        guard isLongRead || !requests.isEmpty else { return }
        givenUp[token] = isLongRead
    }

    /// Takes everything out.
    /// - Returns: What to hand to the node, and the tokens of long reads that it has and should stop.
    mutating func take() -> (requests: [NodeRequest<Store>], stopped: [UInt64]) {
        if !givenUp.isEmpty { requests.removeAll { givenUp.removeValue(forKey: $0.token) != nil } }
        let taken = (requests, givenUp.filter(\.value).keys.sorted())
        requests = []
        requests.reserveCapacity(taken.0.count)
        givenUp = [:]
        return taken
    }
}

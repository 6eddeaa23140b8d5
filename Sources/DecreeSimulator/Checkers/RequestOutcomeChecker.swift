import PaxosBase

/// Every request gets exactly one outcome, and on a node that lives and does not stand still, in its time.
struct RequestOutcomeChecker {
    private enum State: UInt8 {
        case unasked, open, told
        /// Nobody waits for it any more.
        case givenUp
    }

    private struct Due {
        let entry: Int
        let node: Int
        let life: UInt32
        let time: UInt64
    }

    /// By the place in the history.
    private var states: [State] = []
    /// By their time, roughly.
    private var waiting = RingBuffer<Due>()
    /// How long a request may take.
    private let limit: TimeSpan

    init(limit: TimeSpan) { self.limit = limit }

    mutating func asked(_ entry: Int, of node: SimulatedNode, at now: UInt64) {
        while states.count <= entry { states.append(.unasked) }
        states[entry] = .open
        waiting.append(Due(entry: entry, node: node.index, life: node.life, time: now + limit.nanoseconds))
    }

    mutating func told(_ entry: Int, _ findings: Findings) {
        switch states[entry] {
        case .open: states[entry] = .told
        case .givenUp: break
        case .unasked: findings.report(.outcome, "operation \(entry) is told of and was never asked for")
        case .told: findings.report(.outcome, "operation \(entry) is told of twice")
        }
    }

    mutating func gaveUp(_ entry: Int) { if states[entry] == .open { states[entry] = .givenUp } }

    /// Looks for requests whose time is up.
    mutating func look(_ nodes: [SimulatedNode], at now: UInt64, _ findings: Findings) {
        while let first = waiting.first, first.time <= now {
            _ = waiting.popFirst()
            let node = nodes[first.node]
            guard states[first.entry] == .open, node.life == first.life else { continue }
            // A process that stood still has its time again.
            let resumed = node.isPaused ? now : node.resumed
            guard resumed + limit.nanoseconds > now else {
                return findings.report(
                    .outcome, "operation \(first.entry) has had no outcome at \(node.id) for \(limit)")
            }
            waiting.append(
                Due(entry: first.entry, node: first.node, life: first.life, time: resumed + limit.nanoseconds))
        }
    }

    /// The node has ended in good order: everybody was told.
    func nodeEnded(_ node: SimulatedNode, _ findings: Findings) {
        for index in 0..<waiting.count {
            let due = waiting[index]
            guard states[due.entry] == .open, due.node == node.index, due.life == node.life else { continue }
            findings.report(.outcome, "\(node.id) ended, and operation \(due.entry) has had no outcome")
        }
    }
}

import PaxosBase

/// What a proposal is to give.
public enum Property: String, Hashable, Sendable {
    /// No two nodes decide different values.
    case agreement
    /// What is decided was wanted by a client.
    case validity
    /// Where a majority of the nodes lives and all messages among them have arrived, none of them waits in vain.
    case progress
}

/// What may happen to the nodes of a step, and what is asked of them.
struct StepPlan: Hashable {
    let property: Property
    var nodes = 3
    /// Whose clients want a value, each another one.
    var proposers: [Int]
    /// How many nodes die, at any moment and for good.
    var deaths = 0

    /// What the client of a node wants.
    func wish(of proposer: Int) -> Wish {
        guard let place = proposers.firstIndex(of: proposer) else {
            invariantFailure("a node with a client wants something: \(proposer)")
        }
        return [.a, .b, .c][place]
    }

    /// How many nodes are more than half.
    var majority: Int { nodes / 2 + 1 }
}

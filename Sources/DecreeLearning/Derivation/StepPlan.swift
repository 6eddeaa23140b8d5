import PaxosBase

/// What a proposal is to give.
public enum Property: String, Hashable, Sendable {
    /// No two nodes decide different values.
    case agreement
    /// What is decided was wanted by a client.
    case validity
    /// Where a majority of the nodes lives and all messages among them have arrived, none of them waits in vain.
    case progress
    /// All nodes deliver what clients wanted in the same order, each once, as far as each of them is.
    case order
}

/// What may happen to the nodes of a step, and what is asked of them.
struct StepPlan: Hashable {
    let property: Property
    var nodes = 3
    /// Whose clients want a value, each another one.
    var proposers: [Int]
    /// How many nodes die, at any moment and for good.
    var deaths = 0
    /// How often nodes crash and start again with what they have written.
    var restarts = 0
    /// Who may die or crash; nil where anybody may.
    var mortal: Int?
    /// Whose client wants something only when somebody has died.
    var successor: Int?
    /// Who dies leaves nothing under way: it failed before it could say it.
    var losesLastWords = false
    /// How many values the last of the clients wants, one after the other.
    var wishesOfLast = 1

    /// What the client of a node wants.
    func wish(of proposer: Int) -> Wish {
        guard let place = proposers.firstIndex(of: proposer) else {
            invariantFailure("a node with a client wants something: \(proposer)")
        }
        return [.a, .b, .c][place]
    }

    /// All that the client of a node wants, in order.
    func wishes(of proposer: Int) -> [Wish] {
        let first = wish(of: proposer)
        guard proposer == proposers.last, wishesOfLast > 1 else { return [first] }
        return Array(Wish.allCases.drop { $0 != first }.prefix(wishesOfLast))
    }

    func wishText(of proposer: Int) -> String {
        wishes(of: proposer).map(\.description).joined(separator: ", then ")
    }

    /// How many nodes are more than half.
    var majority: Int { nodes / 2 + 1 }
}

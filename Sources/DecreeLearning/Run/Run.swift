/// One thing that happened, and what came of it.
public struct Moment: Hashable, Sendable {
    /// What can happen to the nodes of a step. Nodes are numbered from 0.
    public enum Happening: Hashable, Sendable {
        /// The client of a node wants a value.
        case wants(node: Int)
        /// A message arrives that was sent at an earlier moment; moments are numbered from 1.
        case arrives(from: Int, to: Int, sentAt: Int)
        /// A node dies for good.
        case dies(node: Int)
        /// A node dies and starts again.
        case restarts(node: Int)
    }

    /// What happened, and to whom.
    public let happening: Happening
    /// What the message says, or what happened.
    public let text: String
    /// What nodes hold or decide from now on.
    public let consequences: [String]
}

/// What happened in the world of a step, in order.
public struct Run: Hashable, Sendable {
    /// How many nodes there are, numbered from 0.
    public let nodes: Int
    /// What happened, the first first.
    public let moments: [Moment]
}

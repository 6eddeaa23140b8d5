/// One thing that happened, and what came of it.
public struct Moment: Hashable, Sendable {
    public enum Happening: Hashable, Sendable {
        /// The client of a node wants a value.
        case wants(node: Int)
        /// A message arrives that was sent at an earlier moment; moments are numbered from 1.
        case arrives(from: Int, to: Int, sentAt: Int)
        /// A node dies for good.
        case dies(node: Int)
    }

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
    public let moments: [Moment]
}

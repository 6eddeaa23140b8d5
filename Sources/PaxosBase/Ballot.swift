/// A ballot: who proposes, and in which order proposers take precedence.
///
/// Ordered by configuration, then round, then node, so that a ballot of a later configuration beats every ballot of an
/// earlier one and no two nodes ever share one. A ballot belongs to one incarnation of its node: after a restart the
/// next round exceeds everything that was promised or accepted before.
/// - Source: Lamport, "Paxos Made Simple", section 2.2 (proposal numbers).
@frozen
public struct Ballot: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let configuration: ConfigurationNumber
    public let round: UInt64
    public let node: NodeID

    @inlinable
    public init(configuration: ConfigurationNumber, round: UInt64, node: NodeID) {
        self.configuration = configuration
        self.round = round
        self.node = node
    }

    /// Lower than every ballot that a node can stand with: nothing was promised or accepted yet.
    @inlinable
    public static var zero: Ballot { Ballot(configuration: ConfigurationNumber(0), round: 0, node: NodeID(0)) }

    @inlinable
    public static func < (left: Ballot, right: Ballot) -> Bool {
        if left.configuration != right.configuration { return left.configuration < right.configuration }
        if left.round != right.round { return left.round < right.round }
        return left.node < right.node
    }

    public var description: String { "b\(configuration.rawValue).\(round).\(node)" }
}

/// A set of members by their position in the configuration's sorted list: at most 64.
@frozen
public struct MemberSet: Hashable, Sendable {
    public var bits: UInt64

    @inlinable
    public init(bits: UInt64 = 0) { self.bits = bits }

    @inlinable
    public mutating func insert(_ index: Int) { bits |= 1 << UInt64(index) }

    @inlinable
    public mutating func remove(_ index: Int) { bits &= ~(1 << UInt64(index)) }

    @inlinable
    public func contains(_ index: Int) -> Bool { bits & (1 << UInt64(index)) != 0 }

    @inlinable
    public var count: Int { bits.nonzeroBitCount }

    @inlinable
    public var isEmpty: Bool { bits == 0 }
}

/// Who may vote, and how many votes decide: the members of one configuration with the sizes of its quorums.
///
/// Phase 1 needs a prepare quorum, phase 2 an accept quorum, and any two of different kind must meet.
/// - Source: Howard, Malkhi, Spiegelman, "Flexible Paxos", 2016, section 3.
public struct Configuration: Hashable, Sendable {
    public let number: ConfigurationNumber
    /// Ascending and without repetition.
    public let members: [NodeID]
    public let prepareQuorum: Int
    public let acceptQuorum: Int

    /// A configuration that decides by majorities.
    /// - Parameters:
    ///   - number: Its number along the log; the first is 1.
    ///   - members: 1 to 64 nodes in any order.
    public init(number: ConfigurationNumber, members: [NodeID]) {
        let majority = members.count / 2 + 1
        self.init(number: number, members: members, prepareQuorum: majority, acceptQuorum: majority)
    }

    public init(number: ConfigurationNumber, members: [NodeID], prepareQuorum: Int, acceptQuorum: Int) {
        invariant((1...64).contains(members.count), "a configuration has 1 to 64 members: \(members.count)")
        let sorted = members.sorted()
        invariant(zip(sorted, sorted.dropFirst()).allSatisfy { $0 < $1 }, "members are distinct: \(sorted)")
        invariant(
            Self.meet(prepareQuorum, acceptQuorum, of: members.count),
            "quorums of both kinds meet: \(prepareQuorum) and \(acceptQuorum) of \(members.count)")
        self.number = number
        self.members = sorted
        self.prepareQuorum = prepareQuorum
        self.acceptQuorum = acceptQuorum
    }

    /// Whether every prepare quorum shares a member with every accept quorum of `memberCount` members.
    public static func meet(_ prepareQuorum: Int, _ acceptQuorum: Int, of memberCount: Int) -> Bool {
        (1...memberCount).contains(prepareQuorum) && (1...memberCount).contains(acceptQuorum)
            && prepareQuorum + acceptQuorum > memberCount
    }

    /// The position of `node` in ``members``, or nil for a stranger.
    public func index(of node: NodeID) -> Int? {
        members.firstIndex(of: node)
    }

    public func contains(_ node: NodeID) -> Bool { members.contains(node) }
}

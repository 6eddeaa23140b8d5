import DecreeWire
import PaxosBase

/// One member of a cluster, as an operator names it.
public struct Member: Hashable, Sendable {
    /// Its identifier; never 0, and never given to another member.
    public let node: NodeID
    /// For people; unique within the cluster.
    public let name: String
    /// Where its peers reach it; dialled in turn until one answers.
    public let addresses: [PeerAddress]

    /// - Parameters:
    ///   - node: Its identifier; not 0.
    ///   - name: For people; unique within the cluster.
    ///   - addresses: Where its peers reach it; none only where it stands alone.
    public init(node: NodeID, name: String, addresses: [PeerAddress]) {
        self.node = node
        self.name = name
        self.addresses = addresses
    }
}

/// Who belongs to a cluster: the same on every node, compared in every handshake.
public struct ClusterDescription: Hashable, Sendable {
    /// Tells clusters apart that have equal addresses.
    public let token: String
    /// Ascending by node.
    public let members: [Member]
    /// Never 0. What belongs to another cluster is refused, in handshakes and on disk.
    public let clusterID: UInt64

    /// A cluster whose identifier follows from its members' addresses and its token.
    /// - Throws: ``ConfigurationError`` for a list that cannot be a cluster.
    public init(token: String, members: [Member]) throws(ConfigurationError) {
        let urls = members.flatMap { $0.addresses.map(\.description) }
        try self.init(
            token: token, members: members, clusterID: StableIdentity.clusterID(peerURLs: urls, token: token))
    }

    /// A cluster with an identifier of the caller's choice.
    /// - Throws: ``ConfigurationError`` for a list that cannot be a cluster.
    public init(token: String, members: [Member], clusterID: UInt64) throws(ConfigurationError) {
        guard clusterID != 0 else { throw .zeroIdentifier }
        guard (1...HandshakeCodec.maximumMemberCount).contains(members.count) else {
            throw .badMemberCount(members.count)
        }
        let sorted = members.sorted { $0.node < $1.node }
        for (member, next) in zip(sorted, sorted.dropFirst()) where member.node == next.node {
            throw .repeatedMember(member.node)
        }
        for (index, member) in sorted.enumerated() {
            guard member.node != NodeID(0) else { throw .zeroIdentifier }
            guard members.count == 1 || !member.addresses.isEmpty else { throw .memberWithoutAddress(member.name) }
            guard !sorted[..<index].contains(where: { $0.name == member.name }) else {
                throw .repeatedName(member.name)
            }
        }
        self.token = token
        self.members = sorted
        self.clusterID = clusterID
        let byteCount = HandshakeCodec.byteCount(memberList)
        guard byteCount <= HandshakeCodec.maximumMemberListByteCount else { throw .longMemberList(byteCount) }
    }

    /// The member with this identifier, or nil for a stranger.
    public func member(_ node: NodeID) -> Member? { members.first { $0.node == node } }

    /// As peers compare it in the handshake.
    package var memberList: MemberList {
        MemberList(
            members.map { InitialMember(node: $0.node, name: $0.name, peerURLs: $0.addresses.map(\.description)) })
    }

    package var nodes: [NodeID] { members.map(\.node) }
}

/// Why a cluster or a node cannot be what its settings say.
public enum ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A text that is not of the form `host:port`.
    case badAddress(String)
    /// No member, or more than 64.
    case badMemberCount(Int)
    /// Names and addresses take so many bytes in all, more than a greeting between peers holds.
    case longMemberList(Int)
    /// Two members have one identifier.
    case repeatedMember(NodeID)
    /// Two members have one name.
    case repeatedName(String)
    /// A member that nobody could reach.
    case memberWithoutAddress(String)
    /// A node or a cluster with the identifier 0.
    case zeroIdentifier
    /// The node that is started does not stand in the list.
    case notAMember(NodeID)
    /// A setting that cannot be, and why.
    case badSetting(String)

    public var description: String {
        switch self {
        case .badAddress(let text): "not an address of the form host:port: \"\(text)\""
        case .badMemberCount(let count): "a cluster has 1 to 64 members, not \(count)"
        case .longMemberList(let byteCount):
            "the names and addresses of the members take \(byteCount) bytes, more than peers can say to each other "
                + "(\(HandshakeCodec.maximumMemberListByteCount)): give shorter ones"
        case .repeatedMember(let node): "member \(node) is listed twice"
        case .repeatedName(let name): "two members bear the name \"\(name)\""
        case .memberWithoutAddress(let name): "member \"\(name)\" has no peer address"
        case .zeroIdentifier: "an identifier of zero stands for nobody and cannot be given to a member or cluster"
        case .notAMember(let node): "node \(node) is not in the cluster's member list"
        case .badSetting(let reason): reason
        }
    }
}

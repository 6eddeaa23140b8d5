import PaxosBase

/// One of the nodes that form a cluster, as the command line of each of them names it.
public struct InitialMember: Hashable, Comparable, Sendable {
    public let node: NodeID
    public let name: String
    public let peerURLs: [String]

    public init(node: NodeID, name: String, peerURLs: [String]) {
        self.node = node
        self.name = name
        self.peerURLs = peerURLs
    }

    public static func < (left: InitialMember, right: InitialMember) -> Bool { left.node < right.node }
}

/// The nodes that form a cluster. Peers compare it in the handshake and refuse a different one.
public struct MemberList: Hashable, Sendable {
    /// Ascending by node.
    public let members: [InitialMember]

    public init(_ members: [InitialMember]) { self.members = members.sorted() }

    /// The same for equal lists in every process and version.
    public var digest: UInt64 {
        var hasher = StableHasher()
        hasher.combine(UInt64(members.count))
        for member in members {
            hasher.combine(member.node.rawValue)
            hasher.combine(member.name)
            hasher.combine(UInt64(member.peerURLs.count))
            for url in member.peerURLs { hasher.combine(url) }
        }
        return hasher.finalize()
    }
}

/// What a connection between peers carries.
public enum ConnectionKind: UInt8, Hashable, Sendable {
    case bulk = 1
    /// Heartbeats only, so that bulk data cannot delay them.
    case heartbeat = 2
}

/// Who a node is: the first bytes of either side of a peer connection.
public struct Hello: Hashable, Sendable {
    /// The versions of the protocol between peers that the sender speaks.
    public var versions: ClosedRange<UInt8>
    public var features: FeatureSet
    public var cluster: ClusterID
    public var node: NodeID
    /// Whom the sender means to talk to. Somebody else who hears it was reached at a wrong address, and that is all
    /// there is to say: what the sender knows of stores is about another node. Nil when the sender does not say.
    public var dialled: NodeID?
    /// The sender's disk content; ``StoreID/none`` before the first start is through.
    public var store: StoreID
    /// The sender recorded durably who forms the cluster, and votes.
    public var isFormed: Bool
    public var members: MemberList
    /// The disk content that the sender knows in the receiver's place: a receiver with another one lost its disk.
    public var expectedStore: StoreID?
    public var incarnation: Incarnation
    public var connection: ConnectionKind
    /// The program's version, for people.
    public var software: String

    public init(
        versions: ClosedRange<UInt8> = FrameCodec.version...FrameCodec.version, features: FeatureSet = .current,
        cluster: ClusterID, node: NodeID, dialled: NodeID? = nil, store: StoreID, isFormed: Bool, members: MemberList,
        expectedStore: StoreID?, incarnation: Incarnation, connection: ConnectionKind, software: String
    ) {
        self.versions = versions
        self.features = features
        self.cluster = cluster
        self.node = node
        self.dialled = dialled
        self.store = store
        self.isFormed = isFormed
        self.members = members
        self.expectedStore = expectedStore
        self.incarnation = incarnation
        self.connection = connection
        self.software = software
    }
}

/// The answer to a ``Hello``.
public enum HelloReply: Hashable, Sendable {
    /// Frames of this version may follow. The hello is that of the answering node.
    case accepted(version: UInt8, Hello)
    case refused(HelloRefusal)
}

/// Why a node does not talk to another.
public struct HelloRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Code
    /// What is wrong and what an operator can do, for the other node's log. The other may be anybody, so it holds nothing
    /// that only members know.
    public let text: String
    /// What else is known about it, for this node's log. It is never sent.
    public let detail: String

    public enum Code: Hashable, Sendable {
        /// No protocol version that both speak.
        case versionMismatch
        case otherCluster
        case unknownNode
        /// The node runs on another disk content than it had: it must be replaced through membership.
        case otherStore
        case membersDiffer
        /// The node was removed from the cluster for good.
        case removed
        /// Not now; ask again.
        case notReady
        /// The address that was dialled leads to another node than the one that was meant.
        case otherAddress
        /// Of a code that this version does not know.
        case other(UInt8)
    }

    /// - Parameters:
    ///   - code: What is wrong.
    ///   - text: The same in words for both sides.
    ///   - detail: What only this node's log may say.
    public init(code: Code, text: String, detail: String = "") {
        self.code = code
        self.text = text
        self.detail = detail
    }

    public var description: String { detail.isEmpty ? text : "\(text) (\(detail))" }
}

/// What stands at the beginning of a peer connection, in either direction.
public enum Handshake: Hashable, Sendable {
    case hello(Hello)
    case reply(HelloReply)
}

/// What can be understood of the hello of a version that has another form for it.
///
/// Nodes of such versions do not mix: the words that both sides log say so.
public struct ForeignHello: Hashable, Sendable {
    public let format: UInt8
    /// The versions of the protocol between peers that the sender speaks.
    public let versions: ClosedRange<UInt8>
    public let node: NodeID
    /// The program's version, for people; empty where the form does not say it in time.
    public let software: String

    public init(format: UInt8, versions: ClosedRange<UInt8>, node: NodeID, software: String) {
        self.format = format
        self.versions = versions
        self.node = node
        self.software = software
    }

    /// What is said to the sender, and logged here.
    /// - Parameters:
    ///   - answering: Who refuses.
    ///   - versions: What it speaks.
    public func refusal(by answering: NodeID, speaking versions: ClosedRange<UInt8>) -> HelloRefusal {
        let theirs = self.versions.textForPeople + (software.isEmpty ? "" : " (Decree \(software))")
        return HelloRefusal(
            code: .versionMismatch,
            text: "node \(node) speaks version \(theirs) of the protocol between peers, node \(answering) version "
                + "\(versions.textForPeople), and the two do not mix: stop the nodes of the older version and start "
                + "them with the newer one, which carries their data directories over")
    }
}

extension ClosedRange<UInt8> {
    /// "2", or "2 to 4".
    public var textForPeople: String {
        lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)"
    }
}

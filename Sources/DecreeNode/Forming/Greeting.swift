import DecreeWire
import PaxosBase

/// What this node says in a handshake, and how it judges what others say: values and rules, no sockets.
///
/// The rule of identity (Docs/FAILURE-MODEL.md): a node votes only once every initial member has answered it and none of
/// them was formed with another store in its place. Later each handshake compares the store with the recorded one. So
/// a node that was wiped, forgot what it promised and is started again with its old line cannot vote. One whose disk
/// was set back to an older copy is known by its incarnation, as long as a peer remembers a higher one: peers keep that
/// in memory only, so it catches the mistake but is no proof.
public struct Greeting: Sendable {
    /// As it is recorded; replaced once the cluster is formed.
    public internal(set) var identity: NodeIdentity
    public let members: MemberList
    /// The program and version, for people.
    public let software: String
    /// Of this start of this node. Written down before the node votes, so every start that voted has a higher one.
    public let incarnation: Incarnation
    /// The highest incarnation that each peer named since this node started, when this node had dialled it. Who dials may
    /// be anybody: one number that is too high would lock the member out.
    private var incarnations: [NodeID: Incarnation] = [:]
    /// Stores that the members named in their handshakes, ascending by node; used until the cluster is formed.
    package private(set) var answers: [NodeIdentity.FormedMember] = []

    package var flaws: Set<Flaw> = []

    /// The versions of the protocol between peers that this node speaks.
    public static let versions: ClosedRange<UInt8> = FrameCodec.version...FrameCodec.version

    /// - Parameters:
    ///   - identity: As it is recorded.
    ///   - members: With what the node was started; compared in every handshake.
    ///   - software: The program and version.
    ///   - incarnation: Of this start.
    public init(identity: NodeIdentity, members: MemberList, software: String, incarnation: Incarnation) {
        self.identity = identity
        self.incarnation = incarnation
        self.software = software
        self.members = members
    }

    /// What to say to `peer`.
    public func hello(to peer: NodeID, connection: ConnectionKind) -> Hello {
        Hello(
            versions: Self.versions, features: .current, cluster: ClusterID(identity.clusterID), node: identity.node,
            dialled: peer, store: identity.store, isFormed: identity.formed != nil, members: members,
            expectedStore: identity.store(of: peer), incarnation: incarnation, connection: connection,
            software: software)
    }

    /// What to answer to a peer that dialled and says this.
    public func answer(to hello: Hello) -> HelloReply {
        if let refusal = judge(hello) { return .refused(refusal) }
        guard let version = Self.settle(hello.versions) else {
            invariantFailure("a peer without a version that both speak is refused")
        }
        return .accepted(version: version, self.hello(to: hello.node, connection: hello.connection))
    }

    /// Whether a peer that was dialled, and accepted, may be talked to.
    /// - Parameters:
    ///   - answer: Who the peer says it is.
    ///   - version: What it settled the version of frames to be.
    ///   - expected: Whom this node dialled.
    /// - Returns: Why not, in words for the logs of both sides; nil when all is well.
    public func judge(_ answer: Hello, version: UInt8, expected: NodeID) -> HelloRefusal? {
        if let refusal = judge(answer, expected: expected) { return refusal }
        guard !Self.versions.contains(version) else { return nil }
        return HelloRefusal(
            code: .versionMismatch,
            text: "node \(answer.node) settled version \(version) of the protocol between peers, which node "
                + "\(identity.node) does not speak: it speaks version \(Self.versions.textForPeople)")
    }

    /// The version of frames between two nodes: the highest that both speak; nil when there is none.
    static func settle(_ theirs: ClosedRange<UInt8>, _ ours: ClosedRange<UInt8> = versions) -> UInt8? {
        theirs.overlaps(ours) ? min(theirs.upperBound, ours.upperBound) : nil
    }

    /// Whether a peer that says this may be talked to.
    /// - Parameter expected: Whom this node dialled; nil for a connection that the peer opened.
    /// - Returns: Why not, in words for the logs of both sides; nil when all is well.
    public func judge(_ hello: Hello, expected: NodeID? = nil) -> HelloRefusal? {
        guard Self.settle(hello.versions) != nil else {
            return HelloRefusal(
                code: .versionMismatch,
                text:
                    "node \(hello.node) speaks version \(hello.versions.textForPeople) of the protocol between peers, "
                    + "node \(identity.node) version \(Self.versions.textForPeople): upgrade the older one")
        }
        guard hello.cluster.rawValue == identity.clusterID else {
            return HelloRefusal(
                code: .otherCluster,
                text: "node \(identity.node) and node \(hello.node) belong to different clusters: check addresses and "
                    + "cluster tokens",
                detail: "here \(hexadecimal(identity.clusterID)), there \(hexadecimal(hello.cluster.rawValue))")
        }
        return judgeAddress(hello, expected: expected) ?? judgeMembership(hello) ?? judgeStores(hello)
            ?? judgeIncarnation(hello)
    }

    /// What to say to a node whose version has another form of greeting: the two do not mix.
    public func judge(_ hello: ForeignHello) -> HelloRefusal {
        hello.refusal(by: identity.node, speaking: Self.versions)
    }

    /// Comes before all that the two know of each other: at a wrong address it is about somebody else.
    private func judgeAddress(_ hello: Hello, expected: NodeID?) -> HelloRefusal? {
        if let expected, hello.node != expected {
            return HelloRefusal(
                code: .otherAddress,
                text: "node \(hello.node) answers at the address of node \(expected): check the addresses of both, and "
                    + "what stands between (names, forwarded ports); no data is in doubt")
        }
        if let dialled = hello.dialled, dialled != identity.node {
            return HelloRefusal(
                code: .otherAddress,
                text: "node \(hello.node) dialled node \(dialled) and reached node \(identity.node): check the address "
                    + "that node \(hello.node) has for node \(dialled), and what stands between (names, forwarded "
                    + "ports); no data is in doubt")
        }
        return nil
    }

    private func judgeMembership(_ hello: Hello) -> HelloRefusal? {
        let nodes = members.members.map(\.node)
        guard hello.node != identity.node, nodes.contains(hello.node) else {
            return HelloRefusal(
                code: .unknownNode,
                text: "node \(hello.node) is no peer of node \(identity.node), whose members are \(nodes)")
        }
        let theirs = hello.members.members.map(\.node)
        guard theirs == nodes else {
            return HelloRefusal(
                code: .membersDiffer,
                text: "node \(identity.node) was started with the members \(nodes), node \(hello.node) with \(theirs): "
                    + "start all with one list; a member is replaced by a membership change, not by another list")
        }
        return nil
    }

    private func judgeStores(_ hello: Hello) -> HelloRefusal? {
        guard !flaws.contains(.wipedNodeAdmitted) else { return nil }
        if let recorded = identity.store(of: hello.node), recorded != hello.store {
            return wiped(hello.node, presented: hello.store, recorded: recorded)
        }
        if let expected = hello.expectedStore, !expected.isNone, expected != identity.store {
            return wiped(identity.node, presented: identity.store, recorded: expected)
        }
        return nil
    }

    /// A peer that names none (0) is not judged by it.
    private func judgeIncarnation(_ hello: Hello) -> HelloRefusal? {
        guard hello.incarnation > Incarnation(0), let highest = incarnations[hello.node], hello.incarnation < highest
        else { return nil }
        return HelloRefusal(
            code: .otherStore,
            text:
                "node \(identity.node) met a later start of node \(hello.node): its data directory was set back to an "
                + "older copy, which forgot what it promised since; replace the member: remove it and add a new one "
                + "under another identity",
            detail: "it comes in its start number \(hello.incarnation.rawValue), met was number \(highest.rawValue)")
    }

    /// Remembers in which incarnation a peer was met that was judged well.
    mutating func noteIncarnation(of hello: Hello) {
        incarnations[hello.node] = max(hello.incarnation, incarnations[hello.node] ?? Incarnation(0))
    }

    private func wiped(_ node: NodeID, presented: StoreID, recorded: StoreID) -> HelloRefusal {
        HelloRefusal(
            code: .otherStore,
            text: "node \(node) comes with another data store than the one that the cluster was formed with in its "
                + "place: its data directory was lost or emptied, and it forgot what it promised, as would "
                + "any older copy of it; replace the member: remove it and add a new one under another identity",
            detail: "it has \(presented), recorded is \(recorded)")
    }

    /// Notes the store of a peer that was judged well.
    /// - Returns: The members with their stores as soon as all have answered.
    mutating func note(_ hello: Hello) -> [NodeIdentity.FormedMember]? {
        answers.removeAll { $0.node == hello.node }
        answers.append(.init(node: hello.node, store: hello.store))
        return complete
    }

    /// All members with their stores, or nil while one has not answered.
    var complete: [NodeIdentity.FormedMember]? {
        let all = answers + [.init(node: identity.node, store: identity.store)]
        let needed = flaws.contains(.formedByQuorum) ? members.members.count / 2 + 1 : members.members.count
        guard all.count >= needed else { return nil }
        return all.sorted { $0.node < $1.node }
    }
}

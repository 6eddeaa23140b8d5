import DecreeWire
import PaxosBase
import Testing

@testable import DecreeNode

struct GreetingTests {
    private static let stores = [StoreID(high: 1, low: 1), StoreID(high: 2, low: 2), StoreID(high: 3, low: 3)]

    private func cluster(_ size: Int = 3) throws -> ClusterDescription {
        let members = (1...size).map {
            Member(
                node: NodeID(UInt64($0)), name: "n\($0)", addresses: [PeerAddress(host: "h\($0)", port: 2380)])
        }
        return try ClusterDescription(token: "t", members: members, clusterID: 7)
    }

    private func greeting(
        _ node: Int, store: StoreID? = nil, isFormed: Bool = false, incarnation: UInt64 = 1
    ) throws -> Greeting {
        var identity = NodeIdentity(clusterID: 7, node: NodeID(UInt64(node)), store: store ?? Self.stores[node - 1])
        if isFormed {
            identity.formed = (1...3).map { .init(node: NodeID(UInt64($0)), store: Self.stores[$0 - 1]) }
        }
        return Greeting(
            identity: identity, members: try cluster().memberList, software: "test",
            incarnation: Incarnation(incarnation))
    }

    /// Members whose names and addresses take `byteCount` bytes each, about.
    private func members(_ count: Int, byteCount: Int) -> [Member] {
        (1...count).map {
            Member(
                node: NodeID(UInt64($0)), name: "n\($0)",
                addresses: [PeerAddress(host: String(repeating: "h", count: byteCount), port: 2380)])
        }
    }

    @Test("The longest list of members that is taken can be said and refused in a greeting; a longer one is no cluster")
    func longestList() throws {
        let cluster = try ClusterDescription(token: "t", members: members(64, byteCount: 900), clusterID: 7)
        let one = Greeting(
            identity: NodeIdentity(clusterID: 7, node: NodeID(1), store: Self.stores[0]), members: cluster.memberList,
            software: String(repeating: "s", count: 70_000), incarnation: Incarnation(1))
        let bytes = HandshakeCodec.encode(.hello(one.hello(to: NodeID(2), connection: .bulk)))
        let scan = try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) }
        guard case .message(.hello(let hello), _) = scan else { throw WireError.checksumMismatch }
        let refusal = try #require(try greeting(2).judge(hello))
        #expect(refusal.code == .membersDiffer)
        #expect(HandshakeCodec.encode(.reply(.refused(refusal))).count < 5_000)
        #expect(throws: ConfigurationError.self) {
            try ClusterDescription(token: "t", members: members(64, byteCount: 1_000), clusterID: 7)
        }
    }

    @Test("Members of one cluster accept each other, formed or not")
    func accepted() throws {
        for isFormed in [false, true] {
            let one = try greeting(1, isFormed: isFormed)
            let two = try greeting(2, isFormed: isFormed)
            #expect(one.judge(two.hello(to: NodeID(1), connection: .bulk), expected: NodeID(2)) == nil)
        }
    }

    @Test("The version of frames is the highest that both speak, and there is none where the ranges do not meet")
    func settled() throws {
        #expect(Greeting.settle(2...4, 3...6) == 4 && Greeting.settle(3...6, 2...4) == 4)
        #expect(Greeting.settle(1...9, 3...3) == 3 && Greeting.settle(4...4, 1...4) == 4)
        #expect(Greeting.settle(1...2, 3...4) == nil && Greeting.settle(3...4, 1...2) == nil)
        let one = try greeting(1)
        var hello = try greeting(2).hello(to: NodeID(1), connection: .heartbeat)
        hello.versions = 1...200
        let answer = one.hello(to: NodeID(2), connection: .heartbeat)
        #expect(one.answer(to: hello) == .accepted(version: 2, answer))
        hello.versions = 3...200
        guard case .refused(let refusal) = one.answer(to: hello) else { throw WireError.checksumMismatch }
        #expect(refusal.code == .versionMismatch)
    }

    @Test("Whoever dialled refuses a version that it does not speak, and whatever is wrong with the answer besides")
    func settledByAnother() throws {
        let one = try greeting(1)
        var answer = try greeting(2).hello(to: NodeID(1), connection: .bulk)
        #expect(one.judge(answer, version: 2, expected: NodeID(2)) == nil)
        for version: UInt8 in [0, 1, 3, 255] {
            #expect(one.judge(answer, version: version, expected: NodeID(2))?.code == .versionMismatch)
        }
        #expect(one.judge(answer, version: 2, expected: NodeID(3))?.code == .otherAddress)
        answer.cluster = ClusterID(8)
        #expect(one.judge(answer, version: 2, expected: NodeID(2))?.code == .otherCluster)
    }

    @Test("Only the last member to answer completes the cluster")
    func completed() throws {
        var one = try greeting(1)
        #expect(one.note(try greeting(2).hello(to: NodeID(1), connection: .bulk)) == nil)
        let members = one.note(try greeting(3).hello(to: NodeID(1), connection: .bulk))
        #expect(members?.map(\.store) == Self.stores)
    }

    @Test("A wiped peer is refused by a formed node, and a formed peer makes the wiped node refuse, too")
    func wiped() throws {
        let formed = try greeting(1, isFormed: true)
        let wiped = try greeting(2, store: StoreID(high: 9, low: 9))
        let byFormed = formed.judge(wiped.hello(to: NodeID(1), connection: .bulk))
        let byWiped = wiped.judge(formed.hello(to: NodeID(2), connection: .bulk))
        #expect(byFormed?.code == .otherStore)
        #expect(byWiped?.code == .otherStore)
        #expect(byFormed?.text.contains("replace the member") == true)
    }

    @Test("A peer that was not formed yet is accepted by one that was, with the store that was recorded")
    func lateFormed() throws {
        let formed = try greeting(1, isFormed: true)
        #expect(formed.judge(try greeting(2).hello(to: NodeID(1), connection: .bulk)) == nil)
    }

    @Test("A peer whose disk was set back is refused by whoever met it in a later incarnation")
    func setBack() throws {
        var one = try greeting(1, isFormed: true)
        func judge(_ incarnation: UInt64) throws -> HelloRefusal? {
            let two = try greeting(2, isFormed: true, incarnation: incarnation)
            return one.judge(two.hello(to: NodeID(1), connection: .bulk))
        }
        #expect(try judge(3) == nil)
        one.noteIncarnation(of: try greeting(2, isFormed: true, incarnation: 5).hello(to: NodeID(1), connection: .bulk))
        #expect(try judge(5) == nil)
        #expect(try judge(6) == nil)
        let refusal = try judge(4)
        #expect(refusal?.code == .otherStore)
        #expect(refusal?.text.contains("older copy") == true && refusal?.text.contains("replace the member") == true)
        // One that names none.
        #expect(try judge(0) == nil)
    }

    @Test("A refusal tells the other side nothing that only members know; the own log has it")
    func secrets() throws {
        let formed = try greeting(1, isFormed: true)
        var stranger = try greeting(2, store: StoreID(high: 9, low: 9)).hello(to: NodeID(1), connection: .bulk)
        var refusals = [try #require(formed.judge(stranger))]
        stranger.store = Self.stores[1]
        stranger.expectedStore = StoreID(high: 9, low: 9)
        refusals.append(try #require(formed.judge(stranger)))
        var known = formed
        known.noteIncarnation(of: try greeting(2, incarnation: 0x5EC2E7).hello(to: NodeID(1), connection: .bulk))
        refusals.append(try #require(known.judge(try greeting(2).hello(to: NodeID(1), connection: .bulk))))
        stranger.cluster = ClusterID(8)
        refusals.append(try #require(formed.judge(stranger)))
        let secrets = Self.stores.map(\.description) + ["\(0x5EC2E7)", "0000000000000007"]
        for refusal in refusals {
            #expect(!secrets.contains { refusal.text.contains($0) }, "\(refusal.text)")
            #expect(secrets.contains { refusal.description.contains($0) }, "\(refusal)")
            let bytes = HandshakeCodec.encode(.reply(.refused(refusal)))
            let scan = try bytes.withUnsafeBytes { try HandshakeCodec.scan($0) }
            guard case .message(.reply(.refused(let told)), _) = scan else { throw WireError.checksumMismatch }
            #expect(told.description == refusal.text)
        }
    }

    @Test("Other clusters, other lists, strangers, wrong addresses and newer protocols are refused with their reason")
    func refused() throws {
        let one = try greeting(1)
        func code(_ change: (inout Hello) -> Void, expected: NodeID? = nil) throws -> HelloRefusal.Code? {
            var hello = try greeting(2).hello(to: NodeID(1), connection: .heartbeat)
            change(&hello)
            return one.judge(hello, expected: expected)?.code
        }
        #expect(try code { $0.cluster = ClusterID(8) } == .otherCluster)
        #expect(try code { $0.versions = 200...201 } == .versionMismatch)
        #expect(try code { $0.node = NodeID(9) } == .unknownNode)
        #expect(try code { $0.node = NodeID(1) } == .unknownNode)
        #expect(try code({ _ in }, expected: NodeID(3)) == .otherAddress)
        #expect(try code { $0.dialled = NodeID(3) } == .otherAddress)
        let isAboutAnother: (inout Hello) -> Void = {
            $0.dialled = NodeID(3)
            $0.members = MemberList([])
        }
        #expect(try code(isAboutAnother) == .otherAddress, "judged before the lists of members are")
        #expect(try code { $0.members = MemberList([]) } == .membersDiffer)
        #expect(try code { _ in } == nil)
    }
}

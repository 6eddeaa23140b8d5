import DecreeNode
import DecreeWire
import PaxosBase
import Testing

/// What counts when a node is started with something else than its data directory records.
struct RecordedClusterTests {
    private func member(_ node: UInt64, _ name: String, port: Int) -> Member {
        Member(node: NodeID(node), name: name, addresses: [PeerAddress(host: "h", port: port)])
    }

    private func cluster(_ members: [Member], token: String = "t", id: UInt64 = 7) throws -> ClusterDescription {
        try ClusterDescription(token: token, members: members, clusterID: id)
    }

    private var three: [Member] { [member(1, "a", port: 1), member(2, "b", port: 2), member(3, "c", port: 3)] }

    private func identity(_ cluster: ClusterDescription?, formed: [UInt64] = [1, 2, 3]) -> NodeIdentity {
        let store = StoreID(high: 1, low: 1)
        var identity = NodeIdentity(
            clusterID: 7, node: NodeID(1), store: store, formed: formed.map { .init(node: NodeID($0), store: store) })
        identity.cluster = cluster
        return identity
    }

    @Test("What fits goes on without a word, and is recorded where an older version did not")
    func same() throws {
        let description = try cluster(three)
        for recorded in [nil, description] {
            for prevails in [true, false] {
                let resolved = try identity(recorded).resolve(
                    node: NodeID(1), cluster: description, recordedPrevails: prevails)
                #expect(resolved.warnings.isEmpty && resolved.cluster == description)
                #expect(resolved.identity == identity(description))
            }
        }
    }

    @Test("Another token, list or name is ignored: no start changes who votes, and each is told with what is recorded")
    func ignored() throws {
        let recorded = try cluster(three)
        let alone = try cluster([member(9, "a", port: 1)], token: "other", id: 8)
        let resolved = try identity(recorded).resolve(node: NodeID(9), cluster: alone, recordedPrevails: true)
        #expect(resolved.cluster == recorded && resolved.identity == identity(recorded))
        #expect(resolved.warnings.count == 2)
        #expect(resolved.warnings[0].contains("\"t\"") && resolved.warnings[0].contains("\"other\""))
        #expect(resolved.warnings[1].contains("a=h:1,b=h:2,c=h:3") && resolved.warnings[1].contains("list a=h:1 "))

        let more = try cluster(three + [member(4, "d", port: 4)], id: 8)
        #expect(
            try identity(recorded).resolve(node: NodeID(1), cluster: more, recordedPrevails: true).cluster == recorded)

        let renamed = try cluster([member(1, "x", port: 1), three[1], three[2]])
        let other = try identity(recorded).resolve(node: NodeID(1), cluster: renamed, recordedPrevails: true)
        #expect(other.cluster == recorded && other.warnings.count == 2)
        #expect(other.warnings[0].contains("\"a\"") && other.warnings[0].contains("\"x\""))
    }

    @Test("The same members at other addresses are dialled there from then on, under their recorded identifiers")
    func moved() throws {
        let recorded = try cluster(three)
        let moved = try cluster(
            [member(11, "a", port: 5), member(12, "b", port: 6), member(13, "c", port: 3)], id: 9)
        let resolved = try identity(recorded).resolve(node: NodeID(11), cluster: moved, recordedPrevails: true)
        let expected = try cluster([member(1, "a", port: 5), member(2, "b", port: 6), member(3, "c", port: 3)])
        #expect(resolved.cluster == expected && resolved.identity == identity(expected))
        #expect(resolved.warnings.count == 1 && resolved.warnings[0].contains("a=h:5,b=h:6,c=h:3"))
        #expect(
            try resolved.identity.resolve(node: NodeID(11), cluster: moved, recordedPrevails: true).warnings.isEmpty)
    }

    @Test("Where nothing is recorded a member that stands alone knows enough, one of several does not")
    func former() throws {
        let moved = try cluster([member(11, "a", port: 5)], id: 9)
        let alone = try identity(nil, formed: [1]).resolve(node: NodeID(11), cluster: moved, recordedPrevails: true)
        #expect(alone.cluster == (try cluster([member(1, "a", port: 5)])) && alone.identity.cluster == alone.cluster)
        #expect(throws: IdentityFinding.otherCluster(found: 7, expected: 9)) {
            try identity(nil).resolve(node: NodeID(11), cluster: moved, recordedPrevails: true)
        }
    }

    @Test("Unless the directory prevails, what does not fit is refused")
    func refused() throws {
        let recorded = try cluster(three)
        func finding(_ node: UInt64, _ given: ClusterDescription) -> IdentityFinding? {
            do throws(IdentityFinding) {
                _ = try identity(recorded).resolve(node: NodeID(node), cluster: given, recordedPrevails: false)
            } catch { return error }
            return nil
        }
        #expect(finding(1, try cluster(three, id: 8)) == .otherCluster(found: 7, expected: 8))
        #expect(finding(2, recorded) == .otherNode(found: NodeID(1), expected: NodeID(2)))
        let fewer = try cluster(Array(three.dropLast()))
        #expect(
            finding(1, fewer)
                == .membersDiffer(recorded: recorded.members.map(\.node), given: fewer.members.map(\.node)))
    }
}

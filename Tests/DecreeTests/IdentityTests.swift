import PaxosBase
import PaxosLog
import Testing

@testable import Decree

@Suite(.serialized)
struct IdentityTests {
    @Test("A wiped node that is started again with its old line is refused and never votes")
    func wiped() async throws {
        let cluster = try await TestCluster(size: 3) { $0.replica.proposalTimeout = .milliseconds(500) }
        try await cluster.startAll()
        try await cluster.write("a=1", through: try await cluster.leader())
        await cluster.stop(2)
        TemporaryDirectory.remove(cluster.path(2))
        try await cluster.start(2)
        try await eventually("the refusal is known on the wiped node") {
            cluster[2].status.peers.contains { $0.lastFailure?.contains("replace the member") ?? false }
        }
        try await eventually("the refusal is known on the others") {
            cluster[0].status.peers.contains { $0.lastFailure?.contains("replace the member") ?? false }
        }
        #expect(cluster[2].status.phase == .forming)
        // With another member gone there is no quorum: the wiped one must not make one.
        let other = try await cluster.leader(among: [0, 1])
        await cluster.stop(1 - other)
        let failing = cluster[other]
        await #expect(throws: RequestFailure.self) { try await failing.submit(Payload("b=1")) }
        await cluster.stopAll()
    }

    @Test("A node whose directory was set back to an older copy is refused by the peers that met it since")
    func setBack() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        try await cluster.write("a=1", through: try await cluster.leader())
        await cluster.stop(2)
        let copy = "\(cluster.directory.path)/copy"
        try copyAll(of: cluster.path(2), to: copy)
        for number in 0..<2 {
            try await cluster.start(2)
            try await cluster.write("b=\(number)", through: 2)
            await cluster.stop(2)
        }
        TemporaryDirectory.remove(cluster.path(2))
        try copyAll(of: copy, to: cluster.path(2))
        try await cluster.start(2)
        for index in 0..<3 {
            try await eventually("the refusal is known on node \(index + 1)") {
                cluster[index].status.peers.contains { $0.lastFailure?.contains("an older copy") ?? false }
            }
        }
        await cluster.stopAll()
    }

    private func copyAll(of source: String, to target: String) throws {
        try FileSystem.makeDirectory(target)
        for name in try FileSystem.list(source) {
            if ["journal", "snapshots"].contains(name) {
                try copyAll(of: "\(source)/\(name)", to: "\(target)/\(name)")
            } else {
                let bytes = try #require(try FileSystem.readFile("\(source)/\(name)"))
                try FileSystem.replaceFile(directory: target, name: name, bytes: bytes)
            }
        }
    }

    @Test("A node of another cluster is refused")
    func otherCluster() async throws {
        let cluster = try await TestCluster(size: 2)
        let other = try ClusterDescription(token: "other", members: cluster.description.members)
        try await cluster.start(0)
        try await cluster.start(1, cluster: other)
        try await eventually("the refusal") {
            cluster[0].status.peers[0].lastFailure?.contains("belong to different clusters") ?? false
        }
        #expect(cluster[0].status.phase == .forming)
        await cluster.stopAll()
    }

    @Test("A node with another member list is refused")
    func otherList() async throws {
        let cluster = try await TestCluster(size: 3)
        let shorter = try ClusterDescription(
            token: "test", members: Array(cluster.description.members.dropLast()),
            clusterID: cluster.description.clusterID)
        try await cluster.start(0)
        try await cluster.start(1, cluster: shorter)
        try await eventually("the refusal") {
            cluster[0].status.peers[0].lastFailure?.contains("start all with one list") ?? false
        }
        await cluster.stopAll()
    }

    @Test("A second process cannot open the same directory")
    func inUse() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        let first = cluster[0]
        await #expect(throws: NodeError.inUse(directory: cluster.path(0))) { try await cluster.start(0) }
        await first.shutdown()
        try await cluster.start(0)
        await cluster.stopAll()
    }

    @Test("A directory of another node, or of another cluster, is refused")
    func foreignDirectory() async throws {
        let cluster = try await TestCluster(size: 2)
        try await cluster.start(0)
        await cluster.stop(0)
        let path = cluster.path(0)
        let description = cluster.description
        let settings = cluster.settings
        await #expect(throws: NodeError.otherNode(directory: path, found: NodeID(1), expected: NodeID(2))) {
            try await Node.start(
                node: NodeID(2), cluster: description, directory: path, settings: settings, logger: testLogger(),
                makeMachine: { Notebook() })
        }
        let other = try ClusterDescription(token: "other", members: cluster.description.members)
        await #expect(
            throws: NodeError.otherCluster(
                directory: path, found: description.clusterID, expected: other.clusterID)
        ) { try await cluster.start(0, cluster: other) }
    }

    @Test("A directory whose journal is gone is refused: what was promised is gone with it")
    func journalGone() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("a=1", through: 0)
        await cluster.stop(0)
        TemporaryDirectory.remove("\(cluster.path(0))/journal")
        await #expect(throws: NodeError.self) { try await cluster.start(0) }
    }

    @Test("A node that is not in the list, and settings that make no sense, are refused")
    func configuration() async throws {
        let cluster = try await TestCluster(size: 1) { $0.replica.electionTimeout = .milliseconds(1) }
        await #expect(throws: NodeError.self) { try await cluster.start(0) }
        let description = cluster.description
        await #expect(throws: NodeError.invalidConfiguration(.notAMember(NodeID(9)))) {
            try await Node.start(
                node: NodeID(9), cluster: description, directory: "/nowhere", logger: testLogger(),
                makeMachine: { Notebook() })
        }
    }
}

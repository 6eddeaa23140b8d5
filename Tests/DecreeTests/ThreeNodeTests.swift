import Decree
import PaxosBase
import PaxosLog
import Testing

@Suite(.serialized)
struct ThreeNodeTests {
    @Test("Every node takes writes and linearizable reads")
    func writesThroughEach() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        for index in 0..<3 { try await cluster.write("from\(index)=\(index)", through: index) }
        for reader in 0..<3 {
            for writer in 0..<3 {
                #expect(try await cluster.line("from\(writer)", through: reader) == "\(writer)")
            }
        }
        try await eventually("all connected") {
            (0..<3).allSatisfy { cluster[$0].status.peers.allSatisfy(\.isConnected) }
        }
        await cluster.stopAll()
    }

    @Test("When the leader stops another leads, and nothing acknowledged is lost")
    func leaderStops() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        let leader = try await cluster.leader()
        for number in 0..<20 { try await cluster.write("k\(number)=\(number)", through: leader) }
        let term = cluster[leader].status.term
        await cluster.stop(leader)
        let next = try await cluster.leader()
        #expect(next != leader)
        #expect(cluster[next].status.term > term)
        for number in 0..<20 { #expect(try await cluster.line("k\(number)", through: next) == "\(number)") }
        try await cluster.write("after=1", through: next)
        try await cluster.start(leader)
        try await eventually("the old leader catches up") {
            try await cluster[leader].query(.line("after"), linearizable: false).text == "1"
        }
        await cluster.stopAll()
    }

    @Test("A graceful stop hands leadership over first")
    func handOver() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        let leader = try await cluster.leader()
        try await cluster.write("a=1", through: leader)
        await cluster.stop(leader, graceful: true)
        let next = try await cluster.leader()
        #expect(next != leader)
        #expect(try await cluster.line("a", through: next) == "1")
        await cluster.stopAll()
    }

    @Test("A minority takes no writes and answers no linearizable read, but reads its own state")
    func minority() async throws {
        let cluster = try await TestCluster(size: 3) {
            $0.replica.proposalTimeout = .milliseconds(500)
            $0.replica.readTimeout = .milliseconds(500)
        }
        try await cluster.startAll()
        let leader = try await cluster.leader()
        try await cluster.write("a=1", through: leader)
        for index in 0..<3 where index != leader { await cluster.stop(index) }
        await #expect(throws: RequestFailure.self) { try await cluster[leader].submit(Payload("b=1")) }
        await #expect(throws: RequestFailure.noLeader) { try await cluster[leader].query(.line("a")) }
        #expect(try await cluster[leader].query(.line("a"), linearizable: false).text == "1")
        await cluster.stopAll()
    }

    @Test("All stop and start again, and everything is still there")
    func restartAll() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        for number in 0..<30 { try await cluster.write("k\(number)=\(number)", through: number % 3) }
        await cluster.stopAll()
        try await cluster.startAll()
        for number in 0..<30 {
            #expect(try await cluster.line("k\(number)", through: (number + 1) % 3) == "\(number)")
        }
        await cluster.stopAll()
    }

    @Test("A cluster that was never complete does not serve, and serves once it is")
    func forming() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.start(0)
        try await cluster.start(1)
        #expect(cluster[0].status.phase == .forming)
        let first = cluster[0]
        #expect(try await first.query(.count, linearizable: false).number == 0)
        #expect(first.status.phase == .forming)
        async let early = first.submit(Payload("early=1"))
        try await eventually("the two know each other") {
            cluster[0].status.peers.contains(where: \.isConnected)
        }
        #expect(cluster[0].status.phase == .forming)
        try await cluster.start(2)
        #expect(try await early == 1)
        await cluster.stopAll()
    }

    @Test("Linearizable reads through all nodes never go back behind an acknowledged write")
    func linearizable() async throws {
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        for number in 1...60 {
            try await cluster.write("k=\(number)", through: number % 3)
            #expect(try await cluster.line("k", through: (number + 1) % 3) == "\(number)")
        }
        await cluster.stopAll()
    }
}

import PaxosBase
import Testing

@testable import PaxosLog

@Suite("Leader election")
struct ElectionTests {
    @Test("Clusters of 1, 3, 5 and 7 nodes elect exactly one leader that all follow", arguments: [1, 3, 5, 7])
    func electsOne(size: Int) {
        var cluster = Cluster(of: size)
        let leader = cluster.elect()
        #expect(cluster.leaders == [leader])
        for node in cluster.nodes { #expect(cluster.replicas[node]?.leader?.node == leader) }
    }

    @Test("When the leader dies, another leads and writes go on")
    func failsOver() {
        var cluster = Cluster(of: 3)
        let first = cluster.elect()
        cluster.propose("before", at: first, token: 1)
        cluster.deliver()
        cluster.crash(first)
        cluster.run(milliseconds: 2_000)
        let others = cluster.nodes.filter { $0 != first }
        #expect(cluster.leaders.count == 1)
        cluster.propose("after", at: others[0], token: 2)
        cluster.run(milliseconds: 500)
        for node in others { #expect(cluster.log(of: node) == ["before", "after"]) }
    }

    @Test("A reset heartbeat connection is suspicion at once: the next leader stands long before the timeout")
    func resetIsSuspicion() {
        var cluster = Cluster(of: 3)
        let first = cluster.elect()
        cluster.crash(first)
        for node in cluster.nodes where node != first { cluster.step(node, .disconnected(first)) }
        cluster.run(milliseconds: 250)
        #expect(cluster.leaders.count == 1)
    }

    @Test("Who claims a leader of an absurd round, or of another configuration, is not followed")
    func absurdLeader() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        for number in [1, 9] as [UInt64] {
            let claimed = Ballot(configuration: ConfigurationNumber(number), round: .max, node: others[1])
            let reply = HeartbeatReply(
                round: cluster.replicas[others[0]]!.era.election.round, promised: .zero, leader: claimed, isHappy: true,
                durableWatermark: .zero)
            cluster.step(others[0], .received(cluster.envelope(.heartbeatReply(reply)), from: others[1]))
            #expect(cluster.replicas[others[0]]?.leader?.node == leader)
        }
    }

    @Test("The bound on rounds does not wrap around")
    func lastRounds() {
        var core = Parts.core()
        core.promised = Parts.ballot(.max - 1)
        #expect(core.isPlausible(Parts.ballot(.max), in: Parts.configuration))
        #expect(core.isPlausible(Parts.ballot(3), in: Parts.configuration))
        core.promised = Parts.ballot(1)
        #expect(!core.isPlausible(Parts.ballot(.max), in: Parts.configuration))
    }

    @Test("A leader that stops hands over to a peer without a pause")
    func handsOver() {
        var cluster = Cluster(of: 3)
        let first = cluster.elect()
        cluster.step(first, .handOverRequested)
        cluster.deliver()
        #expect(cluster.leaders.count == 1)
        #expect(cluster.leaders != [first])
    }

    @Test("A node that promised itself a ballot and forgot why is brought back under a leader above it")
    func forgottenCandidacy() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let node = cluster.nodes.first { $0 != leader }!
        let round = cluster.replicas[leader]!.promised.round + 1
        cluster.crash(node)
        cluster.disks[node]?.absorb(
            .promised(Ballot(configuration: cluster.configuration.number, round: round, node: node)))
        cluster.start(node)
        cluster.run(milliseconds: 1_000)
        cluster.propose("x", at: node, token: 1)
        cluster.run(milliseconds: 200)
        #expect(cluster.tokens(of: node) == [1])
    }

    @Test("A leader that hears one peer only leaves its successor in peace, whom the others hear")
    func cutOffLeader() {
        var cluster = Cluster(of: 5)
        let former = cluster.elect()
        let bridge = cluster.nodes.first { $0 != former }!
        for node in cluster.nodes where node != former && node != bridge { cluster.cut(former, node) }
        cluster.run(milliseconds: 2_000)
        let successors = cluster.leaders.filter { $0 != former }
        #expect(successors.count == 1)
        let ballots = cluster.nodes.map { cluster.replicas[$0]?.leader }
        cluster.run(milliseconds: 5_000)
        #expect(cluster.nodes.map { cluster.replicas[$0]?.leader } == ballots, "nobody stands any more")
        cluster.propose("x", at: former, token: 1)
        cluster.run(milliseconds: 500)
        #expect(cluster.tokens(of: former) == [1], "through the peer that it hears")
    }

    @Test("Quorum loss: a leader that is cut off from all but one peer gives way to that peer")
    func quorumLoss() {
        var cluster = Cluster(of: 5)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        // Everybody still reaches others[0]; nobody else reaches anybody.
        for left in cluster.nodes {
            for right in cluster.nodes where left < right && left != others[0] && right != others[0] {
                cluster.cut(left, right)
            }
        }
        cluster.run(milliseconds: 4_000)
        #expect(cluster.leaders == [others[0]])
        let ballot = cluster.replicas[others[0]]?.leader
        cluster.run(milliseconds: 4_000)
        #expect(cluster.replicas[others[0]]?.leader == ballot, "the leader is stable")
    }

    @Test("Constrained election: the only node that reaches a quorum leads although its log is behind")
    func constrainedElection() {
        var cluster = Cluster(of: 5)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        let hub = others[0]
        cluster.cut(hub, leader)
        for text in ["a", "b", "c"] { cluster.propose(text, at: leader, token: 1) }
        cluster.deliver()
        for left in cluster.nodes {
            for right in cluster.nodes where left < right && left != hub && right != hub { cluster.cut(left, right) }
        }
        cluster.run(milliseconds: 4_000)
        #expect(cluster.leaders.contains(hub))
        cluster.propose("d", at: hub, token: 2)
        cluster.run(milliseconds: 1_000)
        #expect(cluster.log(of: hub) == ["a", "b", "c", "d"])
    }

    @Test("Chained: a node that hears the leader only through a peer does not disturb it, and its clients are served")
    func chained() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        let ballot = cluster.replicas[leader]?.leader
        cluster.cut(leader, others[1])
        cluster.run(milliseconds: 4_000)
        #expect(cluster.leaders == [leader])
        #expect(cluster.replicas[leader]?.leader == ballot, "nobody stood")
        cluster.propose("through the middle", at: others[1], token: 9)
        cluster.step(others[1], .readRequested(ReadToken(1)))
        cluster.run(milliseconds: 1_500)
        #expect(cluster.tokens(of: others[1]) == [9])
        #expect(cluster.outcomes[others[1]]?.contains(.readReady(ReadToken(1))) == true)
    }

    @Test("A leader whose heartbeats pass and whose proposals do not gives way, and its successor is left in peace")
    func stalledBulk() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        cluster.bulkStalled = leader
        cluster.propose("x", at: others[0], token: 1)
        cluster.run(milliseconds: 10_000)
        #expect(cluster.tokens(of: others[0]) == [1])
        let ballot = cluster.replicas[others[0]]?.leader
        cluster.run(milliseconds: 5_000)
        #expect(cluster.nodes.allSatisfy { cluster.replicas[$0]?.leader == ballot })
        #expect(ballot?.node != leader)
    }

    @Test("A leader of which nothing is asked notices too that only its heartbeats pass")
    func stalledIdly() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        cluster.run(milliseconds: 10_000)
        #expect(cluster.leaders == [leader], "it is answered, though nothing is proposed")
        cluster.bulkStalled = leader
        cluster.run(milliseconds: 5_000)
        #expect(cluster.leaders.count == 1 && cluster.leaders != [leader])
    }

    @Test("A candidate that hears no promise leaves others their chance, however often it asks", arguments: [3, 5])
    func deafCandidate(size: Int) {
        var cluster = Cluster(of: size)
        let leader = cluster.elect()
        let others = cluster.nodes.filter { $0 != leader }
        cluster.deaf = others[0]
        let ballot = cluster.replicas[leader]!.leader!
        cluster.step(others[0], .received(cluster.envelope(.handOver(HandOver(ballot: ballot))), from: leader))
        cluster.run(milliseconds: 300)
        #expect(cluster.leaders.isEmpty, "everybody waits for it")
        cluster.run(milliseconds: 4_700)
        #expect(cluster.leaders.count == 1 && cluster.leaders != [others[0]])
        let successor = cluster.replicas[others[1]]?.leader
        cluster.run(milliseconds: 5_000)
        #expect(cluster.nodes.allSatisfy { cluster.replicas[$0]?.leader == successor }, "and is left in peace")
    }

    @Test("A leader whose disk stalls steps aside")
    func stalledDiskStepsAside() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        cluster.stalledDisks = [leader]
        cluster.propose("stuck", at: leader, token: 1)
        cluster.run(milliseconds: 4_000)
        #expect(!cluster.leaders.isEmpty)
        #expect(!cluster.leaders.contains(leader))
    }

    @Test("A ballot with an absurdly high round is not followed")
    func absurdRound() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let follower = cluster.nodes.first { $0 != leader }!
        let before = cluster.replicas[follower]?.promised
        let stranger = cluster.nodes.first { $0 != leader && $0 != follower }!
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: 1 << 60, node: stranger)
        let prepare = Prepare(ballot: ballot, watermark: .zero, attempt: 1)
        let envelope = Envelope(group: GroupID(0), configuration: ConfigurationNumber(1), message: .prepare(prepare))
        cluster.step(follower, .received(envelope, from: stranger))
        #expect(cluster.replicas[follower]?.promised == before)
    }
}

import PaxosBase
import Testing

@testable import PaxosLog

@Suite("The replicated log")
struct LogTests {
    @Test("Commands proposed anywhere are applied everywhere in one order, each once")
    func oneOrder() {
        var cluster = Cluster(of: 5)
        _ = cluster.elect()
        for round in 0..<20 {
            for node in cluster.nodes { cluster.propose("\(node)-\(round)", at: node, token: UInt64(round)) }
        }
        cluster.run(milliseconds: 1_000)
        let first = cluster.log(of: cluster.nodes[0])
        #expect(first.count == 100)
        #expect(Set(first).count == 100)
        for node in cluster.nodes {
            #expect(cluster.log(of: node) == first)
            #expect(cluster.tokens(of: node) == (0..<20).map { UInt64($0) }, "each client is answered by its node")
        }
    }

    @Test("Nothing is chosen while the disks of a majority do not answer")
    func durabilityFirst() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let before = cluster.replicas[leader]?.watermark
        let follower = cluster.nodes.first { $0 != leader }!
        cluster.stalledDisks = [leader, follower]
        cluster.propose("x", at: leader, token: 1)
        cluster.deliver()
        #expect(cluster.replicas[leader]?.watermark == before)
        cluster.stalledDisks = [leader]
        cluster.sync(follower)
        cluster.deliver()
        #expect(cluster.tokens(of: leader) == [1], "two durable followers are a quorum without the leader's disk")
    }

    @Test("A follower that missed entries fetches them from its peers")
    func fillsGaps() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let late = cluster.nodes.first { $0 != leader }!
        cluster.crash(late)
        for index in 0..<50 { cluster.propose("\(index)", at: leader, token: UInt64(index)) }
        cluster.deliver()
        cluster.start(late)
        cluster.run(milliseconds: 2_000)
        #expect(cluster.log(of: late) == (0..<50).map { "\($0)" })
    }

    @Test("All nodes die at once: what was acknowledged is there after the restart")
    func allRestart() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        for index in 0..<10 { cluster.propose("\(index)", at: leader, token: UInt64(index)) }
        cluster.run(milliseconds: 200)
        for node in cluster.nodes { cluster.crash(node) }
        for node in cluster.nodes { cluster.start(node) }
        let next = cluster.elect()
        cluster.propose("again", at: next, token: 99)
        cluster.run(milliseconds: 500)
        for node in cluster.nodes { #expect(cluster.log(of: node) == (0..<10).map { "\($0)" } + ["again"]) }
    }

    @Test("A forwarded command that arrives twice is applied once")
    func atMostOnce() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let follower = cluster.nodes.first { $0 != leader }!
        cluster.propose("once", at: follower, token: 5)
        let forwards = cluster.network.filter { if case .forward = $0.send.envelope.message { true } else { false } }
        cluster.network += forwards
        cluster.deliver()
        cluster.network += forwards
        cluster.run(milliseconds: 300)
        #expect(cluster.log(of: leader) == ["once"])
        #expect(cluster.tokens(of: follower) == [5])
    }

    @Test("A command whose forward was lost is sent again, and commands that overtook it do not hurt")
    func lostForward() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let follower = cluster.nodes.first { $0 != leader }!
        cluster.propose("lost", at: follower, token: 1)
        cluster.network.removeAll()
        cluster.propose("overtakes", at: follower, token: 2)
        cluster.run(milliseconds: 2_000)
        #expect(cluster.log(of: leader) == ["overtakes", "lost"])
        #expect(cluster.tokens(of: follower) == [2, 1])
    }

    @Test("Commands under way when the leader dies are not lost and not applied twice")
    func leaderDiesUnderLoad() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let follower = cluster.nodes.first { $0 != leader }!
        for index in 0..<30 {
            cluster.propose("\(index)", at: follower, token: UInt64(index))
            cluster.deliver(limit: 3)
        }
        cluster.crash(leader)
        cluster.run(milliseconds: 3_000)
        #expect(cluster.tokens(of: follower).sorted() == (0..<30).map { UInt64($0) })
        #expect(Set(cluster.log(of: follower)).count == cluster.log(of: follower).count)
    }

    @Test("An entry of an unknown kind stops apply instead of being skipped")
    func unknownEntryStops() {
        var disk = DurableState()
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: 1, node: NodeID(1))
        disk.absorb(.accepted(Slot(1), ballot, .unknown(kind: 77, payload: Payload("new".utf8))))
        disk.absorb(.accepted(Slot(2), ballot, .noOp))
        disk.absorb(.chosen(through: Slot(2)))
        var cluster = Cluster(of: 1)
        cluster.crash(NodeID(1))
        cluster.disks[NodeID(1)] = disk
        cluster.start(NodeID(1))
        cluster.run(milliseconds: 200)
        #expect(cluster.applied[NodeID(1)] == [Apply(slot: Slot(1), action: .halt(kind: 77))])
    }

    @Test("A mark says nothing of a slot that was accepted in a higher ballot than the mark's: it is fetched")
    func markBelowAcceptance() {
        var cluster = Cluster(of: 5)
        let (lower, higher) = (ballot(1, of: 1), ballot(2, of: 2))
        let node = NodeID(2)
        cluster.crash(node)
        cluster.disks[node, default: DurableState()].absorb(.accepted(Slot(1), higher, .noOp))
        cluster.start(node)
        cluster.network = []
        let mark = Message.chosen(ChosenMark(ballot: lower, watermark: Slot(1)))
        cluster.step(node, .received(cluster.envelope(mark), from: NodeID(1)))
        #expect(cluster.replicas[node]?.watermark == .zero)
        #expect(cluster.sent(by: node).contains(.fetch(Fetch(first: Slot(1), last: Slot(1)))))
    }

    @Test("What waits for the disk is answered from memory: the journal may hold an older acceptance")
    func unsyncedIsNotLoaded() {
        var settings = Cluster.defaults
        settings.maximumResidentBytes = 0
        var cluster = Cluster(of: 3, settings: settings)
        let leader = cluster.elect()
        let late = cluster.nodes.first { $0 != leader }!
        cluster.run(milliseconds: 300)
        let before = cluster.replicas[late]!.watermark
        cluster.stalledDisks = [late]
        cluster.propose("x", at: leader, token: 1)
        cluster.run(milliseconds: 50)
        #expect(cluster.log(of: late) == ["x"], "applied, on the word of the others")
        let loads = cluster.loads[late, default: []].count
        let fetch = Message.fetch(Fetch(first: before.next, last: before.next))
        cluster.step(late, .received(cluster.envelope(fetch), from: leader))
        #expect(cluster.loads[late, default: []].count == loads)
    }

    @Test("Parts of two answers to one Prepare do not make a whole one")
    func partsOfTwoAnswers() {
        var cluster = Cluster(of: 3)
        let candidate = cluster.nodes[0]
        let ballot = ballot(1, of: 1)
        while cluster.replicas[candidate]?.promised != ballot {
            cluster.now = cluster.now + .milliseconds(10)
            cluster.step(candidate, .timePassed)
            cluster.deliver { if case .prepare = $0.envelope.message { false } else { true } }
        }
        for (answer, part) in [(1, 0), (2, 1)] as [(UInt64, UInt32)] {
            let promise = Promise(
                ballot: ballot, attempt: 1, answer: answer, watermark: .zero, part: part, parts: 2, reports: [])
            cluster.step(candidate, .received(cluster.envelope(.promise(promise)), from: NodeID(2)))
        }
        #expect(cluster.leaders.isEmpty)
        let rest = Promise(ballot: ballot, attempt: 1, answer: 2, watermark: .zero, part: 0, parts: 2, reports: [])
        cluster.step(candidate, .received(cluster.envelope(.promise(rest)), from: NodeID(2)))
        #expect(cluster.leaders == [candidate])
    }

    @Test("Commands that find the leader's backlog full wait for room, and none is forgotten")
    func fullBacklog() {
        var settings = Cluster.defaults
        settings.maximumPending = 4
        settings.maximumInFlight = 2
        var cluster = Cluster(of: 3, settings: settings)
        let leader = cluster.elect()
        let followers = cluster.nodes.filter { $0 != leader }
        cluster.stalledDisks = Set(followers)
        for (index, node) in (followers + [leader]).enumerated() {
            for token in 0..<4 { cluster.propose("\(node)-\(token)", at: node, token: UInt64(index * 10 + token)) }
            cluster.deliver()
        }
        cluster.stalledDisks = []
        for node in followers { cluster.sync(node) }
        cluster.run(milliseconds: 3_000)
        #expect(cluster.tokens(of: leader) == [20, 21, 22, 23])
        #expect(cluster.log(of: leader).count == 12)
    }

    @Test("A disk that hangs takes no more entries than memory may hold")
    func hangingDiskBounds() {
        var settings = Cluster.defaults
        settings.maximumUnsyncedBytes = 1_000
        var cluster = Cluster(of: 3, settings: settings)
        let leader = cluster.elect()
        let hanging = cluster.nodes.first { $0 != leader }!
        cluster.stalledDisks = [hanging]
        let text = String(repeating: "x", count: 100)
        for token in 0..<50 {
            cluster.propose(text, at: leader, token: UInt64(token))
            cluster.deliver()
        }
        #expect(cluster.tokens(of: leader).count == 50, "the other two are a quorum")
        #expect(cluster.pendingRecords[hanging, default: []].count < 20)
        cluster.stalledDisks = []
        cluster.sync(hanging)
        cluster.run(milliseconds: 2_000)
        #expect(cluster.log(of: hanging).count == 50, "what it did not take it fetches later")
    }

    private func ballot(_ round: UInt64, of node: UInt64) -> Ballot {
        Ballot(configuration: ConfigurationNumber(1), round: round, node: NodeID(node))
    }

    @Test("Without a quorum, commands end as unknown and reads fail, in bounded time")
    func noQuorum() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        for node in cluster.nodes where node != leader { cluster.crash(node) }
        cluster.propose("x", at: leader, token: 4)
        cluster.step(leader, .readRequested(ReadToken(8)))
        cluster.run(milliseconds: 8_000)
        #expect(cluster.outcomes[leader]?.contains(.unknown(token: 4)) == true)
        #expect(cluster.outcomes[leader]?.contains(.readFailed(ReadToken(8))) == true)
        #expect(cluster.replicas[leader]?.leader == nil)
    }
}

@Suite("Linearizable reads")
struct ReadTests {
    @Test("Every node answers a read after the writes that were acknowledged before it", arguments: [1, 3, 5, 7])
    func readsSeeWrites(size: Int) {
        var cluster = Cluster(of: size)
        let leader = cluster.elect()
        cluster.propose("x", at: leader, token: 1)
        cluster.deliver()
        for node in cluster.nodes { cluster.step(node, .readRequested(ReadToken(3))) }
        cluster.run(milliseconds: 500)
        for node in cluster.nodes {
            #expect(cluster.outcomes[node]?.contains(.readReady(ReadToken(3))) == true)
            #expect(cluster.log(of: node) == ["x"])
        }
    }

    @Test("A leader and one other, of five, are no quorum: neither answers a read")
    func twoOfFive() throws {
        var cluster = Cluster(of: 5)
        let leader = cluster.elect()
        let asker = try #require(cluster.nodes.first { $0 != leader })
        for node in cluster.nodes where node != leader && node != asker {
            cluster.cut(leader, node)
            cluster.cut(asker, node)
        }
        for node in [leader, asker] { cluster.step(node, .readRequested(ReadToken(1))) }
        cluster.run(milliseconds: 1_000)
        for node in [leader, asker] { #expect(cluster.outcomes[node]?.contains(.readReady(ReadToken(1))) != true) }
    }

    @Test("A deposed leader that does not know it answers no read")
    func deposedLeaderReadsNothing() {
        var cluster = Cluster(of: 3)
        let old = cluster.elect()
        for node in cluster.nodes where node != old { cluster.cut(old, node) }
        for node in cluster.nodes where node != old { cluster.step(node, .disconnected(old)) }
        cluster.run(milliseconds: 300)
        #expect(cluster.leaders.count == 2, "the old one does not know yet")
        cluster.step(old, .readRequested(ReadToken(1)))
        cluster.run(milliseconds: 1_000)
        #expect(cluster.outcomes[old]?.contains(.readReady(ReadToken(1))) != true)
    }
}

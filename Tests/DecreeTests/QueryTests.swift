import Decree
import PaxosBase
import PaxosLog
import Testing

@Suite(.serialized)
struct QueryTests {
    @Test("A long query advances in slices, and writes do not wait for it")
    func slices() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("a=1", through: 0)
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        // Far more steps than the deadline allows: it is under way during all writes.
        port.submit(.query(.slow(steps: Int.max), linearizable: false, token: 1))
        for number in 0..<50 { try await cluster.write("k\(number)=1", through: 0) }
        #expect(answers.answers.isEmpty && answers.failures.isEmpty)
        #expect(cluster[0].status.counters.openCursors == 1)
        port.cancel(token: 1)
        try await eventually("the cursor is let go") { cluster[0].status.counters.openCursors == 0 }
        #expect(answers.answers.isEmpty && answers.failures.isEmpty)
        await cluster.stopAll()
    }

    @Test("A query that takes too long ends with an error")
    func deadline() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.queryTimeout = .milliseconds(50) }
        try await cluster.startAll()
        await #expect(throws: RequestFailure.timedOut) {
            try await cluster[0].query(.slow(steps: Int.max), linearizable: false)
        }
        await cluster.stopAll()
    }

    @Test("Long queries share the slices: short ones finish before long ones that came earlier")
    func roundRobin() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit(.query(.slow(steps: Int.max), linearizable: false, token: 1))
        port.submit(.query(.slow(steps: 1_000), linearizable: false, token: 2))
        try await eventually("the shorter") { answers.answers[2] != nil }
        #expect(answers.answers[1] == nil)
        port.close()
        try await eventually("the longer is let go") { cluster[0].status.counters.openCursors == 0 }
        await cluster.stopAll()
    }

    @Test("A query that is cancelled in the same batch as it comes does not stay")
    func cancelledAtOnce() async throws {
        let cluster = try await TestCluster(size: 1)
        let waiting = Handover<Node<Notebook>.Port>()
        try await cluster.start(0) { _, _ in
            // Both reach the node in one batch: this runs on its loop.
            guard let port = waiting.take() else { return }
            port.submit(.query(.slow(steps: Int.max), linearizable: false, token: 1))
            port.cancel(token: 1)
        }
        let answers = Collector()
        waiting.give(cluster[0].openPort { answers.take($0) })
        try await cluster.write("a=1", through: 0)
        try await eventually("the query came") { cluster[0].status.counters.queriesSubmitted == 1 }
        try await cluster.write("b=1", through: 0)
        try await cluster.write("c=1", through: 0)
        #expect(cluster[0].status.counters.openCursors == 0)
        #expect(answers.answers.isEmpty && answers.failures.isEmpty)
        await cluster.stopAll()
    }

    @Test("Tens of thousands of queries that wait are given up together")
    func cancelledTogether() async throws {
        let cluster = try await TestCluster(size: 3) { $0.replica.readTimeout = .seconds(600) }
        try await cluster.startAll()
        try await cluster.write("a=1", through: try await cluster.leader())
        await cluster.stop(1)
        await cluster.stop(2)
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((0..<50_000).map { .query(.line("a"), linearizable: true, token: $0) })
        try await eventually("all wait") { cluster[0].status.counters.waitingQueries == 50_000 }
        for token in UInt64(1)..<50_000 { port.cancel(token: token) }
        try await eventually("one is left", within: .seconds(5)) {
            cluster[0].status.counters.waitingQueries == 1
        }
        #expect(answers.answers.isEmpty && answers.failures.isEmpty)
        await cluster.stopAll()
    }

    @Test("Housekeeping that a long query holds up is done when the query ends, even if nothing else happens")
    func housekeeping() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit(.query(.slow(steps: Int.max), linearizable: false, token: 1))
        try await eventually("the query") { cluster[0].status.counters.openCursors == 1 }
        try await cluster.write("compact", through: 0)
        #expect(try await cluster[0].query(.compactions, linearizable: false).number == 0)
        port.cancel(token: 1)
        try await eventually("housekeeping") {
            try await cluster[0].query(.compactions, linearizable: false).number == 1
        }
        await cluster.stopAll()
    }

    @Test("Too many long queries at once are refused")
    func tooMany() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.maximumCursors = 2 }
        try await cluster.startAll()
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((1...3).map { .query(.slow(steps: Int.max), linearizable: false, token: $0) })
        try await eventually("the third is refused") { answers.failures[3] == .overloaded }
        port.close()
        await cluster.stopAll()
    }

    @Test("All linearizable queries of one batch share a barrier")
    func sharedBarrier() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        try await cluster.write("a=1", through: 0)
        let before = cluster[0].status.counters.barriers
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((0..<200).map { .query(.line("a"), linearizable: true, token: $0) })
        try await eventually("all answers") { answers.answers.count == 200 }
        #expect(answers.answers.values.allSatisfy { $0.text == "1" })
        #expect(cluster[0].status.counters.barriers == before + 1)
        await cluster.stopAll()
    }
}

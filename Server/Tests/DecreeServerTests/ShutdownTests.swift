import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Clean shutdown", .serialized) struct ShutdownTests {
        @Test(
            "SIGTERM and SIGINT under load hand leadership over, keep what was acknowledged, and end with exit code 0")
        func handOver() throws {
            try withCluster(.decree()) { cluster in
                let load = Load(ports: cluster.ports)
                try load.awaitWrites(100)
                var spans: [(start: UInt64, end: UInt64, hindrance: Duration)] = []
                for signal in [SIGTERM, SIGINT, SIGTERM, SIGINT] {
                    let leader = try cluster.leader()
                    let span = WatchedSpan(of: cluster.nodes)
                    let start = Monotonic.now()
                    leader.send(signal)
                    let status = try #require(try leader.process?.wait(within: .seconds(15)))
                    #expect(status == .exited(0))
                    try load.awaitWrites(50)
                    spans.append((start, Monotonic.now(), span.hindrance))
                    try leader.start()
                    try cluster.awaitServing(leader)
                }
                let history = load.stop()
                let gaps = spans.map { history.gap(from: $0.start, to: $0.end) }
                print("shutdown of the leader: longest gap between acknowledged writes: \(describe(gaps))")
                let comparable = zip(gaps, spans).map { Machine.comparable($0, hindrance: $1.hindrance) }
                let typical = try #require(median(of: comparable))
                #expect(typical < .milliseconds(300), "a hand-over is no failover")
                try cluster.awaitEqualRevisions()
                for node in cluster.nodes { #expect(try history.check(against: node) == []) }
            }
        }

        @Test("A node that stands alone keeps what was acknowledged before SIGTERM under load", arguments: [1, 3])
        func wholeCluster(size: Int) throws {
            try withCluster(.decree(), nodes: size) { cluster in
                let load = Load(ports: cluster.ports)
                try load.awaitWrites(200)
                for node in cluster.nodes { node.send(SIGTERM) }
                for node in cluster.nodes {
                    #expect(try node.process?.wait(within: .seconds(15)) == .exited(0))
                }
                let history = load.stop()
                for node in cluster.nodes { try node.start() }
                try cluster.awaitServing()
                for node in cluster.nodes { #expect(try history.check(against: node) == []) }
            }
        }

        @Test("The log says at a start whether the journal was closed before, and nothing of it when there was none")
        func endOfTheJournal() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                for (signal, isClean) in [(SIGTERM, true), (SIGKILL, false)] {
                    _ = try node.client().put("kept", "1")
                    node.send(signal)
                    _ = try node.process?.wait(within: .seconds(15))
                    try node.start()
                    try cluster.awaitServing()
                    let lines = node.logText.split(separator: "\n").filter { $0.contains(#""msg":"recovered""#) }
                    #expect(lines.first?.contains("ended cleanly") == false)
                    #expect(lines.last?.contains(#""ended cleanly":"\#(isClean)""#) == true, "\(lines)")
                }
            }
        }

        @Test("A stop while the node still recovers ends at once with exit code 0", arguments: [SIGTERM, SIGINT])
        func duringRecovery(signal: Int32) throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                _ = try node.client().put("kept", "1")
                node.send(SIGTERM)
                #expect(try node.process?.wait(within: .seconds(15)) == .exited(0))
                // A snapshot that nobody writes: whoever opens it to read waits for ever.
                let pipe = node.dataDirectory + "/snapshots/snapshot-00000000000000ff.decree"
                #expect(mkfifo(pipe, 0o600) == 0)
                let before = node.logText.utf8.count
                try node.start()
                try eventually("the start", within: .seconds(10)) {
                    node.logText.utf8.dropFirst(before).count > 0
                }
                node.send(signal)
                #expect(try node.process?.wait(within: .seconds(5)) == .exited(0))
                #expect(node.logText.contains("stopped before the node was up"))
                #expect(unlink(pipe) == 0)
                try node.start()
                try cluster.awaitServing()
                #expect(try node.client().range("kept").pairs.first?.value == "1")
            }
        }

        @Test("A signal that comes with the first line of the log is heard, every time")
        func withTheFirstLine() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                node.send(SIGTERM)
                #expect(try node.process?.wait(within: .seconds(15)) == .exited(0))
                for round in 0..<20 {
                    let before = node.logText.utf8.count
                    try node.start()
                    try eventually("the first line", within: .seconds(10)) { node.logText.utf8.count > before }
                    node.send(round % 2 == 0 ? SIGTERM : SIGINT)
                    #expect(try node.process?.wait(within: .seconds(5)) == .exited(0))
                }
            }
        }

        @Test("A second signal ends a shutdown that waits")
        func secondSignal() throws {
            try withCluster(.decree()) { cluster in
                // Without a quorum this write waits, and a clean shutdown waits for the call.
                let leader = try cluster.leader()
                for follower in try cluster.followers() { follower.send(SIGSTOP) }
                let client = try leader.client()
                let request = Requests.put("waits", "for a quorum")
                _ = client.connection.begin(EtcdClient.putPath, request.bytes)
                client.connection.pump(for: .milliseconds(50))
                let span = WatchedSpan(of: [leader])
                leader.send(SIGTERM)
                try eventually("the first signal in the log", within: .seconds(5)) {
                    leader.logText.contains("received signal")
                }
                leader.send(SIGTERM)
                _ = try #require(try leader.process?.wait(within: .seconds(15)))
                #expect(span.comparableLength < .seconds(4), "the grace period is five seconds")
            }
        }
    }
}

import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Snapshots", .serialized) struct SnapshotTests {
        /// Snapshots after little data, and segments small enough to be trimmed.
        private let small = ["--snapshot-journal-bytes", "1048576", "--journal-segment-bytes", "1048576"]

        @Test(
            "The journal is trimmed behind snapshots, and nodes restart from the newest one and the journal behind it",
            arguments: [1, 3])
        func restartFromSnapshot(size: Int) throws {
            try withCluster(.decree(), nodes: size, extra: small) { cluster in
                try writeAndCompact(cluster)
                for node in cluster.nodes { try awaitTrimmedJournal(node) }
                let revision = try cluster.awaitEqualRevisions()
                let hash = try cluster.nodes[0].client().hash(at: revision)
                for node in cluster.nodes { node.send(SIGKILL) }
                for node in cluster.nodes {
                    try node.crash()
                    try node.start()
                }
                try cluster.awaitServing()
                for node in cluster.nodes {
                    try expectRecoveryFromSnapshot(node)
                    #expect(try node.client().range("bulk/", prefix: true).header.revision == revision)
                    #expect(try node.client().hash(at: revision) == hash, "the state of \(node.name)")
                    let floor = RPCFailure.status(
                        code: 11, message: "etcdserver: mvcc: required revision has been compacted")
                    #expect(throws: floor, "the floor survives") { try node.client().range("bulk/1", revision: 2) }
                }
                _ = try cluster.nodes[0].client().put("goes", "on")
            }
        }

        @Test("Nodes that are killed while snapshots are taken under load lose nothing, five times")
        func killedAmidSnapshots() throws {
            try withCluster(.decree(), extra: small) { cluster in
                let load = Load(ports: cluster.ports)
                for round in 0..<5 {
                    let victim = round % 2 == 0 ? try cluster.leader() : try #require(try cluster.followers().first)
                    let before = Self.snapshotsBegun(by: victim)
                    // A snapshot is due when the journal has grown by the last one's size, whatever that was.
                    let bulk = BackgroundRun { [cluster] in
                        while Self.snapshotsBegun(by: victim) == before { try write(megabytes: 1, through: cluster) }
                    }
                    try eventually("a snapshot under way", within: .seconds(20)) {
                        Self.snapshotsBegun(by: victim) > before
                    }
                    try victim.crash()
                    _ = bulk.wait()
                    try victim.start()
                    try cluster.awaitServing(victim)
                }
                let history = load.stop()
                try cluster.awaitEqualRevisions()
                for node in cluster.nodes { #expect(try history.check(against: node, onlyWriters: false) == []) }
                try expectEqualHashes(cluster)
            }
        }

        @Test("A node that was away while the others took snapshots catches up")
        func absentNode() throws {
            try withCluster(.decree(), extra: small) { cluster in
                let absent = try #require(try cluster.followers().first)
                try write(megabytes: 3, through: cluster)
                try absent.crash()
                try write(megabytes: 6, through: cluster)
                try absent.start()
                try cluster.awaitServing(absent)
                try expectEqualHashes(cluster)
                for node in cluster.nodes { try awaitTrimmedJournal(node) }
            }
        }

        @Test("What a killed process left of a snapshot is removed, and a strange file beside them is left alone")
        func leftovers() throws {
            try withCluster(.decree(), nodes: 1, extra: small) { cluster in
                let node = cluster.nodes[0]
                try write(megabytes: 3, through: cluster)
                try awaitSnapshot(node)
                try node.crash()
                let directory = node.dataDirectory + "/snapshots"
                let (unfinished, strange) = (directory + "/unfinished.tmp", directory + "/notes.txt")
                for path in [unfinished, strange] {
                    try "half of something".write(toFile: path, atomically: true, encoding: .utf8)
                }
                try node.start()
                try cluster.awaitServing()
                // The node may be writing its next snapshot to a file of that name by now; the leftover is gone.
                let content = try? String(contentsOfFile: unfinished, encoding: .utf8)
                #expect(content != "half of something")
                #expect(try String(contentsOfFile: strange, encoding: .utf8) == "half of something")
            }
        }

        @Test(
            "A damaged snapshot is not believed: the one before serves, or the start is refused; nothing is lost silently"
        )
        func damagedSnapshot() throws {
            try withCluster(.decree(), nodes: 1, extra: small) { cluster in
                let node = cluster.nodes[0]
                try write(megabytes: 8, through: cluster)
                try awaitTrimmedJournal(node)
                let before = try node.client().range("bulk/", prefix: true)
                try node.crash()
                let directory = node.dataDirectory + "/snapshots"
                let snapshots = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
                let newest = try #require(snapshots.last)
                var bytes = try readFile(directory + "/" + newest)
                bytes[bytes.count / 2] ^= 1
                try Data(bytes).write(to: URL(fileURLWithPath: directory + "/" + newest))
                try node.start()
                let serves: Bool = try eventually("an end or an answer", within: .seconds(20)) {
                    if !node.isRunning { return false }
                    _ = try node.client().range("health", within: .seconds(1))
                    return true
                }
                if serves {
                    let after = try node.client().range("bulk/", prefix: true)
                    #expect(after.pairs == before.pairs && after.header.revision == before.header.revision)
                } else {
                    #expect(node.process?.poll() == .exited(1))
                    let last = try #require(node.logText.split(separator: "\n").last)
                    #expect(last.contains("snapshot") && last.hasPrefix(#"{"level":"fatal","#), "\(node.logTail)")
                    expectNoTrace(node.logText)
                }
            }
        }

        // MARK: -

        private static func snapshotsBegun(by node: ServerNode) -> Int {
            node.logText.components(separatedBy: "snapshot begins").count - 1
        }

        /// Puts values of 10 kB under a hundred keys.
        private func write(megabytes: Int, through cluster: ServerCluster) throws {
            let running = cluster.nodes.filter(\.isRunning)
            let value = String(repeating: "b", count: 10_000)
            var clients: [EtcdClient] = []
            for number in 0..<megabytes * 100 {
                if clients.isEmpty { clients = running.compactMap { try? $0.client() } }
                guard !clients.isEmpty else { throw LaunchFailure(description: "no node can be reached") }
                do {
                    _ = try clients[number % clients.count].put("bulk/\(number % 100)", value, within: .seconds(2))
                } catch {
                    clients = []
                }
            }
        }

        private func writeAndCompact(_ cluster: ServerCluster) throws {
            for _ in 0..<4 {
                try write(megabytes: 3, through: cluster)
                let client = try cluster.nodes[0].client()
                try client.compact(try client.range("bulk/0").header.revision)
            }
            _ = try cluster.nodes[0].client().put("last", "before the crash")
        }

        private func awaitSnapshot(_ node: ServerNode) throws {
            try eventually("a snapshot of \(node.name)", within: .seconds(20)) {
                let directory = node.dataDirectory + "/snapshots"
                return try FileManager.default.contentsOfDirectory(atPath: directory).contains {
                    $0.hasPrefix("snapshot-")
                }
            }
        }

        /// The first segment is gone, and what is left is bounded. Trimming follows the next write.
        private func awaitTrimmedJournal(_ node: ServerNode) throws {
            try awaitSnapshot(node)
            try eventually("a trimmed journal of \(node.name)", within: .seconds(20), every: .milliseconds(50)) {
                _ = try node.client().put("trim", "now")
                let directory = node.dataDirectory + "/journal"
                let segments = try FileManager.default.contentsOfDirectory(atPath: directory)
                    .filter { $0.hasSuffix(".segment") }.compactMap { Int($0.prefix { $0.isNumber }) }
                return (segments.min() ?? 0) > 1 && segments.count < 16
            }
        }

        private func expectRecoveryFromSnapshot(_ node: ServerNode) throws {
            let lines = node.logText.split(separator: "\n").filter { $0.contains(#""msg":"recovered""#) }
            let last = try #require(lines.last)
            #expect(last.contains(#""snapshot":"#), "\(last)")
        }
    }
}

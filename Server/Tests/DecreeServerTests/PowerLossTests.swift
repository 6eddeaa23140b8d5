import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("All nodes die at once", .serialized) struct PowerLossTests {
        @Test("A cluster whose nodes are all killed under load comes back with every acknowledged write, thrice")
        func allNodesKilled() throws {
            try withCluster(.decree()) { cluster in
                var history = LoadHistory.none
                for _ in 0..<3 {
                    history = history + (try loadAndKillAll(cluster))
                    try startAgain(cluster)
                    for node in cluster.nodes { #expect(try history.check(against: node) == []) }
                }
                try expectEqualHashes(cluster)
                print("all killed at once: \(history.summary)")
            }
        }

        @Test("A single node that is killed under load comes back with every acknowledged write, thrice")
        func singleNodeKilled() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                var history = LoadHistory.none
                for _ in 0..<3 {
                    history = history + (try loadAndKillAll(cluster))
                    try startAgain(cluster)
                    #expect(try history.check(against: cluster.nodes[0]) == [])
                }
            }
        }

        @Test("Garbage behind the last batch of every journal, as of a write that the power cut, is no loss")
        func garbageBehindTheLastBatch() throws {
            try withCluster(.decree()) { cluster in
                var history = LoadHistory.none
                for garbage in [garbage(count: 1), garbage(count: 100), garbage(count: 20_000)] {
                    history = history + (try loadAndKillAll(cluster))
                    for node in cluster.nodes {
                        var journal = try JournalFile(newestOf: node)
                        try journal.overwrite(at: journal.end, with: garbage)
                    }
                    try startAgain(cluster)
                    for node in cluster.nodes { #expect(try history.check(against: node) == []) }
                }
            }
        }

        /// What the power left of a batch that nobody was told of.
        enum Tear: CaseIterable {
            /// Its first half, then what was there before: zeros.
            case halfThenZeros
            /// Its first half, then garbage up to where it would have ended.
            case halfThenGarbage
            /// All but its first sector, which was to be written last.
            case firstSectorMissing
            /// Half of it, and the file ends there.
            case cutShort
        }

        @Test("A journal whose last batch, never acknowledged, is torn comes back with every acknowledged write")
        func tornTail() throws {
            try withCluster(.decree()) { cluster in
                var history = LoadHistory.none
                for tear in Tear.allCases {
                    let load = Load(ports: cluster.ports)
                    try load.awaitWrites(100)
                    history = history + load.stop()
                    let leader = try cluster.leader()
                    let tail = try killAllWithUnacknowledgedTail(cluster, leader)
                    try tear.apply(to: leader, behind: tail)
                    try startAgain(cluster)
                    for node in cluster.nodes {
                        #expect(try history.check(against: node, onlyWriters: false) == [], "after \(tear)")
                    }
                }
                try expectEqualHashes(cluster)
            }
        }

        // MARK: -

        private func loadAndKillAll(_ cluster: ServerCluster) throws -> LoadHistory {
            let load = Load(ports: cluster.ports)
            try load.awaitWrites(300)
            for node in cluster.nodes { node.send(SIGKILL) }
            for node in cluster.nodes { try node.crash() }
            return load.stop()
        }

        private func startAgain(_ cluster: ServerCluster) throws {
            for node in cluster.nodes { try node.start() }
            try cluster.awaitServing()
            try cluster.awaitEqualRevisions()
        }

        /// Lets the leader journal writes that no other node hears of, so that nobody can have been told that they
        /// are done, and kills all nodes.
        /// - Returns: the sequence of the last batch before those writes.
        private func killAllWithUnacknowledgedTail(_ cluster: ServerCluster, _ leader: ServerNode) throws -> UInt64 {
            let client = try leader.client()
            let followers = try cluster.followers()
            // A power cut that tears the next batch leaves no later word on the journal's end either.
            let anchor = try readFile(leader.dataDirectory + "/journal/anchor")
            let before = try #require(try JournalFile(newestOf: leader).batches.last?.sequence)
            // At once, as a leader that hears from no quorum proposes nothing any more.
            for follower in followers { follower.send(SIGSTOP) }
            let calls = (0..<5).map { number in
                let request = Requests.put("unacknowledged/\(number)", String(repeating: "u", count: 3_000))
                return client.connection.begin(EtcdClient.putPath, request.bytes)
            }
            client.connection.pump(for: .zero)
            try eventually("unacknowledged writes in the journal of \(leader.name)", within: .seconds(5)) {
                client.connection.pump(for: .milliseconds(10))
                let last = try JournalFile(newestOf: leader).batches.last { $0.records > 0 }
                return (last?.sequence ?? 0) > before
            }
            for call in calls { #expect(client.connection.takeResult(of: call) == nil, "no quorum could acknowledge") }
            for node in cluster.nodes { node.send(SIGKILL) }
            for node in cluster.nodes { try node.crash() }
            try Data(anchor).write(to: URL(fileURLWithPath: leader.dataDirectory + "/journal/anchor"))
            return before
        }
    }
}

extension ServerTests.PowerLossTests.Tear {
    /// Tears the first batch behind a sequence; what follows it goes with it.
    func apply(to node: ServerNode, behind sequence: UInt64) throws {
        var journal = try JournalFile(newestOf: node)
        let torn = try #require(journal.batches.first { $0.sequence > sequence && $0.records > 0 }).range
        let end = journal.end
        let middle = torn.lowerBound + torn.count / 2
        switch self {
        case .halfThenZeros:
            try journal.overwrite(at: middle, with: [UInt8](repeating: 0, count: end - middle))
        case .halfThenGarbage:
            try journal.overwrite(at: middle, with: garbage(count: end - middle))
        case .firstSectorMissing:
            try journal.overwrite(at: torn.upperBound, with: [UInt8](repeating: 0, count: end - torn.upperBound))
            let sectorEnd = min((torn.lowerBound / 512 + 1) * 512, torn.upperBound)
            try journal.overwrite(
                at: torn.lowerBound, with: [UInt8](repeating: 0, count: sectorEnd - torn.lowerBound))
        case .cutShort:
            try journal.truncate(to: middle)
        }
    }
}

/// Bytes without meaning, the same in every run.
func garbage(count: Int) -> [UInt8] {
    var state: UInt32 = 2_463_534_242
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return UInt8(truncatingIfNeeded: state) | 1
    }
}

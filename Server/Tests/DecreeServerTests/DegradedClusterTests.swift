import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Nodes are missing", .serialized) struct DegradedClusterTests {
        /// Who is left when two of three are down.
        enum Survivor: CaseIterable {
            case leader, follower
        }

        @Test("One node of three down: writes and reads go on at both others", arguments: Survivor.allCases)
        func oneDown(survivor: Survivor) throws {
            try withCluster(.decree()) { cluster in
                let leader = try cluster.leader()
                let victim = survivor == .leader ? try #require(try cluster.followers().first) : leader
                try victim.crash()
                for node in cluster.nodes where node !== victim {
                    try eventually("a write at \(node.name)", within: .seconds(10)) {
                        _ = try node.client().put("through/\(node.name)", "done", within: .seconds(1))
                        return true
                    }
                }
                for node in cluster.nodes where node !== victim {
                    let found = try node.client().range("through/", prefix: true)
                    // A put without an answer in time may have been done, and done again: each is a version of its key.
                    #expect(found.pairs.count == 2)
                    #expect(found.header.revision == 1 + found.pairs.reduce(0) { $0 + $1.version })
                }
                try victim.start()
                try cluster.awaitServing(victim)
                #expect(try victim.client().range("through/", prefix: true).pairs.count == 2)
            }
        }

        @Test(
            "Two nodes of three down: writes and linearizable reads fail in bounded time, serializable reads go on",
            arguments: Survivor.allCases)
        func twoDown(survivor: Survivor) throws {
            try withCluster(.decree()) { cluster in
                let leader = try cluster.leader()
                let left = survivor == .leader ? leader : try #require(try cluster.followers().first)
                let before = try left.client().put("key", "before")
                try cluster.awaitEqualRevisions()
                for node in cluster.nodes where node !== left { try node.crash() }
                try expectOnlyLocalReads(left, revision: before)
                for node in cluster.nodes where node !== left { try node.start() }
                try cluster.awaitServing()
                let after = try left.client().put("key", "after")
                // The refused put was proposed by a leader or not: both are allowed, twice is not.
                #expect(after == before + 1 || after == before + 2)
            }
        }

        private func expectOnlyLocalReads(_ node: ServerNode, revision: Int64) throws {
            let client = try node.client()
            let span = WatchedSpan(of: [node])
            let put = client.connection.begin(EtcdClient.putPath, Requests.put("key", "refused").bytes)
            let read = client.connection.begin(EtcdClient.rangePath, Requests.range("key").bytes)
            var answers: [RPCConnection.CallID: Result<[UInt8], RPCFailure>] = [:]
            try eventually("the refusal of a write and a read", within: .seconds(20), every: .milliseconds(1)) {
                client.connection.pump(for: .milliseconds(100))
                for call in [put, read] where answers[call] == nil {
                    answers[call] = client.connection.takeResult(of: call)
                }
                let local = try client.range("key", serializable: true, within: .seconds(1))
                #expect(local.pairs.first?.value == "before" && local.header.revision == revision)
                return answers.count == 2
            }
            let bound = span.comparableLength
            print("two of three down: the refusals came within \(span.length)")
            #expect(bound < .seconds(9))
            expectUnavailable(answers[put])
            expectUnavailable(answers[read])
            let status = try client.status()
            #expect(status.leader == 0 && status.errors.contains("etcdserver: no leader"))
        }

        /// etcd's words for "no quorum", which clients retry on.
        private func expectUnavailable(_ answer: Result<[UInt8], RPCFailure>?) {
            let texts = [
                "etcdserver: no leader", "etcdserver: request timed out",
                "etcdserver: request timed out, possibly due to previous leader failure",
                "etcdserver: request timed out, possibly due to connection lost",
            ]
            guard case .failure(.status(let code, let message)) = answer else {
                Issue.record("expected a status, found \(String(describing: answer))")
                return
            }
            #expect(code == 14 && texts.contains(message), "code \(code): \(message)")
        }
    }
}

import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Failover", .serialized) struct FailoverTests {
        /// What was done to a leader, and when.
        struct Fault {
            let start: UInt64
            let end: UInt64
            /// How long the machine kept nodes and clients waiting meanwhile.
            let hindrance: Duration
        }

        @Test("No acknowledged write is lost while leaders are killed, restarted, stopped and continued, ten times")
        func leadersFallTenTimes() throws {
            try withCluster(.decree()) { cluster in
                let load = Load(ports: cluster.ports)
                try load.awaitWrites(200)
                var kills: [Fault] = []
                var stops: [Fault] = []
                for _ in 0..<10 {
                    kills.append(try killLeader(of: cluster, under: load))
                    stops.append(try stopLeader(of: cluster, under: load))
                }
                let history = load.stop()
                try report(history, kills: kills, stops: stops)
                try cluster.awaitEqualRevisions()
                for node in cluster.nodes { #expect(try history.check(against: node) == []) }
                try expectEqualHashes(cluster)
            }
        }

        private func killLeader(of cluster: ServerCluster, under load: Load) throws -> Fault {
            let leader = try cluster.leader()
            let span = WatchedSpan(of: cluster.nodes)
            let start = Monotonic.now()
            try leader.crash()
            try load.awaitWrites(50)
            let (end, hindrance) = (Monotonic.now(), span.hindrance)
            try leader.start()
            try cluster.awaitServing(leader)
            try load.awaitWrites(50)
            return Fault(start: start, end: end, hindrance: hindrance)
        }

        private func stopLeader(of cluster: ServerCluster, under load: Load) throws -> Fault {
            let leader = try cluster.leader()
            let span = WatchedSpan(of: cluster.nodes)
            let start = Monotonic.now()
            leader.send(SIGSTOP)
            try load.awaitWrites(50)
            let (end, hindrance) = (Monotonic.now(), span.hindrance)
            leader.send(SIGCONT)
            try cluster.awaitServing(leader)
            try load.awaitWrites(50)
            return Fault(start: start, end: end, hindrance: hindrance)
        }

        private func report(_ history: LoadHistory, kills: [Fault], stops: [Fault]) throws {
            let killGaps = kills.map { history.gap(from: $0.start, to: $0.end) }
            let stopGaps = stops.map { history.gap(from: $0.start, to: $0.end) }
            print("failover: \(history.summary)")
            print("failover: longest gap between acknowledged writes after kill -9: \(describe(killGaps))")
            print("failover: the same after SIGSTOP: \(describe(stopGaps))")
            let comparable = zip(killGaps, kills).map { Machine.comparable($0, hindrance: $1.hindrance) }
            let typical = try #require(median(of: comparable))
            #expect(typical < .seconds(1))
        }
    }
}

/// All nodes hold the same, down to the last bit.
func expectEqualHashes(_ cluster: ServerCluster) throws {
    try cluster.awaitEqualRevisions()
    let hashes = try cluster.nodes.map { try $0.client().hash(at: 0) }
    #expect(Set(hashes).count == 1, "hashes of the nodes: \(hashes)")
}

import DecreeTestSupport
import Testing

extension ServerTests {
    /// Debian's etcdctl against our cluster and a real etcd cluster, step by step.
    @Suite("etcdctl sees no difference to etcd", .serialized) struct EtcdctlParityTests {
        @Test(
            "Puts, gets with ranges, sorting and old revisions, and deletes are answered as by etcd, at each endpoint")
        func keys() throws {
            try expectNoDifference([
                KeyScripts.puts, KeyScripts.ranges, KeyScripts.sorts, KeyScripts.history, KeyScripts.deletes,
            ])
        }

        @Test("Transactions and compactions are answered as by etcd, at each endpoint")
        func transactions() throws {
            try expectNoDifference([
                TxnScripts.conditions, TxnScripts.branches, TxnScripts.refusals, TxnScripts.compactions,
            ])
        }

        @Test("Status, health, the list of members and the limits of sizes are answered as by etcd, at each endpoint")
        func cluster() throws {
            try expectNoDifference([
                ClusterScripts.status, ClusterScripts.health, ClusterScripts.members, ClusterScripts.sizes,
            ])
        }

        private func expectNoDifference(_ scripts: [[Step]]) throws {
            try withBothServers { pair in
                for endpoint in 0..<3 {
                    for difference in try scripts.flatMap({ try pair.run($0, endpoint: endpoint) }) {
                        Issue.record("at endpoint \(endpoint): \(difference)")
                    }
                }
            }
        }
    }
}

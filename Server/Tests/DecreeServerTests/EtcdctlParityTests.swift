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
            for difference in try differences(scripts, attempts: 3) { Issue.record("\(difference)") }
        }

        /// A machine that is busy enough makes leaders lose their place: then all is done again, with new clusters.
        private func differences(_ scripts: [[Step]], attempts: Int) throws -> [String] {
            var found: [String] = []
            var isDisturbed = false
            try withBothServers { pair in
                for endpoint in 0..<3 {
                    let differences = try scripts.flatMap { try pair.run($0, endpoint: endpoint) }
                    found += differences.map { "at endpoint \(endpoint): \($0)" }
                }
                isDisturbed = !found.isEmpty && pair.isDisturbed()
            }
            guard isDisturbed, attempts > 1 else { return found }
            return try differences(scripts, attempts: attempts - 1)
        }
    }
}

import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeJournal
import DecreeMetrics
import DecreeRPC
import DecreeStore
import Metrics
import Synchronization

/// What `/metrics` shows: everything that node, store, journal and client port counted, under etcd's names.
///
/// Nothing here is on the way of a request: the parts count for themselves in plain words, and a scrape copies what they
/// counted into the registry, which is also the process's swift-metrics backend.
final class ServerMetrics: Sendable {
    private let registry = MetricsRegistry()
    /// What each loop of the client port counted, by its index.
    private let loops = Mutex<[Int: ClientCounters]>([:])
    private let quotaBytes: Int

    init(quotaBytes: Int) {
        self.quotaBytes = quotaBytes
        MetricsSystem.bootstrap(registry)
    }

    /// Takes over what a loop counted so far.
    func note(_ counters: ClientCounters, of loop: Int) { loops.withLock { $0[loop] = counters } }

    func render(_ node: NodeStatus, _ store: StoreStatus) -> [UInt8] {
        publish(node)
        publish(node.journal, node.snapshot)
        publish(store)
        let loops = loops.withLock { $0 }
        for (loop, counters) in loops { publish(counters.transport, of: loop) }
        counter("etcd_server_health_success", loops.values.reduce(0) { $0 + $1.healthSuccesses })
        counter("etcd_server_health_failures", loops.values.reduce(0) { $0 + $1.healthFailures })
        ProcessReport().publish(to: registry)
        return registry.render()
    }

    private func gauge(_ name: String, _ value: some BinaryInteger, _ labels: MetricsRegistry.Labels = []) {
        registry.gauge(name, labels).set(Double(value))
    }

    private func counter(_ name: String, _ total: some BinaryInteger, _ labels: MetricsRegistry.Labels = []) {
        registry.counter(name, labels).record(total: Double(total))
    }

    private func publish(_ node: NodeStatus) {
        let counters = node.counters
        gauge("etcd_server_has_leader", node.leader == nil ? 0 : 1)
        gauge("etcd_server_is_leader", node.isLeading ? 1 : 0)
        gauge("etcd_server_is_learner", 0)
        gauge("etcd_server_id", 1, [("server_id", String(node.node.rawValue, radix: 16))])
        gauge("etcd_server_version", 1, [("server_version", Versions.etcd)])
        gauge("etcd_cluster_version", 1, [("cluster_version", Versions.cluster)])
        gauge("decree_version", 1, [("version", Versions.decree)])
        gauge("etcd_server_quota_backend_bytes", quotaBytes)
        counter("etcd_server_leader_changes_seen_total", counters.leaderChanges)
        gauge("etcd_server_proposals_committed_total", node.watermark.rawValue)
        gauge("etcd_server_proposals_applied_total", node.applied.rawValue)
        gauge("etcd_server_proposals_pending", counters.waitingCommands)
        counter("etcd_server_proposals_failed_total", counters.commandsFailed)
        counter("etcd_server_read_indexes_failed_total", counters.barriersFailed)
        for peer in node.peers {
            let id = String(peer.node.rawValue, radix: 16)
            counter("etcd_network_peer_sent_bytes_total", peer.counters.bytesSent, [("To", id)])
            counter("etcd_network_peer_received_bytes_total", peer.counters.bytesReceived, [("From", id)])
            counter("etcd_network_peer_sent_failures_total", peer.counters.framesDropped, [("To", id)])
            let own = String(node.node.rawValue, radix: 16)
            gauge("etcd_network_active_peers", peer.isConnected ? 1 : 0, [("Local", own), ("Remote", id)])
        }
    }

    private func publish(_ journal: JournalStatistics, _ snapshot: SnapshotStatus) {
        let slower = journal.syncs - journal.syncHistogram.reduce(0, +)
        registry.histogram("etcd_disk_wal_fsync_duration_seconds")
            .record(buckets: journal.syncHistogram + [slower], sum: Double(journal.syncNanoseconds) / 1e9)
        gauge("etcd_disk_wal_write_bytes_total", journal.bytesWritten)
        counter("decree_journal_syncs_total", journal.syncs)
        gauge("decree_journal_segments", journal.segments)
        counter("decree_snapshots_total", snapshot.taken)
        counter("decree_snapshot_failures_total", snapshot.failures)
    }

    private func publish(_ store: StoreStatus) {
        gauge("etcd_mvcc_db_total_size_in_bytes", store.bytesReserved)
        gauge("etcd_mvcc_db_total_size_in_use_in_bytes", store.bytesInUse)
        gauge("etcd_debugging_mvcc_keys_total", store.keyCount)
        gauge("etcd_debugging_mvcc_current_revision", store.currentRevision.rawValue)
        gauge("etcd_debugging_mvcc_compact_revision", store.compactRevision?.rawValue ?? -1)
        gauge("decree_store_versions", store.versionCount)
        gauge("decree_store_pinned_readers", store.pinnedReaders)
    }

    /// Series of several loops are told apart by a label of their own, so that none hides another.
    private func publish(_ transport: LoopCounters, of loop: Int) {
        let label = [(name: "loop", value: "\(loop)")]
        counter("etcd_network_client_grpc_received_bytes_total", transport.bytesReceived, label)
        counter("etcd_network_client_grpc_sent_bytes_total", transport.bytesSent, label)
        gauge("decree_client_connections", transport.connectionsOpened - transport.connectionsClosed, label)
        for row in EtcdMethod.table {
            let method = MethodID(rawValue: UInt16(row.method.rawValue))
            guard transport.methods.started(method) > 0 else { continue }
            let labels: MetricsRegistry.Labels = [
                ("grpc_method", row.name), ("grpc_service", row.service), ("grpc_type", row.kind.rawValue),
                ("loop", "\(loop)"),
            ]
            counter("grpc_server_started_total", transport.methods.started(method), labels)
            counter("grpc_server_msg_received_total", transport.methods.messagesReceived(method), labels)
            counter("grpc_server_msg_sent_total", transport.methods.messagesSent(method), labels)
            for code in StatusCode.allCases {
                let count = transport.methods.ended(method, code)
                guard count > 0 else { continue }
                counter("grpc_server_handled_total", count, labels + [("grpc_code", code.name)])
            }
        }
    }
}

/// What one loop of the client port counted.
struct ClientCounters: Sendable {
    var transport = LoopCounters(methodCount: EtcdMethod.table.count)
    /// Requests of `/health`, by what they were told.
    var healthSuccesses: UInt64 = 0
    var healthFailures: UInt64 = 0
}

import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeJournal
import DecreeMetrics
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
        for (loop, counters) in loops.withLock({ $0 }) { publish(counters, of: loop) }
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
    private func publish(_ counters: ClientCounters, of loop: Int) {
        let label = [(name: "loop", value: "\(loop)")]
        let transport = counters.transport
        counter("etcd_network_client_grpc_received_bytes_total", transport.bytesReceived, label)
        counter("etcd_network_client_grpc_sent_bytes_total", transport.bytesSent, label)
        gauge("decree_client_connections", transport.connectionsOpened - transport.connectionsClosed, label)
        for (method, calls) in zip(EtcdMethod.table, counters.calls) where calls.started > 0 {
            let labels: MetricsRegistry.Labels = [
                ("grpc_method", method.name), ("grpc_service", method.service), ("grpc_type", method.kind.rawValue),
                ("loop", "\(loop)"),
            ]
            counter("grpc_server_started_total", calls.started, labels)
            for (code, count) in calls.ended.enumerated() where count > 0 {
                counter("grpc_server_handled_total", count, labels + [("grpc_code", Self.codeNames[code])])
            }
        }
    }

    /// The names of the status codes as grpc-go writes them.
    private static let codeNames = [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
        "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented",
        "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ]
}

/// What one loop of the client port counted.
struct ClientCounters: Sendable {
    /// Of one method.
    struct Calls: Sendable {
        var started: UInt64 = 0
        /// By status code.
        var ended = [UInt64](repeating: 0, count: GRPCCode.allCases.count)
    }

    var transport = LoopCounters()
    /// By method, in the order of the table.
    var calls = [Calls](repeating: Calls(), count: EtcdMethod.table.count)
}

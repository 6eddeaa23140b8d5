/// The metrics that the server has, under the names that etcd's dashboards and alert rules use.
/// - Source: etcd v3.6.14, the `metrics.go` files; `contrib/mixin`.
public enum MetricCatalog {
    public static let all: [MetricDescription] = server + disk + store + network + calls + process

    private static let server = [
        MetricDescription(
            "etcd_server_has_leader", .gauge, "Whether or not a leader exists. 1 is existence, 0 is not."),
        MetricDescription(
            "etcd_server_is_leader", .gauge, "Whether or not this member is a leader. 1 if is, 0 otherwise."),
        MetricDescription(
            "etcd_server_is_learner", .gauge, "Whether or not this member is a learner. 1 if is, 0 otherwise."),
        MetricDescription("etcd_server_leader_changes_seen_total", .counter, "The number of leader changes seen."),
        MetricDescription(
            "etcd_server_id", .gauge, "Server or member ID in hexadecimal format. 1 for 'server_id' label."),
        MetricDescription("etcd_server_version", .gauge, "Which version is running. 1 for 'server_version' label."),
        MetricDescription("etcd_cluster_version", .gauge, "Which version is running. 1 for 'cluster_version' label."),
        MetricDescription(
            "etcd_server_proposals_committed_total", .gauge, "The total number of consensus proposals committed."),
        MetricDescription(
            "etcd_server_proposals_applied_total", .gauge, "The total number of consensus proposals applied."),
        MetricDescription(
            "etcd_server_proposals_pending", .gauge, "The current number of pending proposals to commit."),
        MetricDescription("etcd_server_proposals_failed_total", .counter, "The total number of failed proposals seen."),
        MetricDescription(
            "etcd_server_read_indexes_failed_total", .counter, "The total number of failed read indexes seen."),
        MetricDescription("etcd_server_quota_backend_bytes", .gauge, "Current backend storage quota size in bytes."),
        MetricDescription("etcd_server_health_success", .counter, "The total number of successful health checks."),
        MetricDescription("etcd_server_health_failures", .counter, "The total number of failed health checks."),
        MetricDescription("decree_version", .gauge, "Which version of Decree is running. 1 for 'version' label."),
    ]

    private static let disk = [
        MetricDescription(
            "etcd_disk_wal_fsync_duration_seconds",
            .histogram(bounds: MetricDescription.exponential(from: 0.001, factor: 2, count: 14)),
            "The latency distributions of fsync called by WAL."),
        MetricDescription("etcd_disk_wal_write_bytes_total", .gauge, "Total number of bytes written in WAL."),
        MetricDescription("decree_journal_syncs_total", .counter, "How often the journal was synced to the disk."),
        MetricDescription("decree_journal_segments", .gauge, "Files of the journal."),
        MetricDescription("decree_snapshots_total", .counter, "Snapshots taken."),
        MetricDescription("decree_snapshot_failures_total", .counter, "Snapshots that could not be taken."),
    ]

    private static let store = [
        MetricDescription(
            "etcd_mvcc_db_total_size_in_bytes", .gauge,
            "Total size of the underlying database physically allocated in bytes."),
        MetricDescription(
            "etcd_mvcc_db_total_size_in_use_in_bytes", .gauge,
            "Total size of the underlying database logically in use in bytes."),
        MetricDescription("etcd_debugging_mvcc_keys_total", .gauge, "Total number of keys."),
        MetricDescription("etcd_debugging_mvcc_current_revision", .gauge, "The current revision of store."),
        MetricDescription(
            "etcd_debugging_mvcc_compact_revision", .gauge, "The revision of the last compaction in store."),
        MetricDescription("decree_store_versions", .gauge, "Versions of keys in memory, history included."),
        MetricDescription("decree_store_pinned_readers", .gauge, "Reads in progress that hold old revisions."),
    ]

    private static let network = [
        MetricDescription(
            "etcd_network_client_grpc_received_bytes_total", .counter,
            "The total number of bytes received from grpc clients."),
        MetricDescription(
            "etcd_network_client_grpc_sent_bytes_total", .counter, "The total number of bytes sent to grpc clients."),
        MetricDescription("etcd_network_peer_sent_bytes_total", .counter, "The total number of bytes sent to peers."),
        MetricDescription(
            "etcd_network_peer_received_bytes_total", .counter, "The total number of bytes received from peers."),
        MetricDescription(
            "etcd_network_peer_sent_failures_total", .counter, "The total number of send failures from peers."),
        MetricDescription("etcd_network_active_peers", .gauge, "The current number of active peer connections."),
        MetricDescription("decree_client_connections", .gauge, "Connections of clients that are open."),
    ]

    private static let calls = [
        MetricDescription("grpc_server_started_total", .counter, "Total number of RPCs started on the server."),
        MetricDescription(
            "grpc_server_handled_total", .counter,
            "Total number of RPCs completed on the server, regardless of success or failure."),
        MetricDescription(
            "grpc_server_msg_received_total", .counter, "Total number of RPC stream messages received on the server."),
        MetricDescription(
            "grpc_server_msg_sent_total", .counter, "Total number of gRPC stream messages sent by the server."),
    ]

    private static let process = [
        MetricDescription("process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds."),
        MetricDescription("process_resident_memory_bytes", .gauge, "Resident memory size in bytes."),
        MetricDescription("process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes."),
        MetricDescription("process_open_fds", .gauge, "Number of open file descriptors."),
        MetricDescription("process_max_fds", .gauge, "Maximum number of open file descriptors."),
        MetricDescription(
            "process_start_time_seconds", .gauge, "Start time of the process since unix epoch in seconds."),
        MetricDescription("os_fd_used", .gauge, "The number of used file descriptors."),
        MetricDescription("os_fd_limit", .gauge, "The file descriptor limit."),
    ]
}

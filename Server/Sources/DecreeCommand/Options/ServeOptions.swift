import Decree

/// A member of the cluster as `--initial-cluster` names it.
struct InitialMember: Sendable, Hashable {
    var name: String
    /// Where the others reach it; sorted.
    var urls: [ServeURL]
}

/// Everything that a server is told at its start: read, complete and checked.
struct ServeOptions: Sendable, Hashable {
    enum LogFormat: String, Sendable, Hashable {
        case json, console
    }

    enum AutoCompaction: Sendable, Hashable {
        case off
        case periodic(Duration)
        case revision(Int64)
    }

    /// The largest write that fits into a frame between members beside the batch it closes, in bytes; and with it what a
    /// write may come to in the log's form.
    static let largestRequestBytes = NodeSettings().maximumFrameBytes - 2 * NodeSettings().replica.maximumBatchBytes
    static let standardElectionMilliseconds = NodeSettings().replica.electionTimeout.nanoseconds / 1_000_000
    static let largestOperationBytes = largestRequestBytes + NodeSettings().replica.maximumBatchBytes / 2

    var name: String
    var dataDirectory: String

    var listenClientURLs: [ServeURL]
    /// When there are any, ``listenClientURLs`` serve gRPC alone.
    var listenClientHTTPURLs: [ServeURL]
    var listenMetricsURLs: [ServeURL]
    var listenPeerURLs: [ServeURL]
    var advertiseClientURLs: [ServeURL]
    var advertisePeerURLs: [ServeURL]

    /// By name; this member is among them with its ``advertisePeerURLs``.
    var initialCluster: [InitialMember]
    var initialClusterToken: String
    /// The data directory must hold a member already.
    var joinsExisting: Bool

    /// Nil: not given, so that the host's own standard counts.
    var heartbeatMilliseconds: Int?
    var electionTimeoutMilliseconds: Int?

    var maximumRequestBytes: Int
    var maximumOperations: Int
    var maximumConcurrentStreams: Int
    var keepaliveInterval: Duration
    var keepaliveTimeout: Duration
    /// What `Status` reports; 2 GiB unless another number was given, negative: none.
    var quotaBytes: Int
    var autoCompaction: AutoCompaction

    /// After how many bytes of journal a snapshot is taken.
    var snapshotJournalBytes: Int
    /// Bytes of one file of the journal; nil: as the volume permits.
    var journalSegmentBytes: Int?

    var logLevel: String
    var logFormat: LogFormat
    var logOutputs: [String]

    /// False: what was acknowledged is lost with the power.
    var syncsToDisk: Bool

    /// What the operator should know, for the log at level warning.
    var warnings: [String]
    /// What is worth a line in the log, at level info.
    var notes: [String]
}

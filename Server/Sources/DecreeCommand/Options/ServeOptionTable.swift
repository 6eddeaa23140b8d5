/// All options of `decree serve`, in one table: etcd's names, types and standard values, so that what starts etcd starts
/// this server.
/// - Source: etcd v3.6.14, `server/embed/config.go`, `AddFlags`, and `server/etcdmain/config.go`.
enum ServeOptionTable {
    static let all: [ServeOption] =
        member + clustering + limits + compaction + security + users + monitoring + tuning + unsafe + legacy

    private static let byName = Dictionary(
        all.flatMap { option in ([option.name] + option.formerNames).map { ($0, option) } },
        uniquingKeysWith: { first, _ in first })

    /// The option of that name or former name.
    static func find(_ name: String) -> ServeOption? { byName[name] }

    /// The option of a name that stands in the table.
    static func option(_ name: String) -> ServeOption {
        guard let option = byName[name] else { preconditionFailure("the table of options has no \(name)") }
        return option
    }

    /// The names that help shows and mistyped ones are compared with.
    static let shownNames = all.filter { $0.topic != .legacy }.map(\.name) + ["help", "version"]

    private static let member = [
        ServeOption(
            "name", .text, "default", .member, help: "Name of this member, for people and for --initial-cluster."),
        ServeOption(
            "data-dir", .text, "", .member,
            help: "Folder of this member's data; made if it is missing. Standard: <name>.decree in the current folder."),
        ServeOption(
            "listen-client-urls", .urls, "http://localhost:2379", .member,
            help: "Where clients are awaited, over gRPC and HTTP. Hosts are IP addresses or localhost."),
        ServeOption(
            "listen-client-http-urls", .urls, "", .member,
            help: "Where clients are awaited over HTTP alone; --listen-client-urls then serves gRPC alone."),
        ServeOption(
            "listen-peer-urls", .urls, "http://localhost:2380", .member, help: "Where the other members are awaited."),
        ServeOption(
            "listen-metrics-urls", .urls, "", .member,
            help: "Where /metrics and the health endpoints are served besides the client URLs."),
        ServeOption(
            "config-file", .text, "", .member,
            help: "A YAML or JSON file of options. All other flags and ETCD_* variables are then ignored."),
        ServeOption(
            "wal-dir", .text, "", .member, .ignored("the journal lies in the data folder"),
            help: "Folder of the write-ahead log."),
    ]

    private static let clustering =
        [
            ServeOption(
                "initial-cluster", .text, "default=http://localhost:2380", .clustering,
                help: "The members of a new cluster: name=peer-URL,name=peer-URL. This member must be among them. "
                    + "Standard: this member alone."),
            ServeOption(
                "initial-cluster-state", .choice(["new", "existing"]), "new", .clustering,
                help:
                    "Whether an empty data folder begins a cluster (new) or is refused (existing), since its volume may "
                    + "be missing. Members cannot be added yet."),
            ServeOption(
                "initial-cluster-token", .text, "etcd-cluster", .clustering,
                help: "Tells clusters apart that are given the same URLs."),
            ServeOption(
                "initial-advertise-peer-urls", .urls, "http://localhost:2380", .clustering,
                help: "Where the other members reach this one; as in --initial-cluster."),
            ServeOption(
                "advertise-client-urls", .urls, "http://localhost:2379", .clustering,
                help: "Where clients reach this member. Needed whenever --listen-client-urls is given."),
            ServeOption(
                "heartbeat-interval", .integer, "100", .clustering,
                help: "Milliseconds between heartbeats of the members."),
            ServeOption(
                "election-timeout", .integer, "1000", .clustering,
                shown: "\(ServeOptions.standardElectionMilliseconds)",
                help: "Milliseconds of silence after which a leader is replaced: at least 5 heartbeats, at most 50000. "
                    + "With --heartbeat-interval alone it is 1000."),
            ServeOption(
                "strict-reconfig-check", .flag, "true", .clustering, .ignored("membership cannot be changed yet"),
                help: "Refuses changes of membership that would lose the quorum."),
            ServeOption(
                "pre-vote", .flag, "true", .clustering, .ignored("a node stands only if a quorum is unhappy, always"),
                help: "Asks before standing for election."),
            ServeOption(
                "initial-election-tick-advance", .flag, "true", .clustering,
                .ignored("elections do not wait at the start"),
                help: "Makes the first election quick."),
            ServeOption(
                "max-learners", .integer, "1", .clustering, .ignored("there are no learners yet"),
                formerly: ["experimental-max-learners"], help: "How many learners a cluster may have."),
            ServeOption(
                "discovery-srv", .text, "", .clustering, .refused("finding members through DNS"),
                help: "DNS domain whose SRV records name the members."),
            ServeOption(
                "discovery-srv-name", .text, "", .clustering, .refused("finding members through DNS"),
                help: "Suffix of the SRV records' name."),
            ServeOption(
                "discovery", .text, "", .clustering, .refused("finding members through a discovery service"),
                help: "URL of a discovery service, version 2."),
            ServeOption(
                "discovery-proxy", .text, "", .clustering, .refused("finding members through a discovery service"),
                help: "HTTP proxy for the discovery service."),
            ServeOption(
                "discovery-fallback", .choice(["exit", "proxy"]), "exit", .clustering,
                .ignored("there is no discovery that could fail"), help: "What happens when discovery fails."),
        ] + discovery

    private static let discovery: [ServeOption] = [
        ("endpoints", .list, ""), ("token", .text, ""), ("user", .text, ""), ("password", .text, ""),
        ("cert", .text, ""), ("key", .text, ""), ("cacert", .text, ""), ("dial-timeout", .duration, "2s"),
        ("request-timeout", .duration, "5s"), ("keepalive-time", .duration, "2s"),
        ("keepalive-timeout", .duration, "6s"), ("insecure-transport", .flag, "true"),
        ("insecure-skip-tls-verify", .flag, "false"),
    ].map { name, kind, standard in
        ServeOption(
            "discovery-\(name)", kind, standard, .clustering, .refused("finding members through a discovery service"),
            help: "Of a discovery service, version 3.")
    }

    private static let limits = [
        ServeOption(
            "max-request-bytes", .integer, "1572864", .limits,
            help: "Bytes that a write may have, at most 62 MiB. Clients may send 512 KiB more before the transport "
                + "refuses."),
        ServeOption("max-txn-ops", .integer, "128", .limits, help: "How long each list of a transaction may be."),
        ServeOption(
            "max-concurrent-streams", .integer, "4294967295", .limits,
            help: "How many calls one connection may have open at once."),
        ServeOption(
            "quota-backend-bytes", .integer, "0", .limits, .ignored("no quota is enforced yet; status reports it"),
            help: "Bytes that the store may take; 0 stands for 2 GiB, negative numbers for no limit."),
        ServeOption(
            "grpc-keepalive-min-time", .duration, "5s", .limits,
            .ignored("only floods of pings are turned away, far more than one in any such time"),
            help: "Clients that ping more often than this are sent away."),
        ServeOption(
            "grpc-keepalive-interval", .duration, "2h", .limits,
            help: "How often an idle client is pinged; 0: never."),
        ServeOption(
            "grpc-keepalive-timeout", .duration, "20s", .limits,
            help: "How long the answer to a ping is waited for; 0: for ever."),
    ]

    private static let compaction = [
        ServeOption(
            "auto-compaction-mode", .choice(["periodic", "revision"]), "periodic", .compaction,
            .ignored("history is not compacted by itself yet"),
            help: "Whether the retention is a time or a number of revisions."),
        ServeOption(
            "auto-compaction-retention", .text, "0", .compaction, .ignored("history is not compacted by itself yet"),
            help: "How much history is kept: hours, a duration such as 5m, or revisions. 0: all."),
        ServeOption(
            "snapshot-count", .integer, "10000", .compaction, .ignored("snapshots follow the journal's size"),
            help: "Commands between two snapshots."),
        ServeOption(
            "snapshot-catchup-entries", .integer, "5000", .compaction, .ignored("the journal keeps what members lack"),
            formerly: ["experimental-snapshot-catchup-entries"],
            help: "Commands kept behind a snapshot for slow members."),
        ServeOption(
            "max-snapshots", .integer, "5", .compaction, .ignored("two snapshots are kept"),
            help: "How many snapshots are kept."),
        ServeOption(
            "max-wals", .integer, "5", .compaction, .ignored("journal segments are recycled"),
            help: "How many files of the write-ahead log are kept."),
        ServeOption(
            "compaction-batch-limit", .integer, "1000", .compaction, .ignored("compaction runs in slices"),
            formerly: ["experimental-compaction-batch-limit"], help: "Revisions removed at once."),
        ServeOption(
            "compaction-sleep-interval", .duration, "10ms", .compaction, .ignored("compaction runs in slices"),
            formerly: ["experimental-compaction-sleep-interval"], help: "Rest between two batches of a compaction."),
    ]
}

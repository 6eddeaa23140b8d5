extension ServeOptionTable {
    static let monitoring = [
        ServeOption(
            "log-level", .choice(["debug", "info", "warn", "error", "panic", "fatal"]), "info", .monitoring,
            help: "The least level that is logged."),
        ServeOption(
            "log-format", .choice(["json", "console"]), "json", .monitoring,
            help: "One JSON object a line, or lines for people."),
        ServeOption(
            "log-outputs", .list, "default", .monitoring,
            help: "Where the log goes: default (stderr), stderr, stdout, or files."),
        ServeOption(
            "logger", .choice(["zap"]), "zap", .monitoring, .ignored("there is one logger"), help: "Kind of logger."),
        ServeOption(
            "enable-log-rotation", .flag, "false", .monitoring, .refused("log rotation"),
            help: "Begins a new log file when one is full."),
        ServeOption(
            "log-rotation-config-json", .text,
            #"{"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false}"#, .monitoring,
            .ignored("there is no log rotation yet"), help: "How logs are rotated."),
        ServeOption(
            "disable-log-sampling", .flag, "false", .monitoring, .ignored("every line is logged"),
            help: "Logs every line."),
        ServeOption(
            "metrics", .choice(["basic", "extensive"]), "basic", .monitoring,
            .ignored("how long calls take is not measured yet"),
            help: "extensive adds how long each method's calls take."),
        ServeOption(
            "enable-grpc-gateway", .flag, "true", .monitoring, .ignored("there is no JSON gateway yet"),
            help: "Serves the API as JSON under /v3."),
        ServeOption(
            "enable-pprof", .flag, "false", .monitoring, .ignored("it is a matter of Go programs"),
            help: "Serves profiles under /debug/pprof."),
        ServeOption(
            "warning-apply-duration", .duration, "100ms", .monitoring,
            .ignored("how long applies take is not measured yet"),
            formerly: ["experimental-warning-apply-duration"], help: "Slower applies are logged."),
        ServeOption(
            "warning-unary-request-duration", .duration, "300ms", .monitoring,
            .ignored("how long calls take is not measured yet"),
            formerly: ["experimental-warning-unary-request-duration"], help: "Slower calls are logged."),
        ServeOption(
            "enable-distributed-tracing", .flag, "false", .monitoring, .refused("distributed tracing"),
            formerly: ["experimental-enable-distributed-tracing"], help: "Sends traces to a collector."),
        ServeOption(
            "distributed-tracing-address", .text, "localhost:4317", .monitoring, .ignored("there is no tracing yet"),
            formerly: ["experimental-distributed-tracing-address"], help: "Address of the collector."),
        ServeOption(
            "distributed-tracing-service-name", .text, "etcd", .monitoring, .ignored("there is no tracing yet"),
            formerly: ["experimental-distributed-tracing-service-name"], help: "Name of the service in traces."),
        ServeOption(
            "distributed-tracing-instance-id", .text, "", .monitoring, .ignored("there is no tracing yet"),
            formerly: ["experimental-distributed-tracing-instance-id"], help: "Name of the member in traces."),
        ServeOption(
            "distributed-tracing-sampling-rate", .integer, "0", .monitoring, .ignored("there is no tracing yet"),
            formerly: ["experimental-distributed-tracing-sampling-rate"], help: "Traces kept of a million."),
    ]

    static let tuning = [
        ServeOption(
            "snapshot-journal-bytes", .integer, "268435456", .tuning,
            help: "A snapshot is taken when the journal behind the last one has grown by this many bytes."),
        ServeOption(
            "journal-segment-bytes", .integer, "67108864", .tuning,
            help: "Bytes of one file of the journal, at least 1 MiB. Counts for files made from now on."),
        ServeOption(
            "watch-progress-notify-interval", .duration, "10m", .tuning, .ignored("there are no watches yet"),
            formerly: ["experimental-watch-progress-notify-interval"],
            help: "How often idle watches are told the revision."),
        ServeOption(
            "feature-gates", .text, "", .tuning, .ignored("what the gates of etcd switch does not exist here"),
            help: "Features switched on or off: Name=true,Name=false."),
        ServeOption(
            "corrupt-check-time", .duration, "0s", .tuning, .ignored("replicas compare digests by themselves"),
            formerly: ["experimental-corrupt-check-time"], help: "Time between two checks for corruption."),
        ServeOption(
            "compact-hash-check-time", .duration, "1m", .tuning, .ignored("replicas compare digests by themselves"),
            formerly: ["experimental-compact-hash-check-time"], help: "Time between two checks of compaction hashes."),
        ServeOption(
            "downgrade-check-time", .duration, "5s", .tuning, .ignored("there are no downgrades yet"),
            formerly: ["experimental-downgrade-check-time"], help: "Time between two looks at a downgrade."),
        ServeOption(
            "backend-batch-interval", .duration, "0s", .tuning, .ignored("there is no backend database"),
            help: "Time until a backend transaction is committed."),
        ServeOption(
            "backend-batch-limit", .integer, "0", .tuning, .ignored("there is no backend database"),
            help: "Operations until a backend transaction is committed."),
        ServeOption(
            "backend-bbolt-freelist-type", .text, "map", .tuning, .ignored("there is no backend database"),
            help: "Kind of freelist of the backend."),
        ServeOption(
            "bootstrap-defrag-threshold-megabytes", .integer, "0", .tuning, .ignored("there is nothing to defragment"),
            formerly: ["experimental-bootstrap-defrag-threshold-megabytes"], help: "Defragments at the start."),
        ServeOption(
            "memory-mlock", .flag, "false", .tuning, .ignored("memory is not locked"),
            formerly: ["experimental-memory-mlock"], help: "Keeps the store's pages in memory."),
        ServeOption(
            "raft-read-timeout", .duration, "5s", .tuning, .ignored("peers have heartbeats of their own"),
            help: "Time until a silent peer connection is given up."),
        ServeOption(
            "raft-write-timeout", .duration, "5s", .tuning, .ignored("peers have heartbeats of their own"),
            help: "Time until a blocked peer connection is given up."),
        ServeOption(
            "socket-reuse-port", .flag, "false", .tuning, .ignored("ports are not shared"),
            help: "Lets other processes listen on the same port."),
        ServeOption(
            "socket-reuse-address", .flag, "false", .tuning, .ignored("addresses are always reused"),
            help: "Listens on an address that was in use a moment ago."),
    ]

    static let unsafe = [
        ServeOption(
            "unsafe-no-fsync", .flag, "false", .unsafe,
            help: "Does not wait for the disk. What was acknowledged is lost with the power."),
        ServeOption(
            "force-new-cluster", .flag, "false", .unsafe, .refused("recovering a cluster from one member"),
            help: "Makes a cluster of this member alone."),
    ]

    /// What etcd accepts for the sake of old scripts, and the features of 3.5 that became gates.
    static let legacy: [ServeOption] =
        [
            "experimental-initial-corrupt-check", "experimental-compact-hash-check-enabled",
            "experimental-enable-lease-checkpoint", "experimental-enable-lease-checkpoint-persist",
            "experimental-txn-mode-write-with-shared-buffer", "experimental-stop-grpc-service-on-defrag",
            "experimental-set-member-localaddr", "cluster-active-size", "cluster-remove-delay",
            "cluster-sync-interval", "config", "force", "max-result-buffer", "max-retry-attempts",
            "peer-heartbeat-interval", "peer-election-timeout", "retry-interval", "snapshot", "v", "vv",
        ].map { name in
            ServeOption(
                name, .flag, "false", .legacy, .ignored("it has no meaning any more"), help: "Has no meaning any more.")
        } + [
            ServeOption(
                "v2-deprecation", .choice(["write-only", "write-only-drop-data", "gone"]), "write-only", .legacy,
                .ignored("there is no version 2 of the API"), help: "Stage at which version 2 of the API is.")
        ]
}

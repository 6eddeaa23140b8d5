/// Makes checked options of the values that were given.
/// - Source: etcd v3.6.14, `server/embed/config.go`, `Validate`.
struct ServeOptionsBuilder {
    private let given: GivenOptions

    private init(_ given: GivenOptions) { self.given = given }

    /// - Throws: What does not fit together, or asks for what is not there; in etcd's words where etcd has some.
    static func build(
        _ given: GivenOptions, isBegun: (String) -> Bool
    ) throws(ServeRefusal) -> ServeOptions {
        let builder = ServeOptionsBuilder(given)
        return try builder.options(isBegun: isBegun(builder.dataDirectory))
    }

    private var dataDirectory: String {
        given.text("data-dir").isEmpty ? "\(given.text("name")).decree" : given.text("data-dir")
    }

    /// - Parameter isBegun: The data directory knows the cluster.
    private func options(isBegun: Bool) throws(ServeRefusal) -> ServeOptions {
        try refuseMissingFeatures()
        try checkListenURLs()
        try checkAdvertisedURLs()
        try checkTimes()
        try checkNumbers()
        let name = given.text("name")
        let advertised = given.urls("initial-advertise-peer-urls")
        let (cluster, clusterWarnings) = try InitialCluster.resolve(
            given, name: name, advertised: advertised, isBegun: isBegun)
        let gateWarnings = try FeatureGates.check(given.text("feature-gates"))
        return ServeOptions(
            name: name,
            dataDirectory: dataDirectory,
            listenClientURLs: given.urls("listen-client-urls"),
            listenClientHTTPURLs: given.urls("listen-client-http-urls"),
            listenMetricsURLs: given.urls("listen-metrics-urls"),
            listenPeerURLs: given.urls("listen-peer-urls"),
            advertiseClientURLs: given.urls("advertise-client-urls"),
            advertisePeerURLs: advertised,
            initialCluster: cluster,
            initialClusterToken: given.text("initial-cluster-token"),
            joinsExisting: given.text("initial-cluster-state") == "existing",
            heartbeatMilliseconds: integerIfGiven("heartbeat-interval"),
            electionTimeoutMilliseconds: electionTimeout,
            maximumRequestBytes: min(given.integer("max-request-bytes"), ServeOptions.largestRequestBytes),
            maximumOperations: given.integer("max-txn-ops"),
            maximumConcurrentStreams: given.integer("max-concurrent-streams"),
            keepaliveInterval: given.duration("grpc-keepalive-interval"),
            keepaliveTimeout: given.duration("grpc-keepalive-timeout"),
            quotaBytes: given.integer("quota-backend-bytes") == 0
                ? 2_147_483_648 : given.integer("quota-backend-bytes"),
            autoCompaction: try autoCompaction(),
            snapshotJournalBytes: given.integer("snapshot-journal-bytes"),
            journalSegmentBytes: integerIfGiven("journal-segment-bytes"),
            logLevel: given.text("log-level"),
            logFormat: ServeOptions.LogFormat(rawValue: given.text("log-format")) ?? .json,
            logOutputs: given.list("log-outputs"),
            syncsToDisk: !given.flag("unsafe-no-fsync"),
            warnings: given.warnings + gateWarnings + clusterWarnings + ownWarnings(members: cluster.count),
            notes: given.notes + ignoredOptions)
    }

    /// Whoever sets the heartbeat alone expects etcd's proportion of the two.
    private var electionTimeout: Int? {
        given.isGiven("heartbeat-interval") ? given.integer("election-timeout") : integerIfGiven("election-timeout")
    }

    private func integerIfGiven(_ name: String) -> Int? { given.isGiven(name) ? given.integer(name) : nil }

    /// A security option without effect would be a lie; so would any other feature that somebody counts on.
    private func refuseMissingFeatures() throws(ServeRefusal) {
        for option in given.givenOptions {
            guard case .refused(let feature) = option.status, !isStandard(option) else { continue }
            throw ServeRefusal(
                .badConfiguration,
                "--\(option.name): \(feature) cannot be served by this version; remove the option to start without")
        }
    }

    private func isStandard(_ option: ServeOption) -> Bool {
        let text = given.text(option.name)
        return option.kind == .flag && option.topic != .legacy
            ? given.flag(option.name) == (GoValues.bool(option.standard) ?? false)
            : text.isEmpty || text == option.standard
    }

    private var ignoredOptions: [String] {
        given.givenOptions.compactMap { option in
            guard case .ignored(let reason) = option.status, !isStandard(option) else { return nil }
            return "--\(option.name) has no effect: \(reason)"
        }
    }

    private func ownWarnings(members: Int) -> [String] {
        var warnings: [String] = []
        if given.flag("unsafe-no-fsync") {
            warnings.append("--unsafe-no-fsync: what was acknowledged is lost with the power")
        }
        let (asked, largest) = (given.integer("max-request-bytes"), ServeOptions.largestRequestBytes)
        if asked > largest {
            warnings.append(
                "--max-request-bytes=\(asked): larger writes than \(largest) bytes are refused, because members could not "
                    + "pass them on to one another")
        }
        if given.text("name") == "default" && members > 1 {
            warnings.append("it isn't recommended to use default name, please set a value for --name")
        }
        return warnings
    }

    // MARK: - URLs

    private func checkListenURLs() throws(ServeRefusal) {
        let names = ["listen-peer-urls", "listen-client-urls", "listen-client-http-urls", "listen-metrics-urls"]
        for name in names {
            for url in given.urls(name) {
                if url.scheme == .https || url.scheme == .unixs {
                    throw ServeRefusal(
                        .badConfiguration,
                        "--\(name) \(url): TLS cannot be served by this version; use \(url.scheme == .https ? "http" : "unix")"
                    )
                }
                if !url.canBeBound {
                    throw ServeRefusal(.badConfiguration, "expected IP in URL for binding (\(url))")
                }
                if url.scheme.isUnix && name == "listen-peer-urls" {
                    throw ServeRefusal(.badConfiguration, "--\(name) \(url): members talk over TCP; use http")
                }
            }
        }
    }

    private func checkAdvertisedURLs() throws(ServeRefusal) {
        if let empty = given.urls("initial-advertise-peer-urls").first(where: \.hasNoHost) {
            throw ServeRefusal(
                .badConfiguration,
                "--initial-advertise-peer-urls \"\(given.text("initial-advertise-peer-urls"))\" must be \"host:port\" "
                    + "(unexpected empty host (\(empty)))")
        }
        if let empty = given.urls("advertise-client-urls").first(where: \.hasNoHost) {
            throw ServeRefusal(
                .badConfiguration,
                "--advertise-client-urls \"\(given.text("advertise-client-urls"))\" must be in the format \"host:port\", "
                    + "\"unix:/path/to/socket\" or \"unixs:/path/to/socket\" (unexpected empty host (\(empty)))")
        }
        if given.isGiven("listen-client-urls") && !given.isGiven("advertise-client-urls") {
            throw ServeRefusal(
                .badConfiguration,
                "--advertise-client-urls is required when --listen-client-urls is set explicitly")
        }
    }

    // MARK: - numbers

    private func checkTimes() throws(ServeRefusal) {
        let heartbeat = given.integer("heartbeat-interval")
        let election = given.integer("election-timeout")
        if heartbeat <= 0 {
            throw ServeRefusal(.badConfiguration, "--heartbeat-interval must be >0 (set to \(heartbeat)ms)")
        }
        if election <= 0 {
            throw ServeRefusal(.badConfiguration, "--election-timeout must be >0 (set to \(election)ms)")
        }
        // Compared by division: a product may leave the range of numbers.
        if heartbeat > election / 5 {
            throw ServeRefusal(
                .badConfiguration,
                "--election-timeout[\(election)ms] should be at least as 5 times as --heartbeat-interval[\(heartbeat)ms]"
            )
        }
        if election > 50_000 {
            throw ServeRefusal(
                .badConfiguration, "--election-timeout[\(election)ms] is too long, and should be set less than 50000ms")
        }
    }

    private func checkNumbers() throws(ServeRefusal) {
        let positive = ["max-request-bytes", "max-txn-ops", "max-concurrent-streams", "snapshot-journal-bytes"]
        for name in positive where given.integer(name) <= 0 {
            throw ServeRefusal(.badConfiguration, "--\(name) must be >0 (set to \(given.integer(name)))")
        }
        if given.integer("max-concurrent-streams") > 4_294_967_295 {
            throw ServeRefusal(.badConfiguration, "--max-concurrent-streams must be below 2^32")
        }
        if given.integer("journal-segment-bytes") < 1 << 20 {
            throw ServeRefusal(.badConfiguration, "--journal-segment-bytes must be at least 1048576")
        }
        for option in ServeOptionTable.all where option.kind == .duration && given.duration(option.name) < .zero {
            throw ServeRefusal(.badConfiguration, "--\(option.name) must not be negative")
        }
    }

    /// A bare number means hours or revisions, as the mode has it.
    private func autoCompaction() throws(ServeRefusal) -> ServeOptions.AutoCompaction {
        let text = given.text("auto-compaction-retention")
        let number = GoValues.integer(text)
        if given.text("auto-compaction-mode") == "revision" {
            guard let number, number >= 0 else { throw badRetention(text) }
            return number == 0 ? .off : .revision(Int64(number))
        }
        // As many hours as fit into Go's durations.
        if let number, number > Int(Int64.max / 3_600_000_000_000) { throw badRetention(text) }
        let hours = number.map { Duration.seconds(3600) * max(-1, $0) }
        guard let retention = hours ?? GoValues.duration(text), retention >= .zero else { throw badRetention(text) }
        return retention == .zero ? .off : .periodic(retention)
    }

    private func badRetention(_ text: String) -> ServeRefusal {
        ServeRefusal(.badConfiguration, "error parsing auto-compaction-retention: invalid value \"\(text)\"")
    }
}

extension ServeURL {
    /// Whether nobody could dial it.
    fileprivate var hasNoHost: Bool { !scheme.isUnix && host.isEmpty }
}

import Decree
import DecreeEtcd
import DecreeHTTP2
import Foundation
import Logging
import PaxosBase

/// `decree serve` behind its options.
enum Server {
    /// Serves until it is told to stop.
    static func run(_ options: ServeOptions) async -> ServeExit {
        let logger: Logger
        do throws(ServeFailure) {
            logger = try Self.logger(options)
        } catch {
            // There is no log that could tell it.
            StandardError.write("decree serve: \(error)\n")
            return .cannotRun
        }
        let outputs = Set(options.logOutputs)
        let fatal = FatalLog(
            logger: logger, reachesStandardError: !outputs.isDisjoint(with: ["default", "stderr"]))
        do {
            let stop = StopRequests(logger)
            for warning in options.warnings { logger.warning("\(warning)") }
            for note in options.notes { logger.info("\(note)") }
            logger.info(
                "starting", metadata: ["decree-version": "\(Versions.decree)", "data-dir": "\(options.dataDirectory)"])
            try await ServerProcess(plan: try plan(options), logger: logger, fatal: fatal, stop: stop).run()
            return .stopped
        } catch {
            fatal.write("\(error)")
            return .cannotRun
        }
    }

    private static func logger(_ options: ServeOptions) throws(ServeFailure) -> Logger {
        let sinks = try LogSinks(options.logOutputs)
        let format = LogOutput.Format(rawValue: options.logFormat.rawValue) ?? .json
        let level = level(options.logLevel)
        return Logger(label: "decree") { label in
            LogOutput(label: label, format: format, sinks: sinks, logLevel: level)
        }
    }

    private static func level(_ name: String) -> Logger.Level {
        switch name {
        case "debug": .debug
        case "warn": .warning
        case "error": .error
        case "panic", "fatal", "dpanic": .critical
        default: .info
        }
    }

    // MARK: From options to a plan

    private static func plan(_ options: ServeOptions) throws -> ServerPlan {
        let token = options.initialClusterToken
        let members = try options.initialCluster.map { member in
            Member(
                node: nodeID(of: member.urls, token: token), name: member.name, addresses: try addresses(member.urls))
        }
        return ServerPlan(
            name: options.name, dataDirectory: options.dataDirectory,
            cluster: try ClusterDescription(token: token, members: members),
            node: nodeID(of: options.advertisePeerURLs, token: token), settings: try settings(options),
            client: try clientPort(options), advertisedClientURLs: options.advertiseClientURLs.map(\.description),
            maximumRequestBytes: options.maximumRequestBytes, maximumOperations: options.maximumOperations,
            quotaBytes: max(0, options.quotaBytes), clientLoops: clientLoops)
    }

    /// On a small machine clients are served on the node's own loop, which spares a change of thread for each batch; on a
    /// larger one they have loops of their own.
    private static var clientLoops: Int {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        return processors <= 4 ? 0 : min(8, processors / 2)
    }

    private static func nodeID(of urls: [ServeURL], token: String) -> NodeID {
        StableIdentity.nodeID(peerURLs: urls.map(\.description), token: token)
    }

    private static func addresses(_ urls: [ServeURL]) throws -> [PeerAddress] {
        try urls.map { url in
            guard url.scheme == .http else {
                throw ServeFailure("peer URL \(url): only http is served yet; start the cluster with http:// URLs")
            }
            return PeerAddress(host: url.host, port: url.port)
        }
    }

    private static func settings(_ options: ServeOptions) throws -> NodeSettings {
        var settings = NodeSettings()
        settings.listen = try addresses(options.listenPeerURLs)
        settings.syncsToDisk = options.syncsToDisk
        settings.mayBegin = !options.joinsExisting
        settings.recordedPrevails = true
        settings.journalSegmentBytes = options.journalSegmentBytes
        settings.limits.snapshots.minimumJournalBytes = options.snapshotJournalBytes
        if let heartbeat = options.heartbeatMilliseconds {
            settings.replica.heartbeatInterval = .milliseconds(UInt64(heartbeat))
        }
        if let election = options.electionTimeoutMilliseconds {
            settings.replica.electionTimeout = .milliseconds(UInt64(election))
            // As etcd counts it: five seconds, and twice the time that an election may take.
            settings.replica.proposalTimeout = .seconds(5) + .milliseconds(UInt64(election) * 2)
            settings.replica.readTimeout = settings.replica.proposalTimeout
        }
        return settings
    }

    private static func clientPort(_ options: ServeOptions) throws -> ServerConfiguration {
        let hasHTTPListeners = !options.listenClientHTTPURLs.isEmpty
        var listeners = try options.listenClientURLs.map {
            Listener(try listenAddress($0), serves: hasHTTPListeners ? .grpc : [.grpc, .http])
        }
        for url in options.listenClientHTTPURLs + options.listenMetricsURLs {
            listeners.append(Listener(try listenAddress(url), serves: .http))
        }
        var configuration = ServerConfiguration(listeners: listeners)
        configuration.limits.maxMessageBytes = options.maximumRequestBytes + 524_288
        // Each of the others dials twice and is dialled twice.
        configuration.limits.keptDescriptors = 4 * max(0, options.initialCluster.count - 1)
        configuration.overloaded = ReplicationFailure.overloaded.status
        configuration.limits.maxConcurrentStreams = UInt32(clamping: options.maximumConcurrentStreams)
        configuration.timeouts.keepaliveIntervalSeconds = wholeSeconds(options.keepaliveInterval)
        configuration.timeouts.keepaliveTimeoutSeconds = wholeSeconds(options.keepaliveTimeout)
        return configuration
    }

    /// The client port counts whole seconds; zero stands for never.
    static func wholeSeconds(_ duration: Duration) -> Int {
        duration == .zero ? ServerTimeouts.never : max(1, Int(duration.components.seconds))
    }

    private static func listenAddress(_ url: ServeURL) throws(ServeFailure) -> ListenAddress {
        switch url.scheme {
        case .http: .tcp(host: url.host, port: url.port)
        case .unix: .unix(path: url.path)
        case .https, .unixs: throw ServeFailure("client URL \(url): TLS is not served yet; use http:// or unix://")
        }
    }
}

import DecreeSockets
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a server did not start.
public enum RPCServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A listener's address could not be bound.
    case cannotListen(address: String, reason: String)

    public var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}

/// The client port: gRPC over HTTP/2 and plain HTTP on the same sockets, one `RPCLoop` for each event loop.
public final class RPCServer: Sendable {
    /// One for each event loop of the group, in the group's order.
    public let loops: [RPCLoop]
    /// By listener; one that listens at `localhost` may have two.
    private let channels: [[any Channel]]

    private init(loops: [RPCLoop], channels: [[any Channel]]) {
        self.loops = loops
        self.channels = channels
    }

    /// The addresses that are listened on, in the order of the configuration's listeners.
    public var localAddresses: [SocketAddress] { channels.compactMap { $0.first?.localAddress } }

    /// The ports that are listened on, in the order of the configuration's listeners; 0 for a Unix socket.
    public var ports: [Int] { channels.map { $0.first?.localAddress?.port ?? 0 } }

    /// Starts to serve.
    ///
    /// - Parameters:
    ///   - group: whose loops serve the connections. The caller shuts it down after the server.
    ///   - methods: the methods that are served, all services together.
    ///   - makeHandler: called once on each loop before the first connection.
    /// - Throws: `RPCServerError` if a listener's address cannot be bound; nothing is listened on then.
    public static func start(
        _ configuration: ServerConfiguration, on group: any EventLoopGroup, methods: MethodTable,
        makeHandler: @escaping @Sendable (RPCLoop) -> any CallHandler
    ) async throws(RPCServerError) -> RPCServer {
        let eventLoops = Array(group.makeIterator())
        let budget = SharedBudget(limit: configuration.limits.maxHeldBytes)
        let loops = eventLoops.enumerated().map { index, eventLoop in
            RPCLoop(
                index: index, eventLoop: eventLoop, methods: methods, configuration: configuration,
                budget: budget)
        }
        for loop in loops {
            try? await loop.eventLoop.submit {
                loop.handler = makeHandler(loop)
                loop.start()
            }.get()
        }
        let limits = configuration.limits
        let limit = ConnectionLimit(
            limit: limits.maxConnections ?? ConnectionLimit.ofDescriptors(keeping: limits.keptDescriptors),
            report: configuration.report)
        var channels: [[any Channel]] = []
        do {
            for index in configuration.listeners.indices {
                channels.append(try await bind(index, configuration, group, loops, limit))
            }
        } catch {
            for channel in channels.joined() { try? await channel.close() }
            await stop(loops)
            throw error
        }
        return RPCServer(loops: loops, channels: channels)
    }

    private static func bind(
        _ index: Int, _ configuration: ServerConfiguration, _ group: any EventLoopGroup, _ loops: [RPCLoop],
        _ limit: ConnectionLimit
    ) async throws(RPCServerError) -> [any Channel] {
        let listener = configuration.listeners[index]
        let loopsByID = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(limit, pause: .milliseconds(100)))
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32_768, high: 131_072))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loopsByID[ObjectIdentifier(channel.eventLoop)] else {
                        invariantFailure("a connection is served by a loop outside of the server's group")
                    }
                    SilenceWatch.neverGiveUp(channel)
                    try configuration.prepare?(channel, index)
                    let sniffer = ProtocolSniffer(loop: loop, listener: index, serves: listener.serves)
                    try channel.pipeline.syncOperations.addHandler(sniffer)
                }
            }
        do {
            switch listener.address {
            case .tcp(let host, let port):
                let tcp = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                if host == "localhost" { return try await bindLoopback(tcp, port: port) }
                return [try await tcp.bind(host: host, port: port).get()]
            case .unix(let path):
                return [try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()]
            }
        } catch {
            throw .cannotListen(address: "\(listener.address)", reason: reason(error))
        }
    }

    /// `localhost` is both loopback addresses, as far as the machine has them: some clients dial the one, some the other,
    /// and what the name resolves to first is no matter of theirs.
    private static func bindLoopback(_ bootstrap: ServerBootstrap, port: Int) async throws -> [any Channel] {
        let first: any Channel
        do {
            first = try await bootstrap.bind(host: "127.0.0.1", port: port).get()
        } catch let error as IOError where isMissing(error) {
            return [try await bootstrap.bind(host: "::1", port: port).get()]
        }
        do {
            let second = try await bootstrap.bind(host: "::1", port: first.localAddress?.port ?? port).get()
            return [first, second]
        } catch let error as IOError where isMissing(error) || port == 0 {
            return [first]
        } catch {
            try? await first.close()
            throw error
        }
    }

    /// Whether the machine does not have the address at all.
    private static func isMissing(_ error: IOError) -> Bool {
        [EADDRNOTAVAIL, EAFNOSUPPORT, EPROTONOSUPPORT].contains(error.errnoCode)
    }

    /// Stops accepting, lets the calls that are open come to their end, and closes every connection: idle ones at
    /// once, the others after their last call or when the time is over. Returns when all are closed.
    ///
    /// - Parameter grace: how long open calls may take; long streams are to be finished in `shutdownBegins`. Calls
    ///   that are open then are cancelled with `Cancellation.shutdown`.
    public func shutdownGracefully(grace: Duration) async {
        for channel in channels.joined() { try? await channel.close() }
        let nanoseconds = Int64(min(grace, .seconds(86_400)) / .nanoseconds(1))
        let ends = loops.map { loop in
            loop.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) { loop.abandonConnections() }
        }
        let drained = loops.map { loop in loop.eventLoop.flatSubmit { loop.drain() } }
        for future in drained { try? await future.get() }
        for end in ends { end.cancel() }
        await Self.stop(loops)
    }

    private static func stop(_ loops: [RPCLoop]) async {
        for loop in loops { try? await loop.eventLoop.submit { loop.stop() }.get() }
    }

    /// The system's words for a failure.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode)).lowercased()
    }
}

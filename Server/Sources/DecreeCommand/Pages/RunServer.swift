import DecreeHTTP2
import DecreePages
import NIOPosix

/// Serves a run to a browser on this machine until somebody ends it: `RunDesk` says what, the server's own HTTP says how.
struct RunServer {
    let ways: any RunTree
    /// 0: one that is free.
    let port: Int

    /// How long an answer may still take when the server is to end.
    private static let grace = Duration.seconds(2)

    /// Serves until SIGINT or SIGTERM comes; a second one ends the process at once.
    func run() async throws(ClientFailure) {
        let (signals, sink) = AsyncStream.makeStream(of: Int32.self)
        Signals.watch { signal, count in
            if count > 1 { Exit.now(ClientFailure.Code.failed.rawValue) }
            sink.yield(signal)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await start(on: group)
        for await _ in signals { break }
        await server.shutdownGracefully(grace: Self.grace)
        try? await group.shutdownGracefully()
    }

    private func start(on group: MultiThreadedEventLoopGroup) async throws(ClientFailure) -> RPCServer {
        let queue = RunQueue()
        do throws(RPCServerError) {
            let server = try await RPCServer.start(configuration, on: group, methods: MethodTable([])) { loop in
                RunCalls(loop, queue)
            }
            let port = server.ports.first ?? 0
            queue.open(RunDesk(ways, port: port))
            Output.write("\nThe run is served at http://127.0.0.1:\(port)/ until Ctrl-C ends it.\n")
            return server
        } catch {
            try? await group.shutdownGracefully()
            throw ClientFailure(.failed, "the run cannot be served: \(error)", nextStep: "Try another --port.")
        }
    }

    private var configuration: ServerConfiguration {
        var configuration = ServerConfiguration(
            listeners: [Listener(.tcp(host: "127.0.0.1", port: port), serves: .http)])
        configuration.limits.maxHTTPBodyBytes = 0
        configuration.plainFields = [
            HTTPField("cache-control", "no-store"), HTTPField("x-content-type-options", "nosniff"),
            HTTPField("cross-origin-resource-policy", "same-origin"),
            HTTPField("content-security-policy", "frame-ancestors 'none'"),
        ]
        return configuration
    }
}

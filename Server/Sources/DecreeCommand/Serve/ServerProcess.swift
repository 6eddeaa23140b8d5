import Decree
import DecreeEtcd
import DecreeHTTP2
import DecreeServer
import DecreeStore
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog

/// All that a server needs to know, after the options were checked.
struct ServerPlan: Sendable {
    var name: String
    var dataDirectory: String
    var cluster: ClusterDescription
    var node: NodeID
    var settings: NodeSettings
    var client: ServerConfiguration
    var advertisedClientURLs: [String]
    var maximumRequestBytes: Int
    var maximumOperations: Int
    var quotaBytes: Int
    /// Event loops for clients beside the node's own; 0: clients are served on the node's loop.
    var clientLoops: Int
}

/// A server from its start to its end.
struct ServerProcess {
    let plan: ServerPlan
    let logger: Logger
    let fatal: FatalLog
    let stop: StopRequests

    /// Serves until the operator's word to stop, or until the node ends by itself.
    /// - Throws: `ServeFailure` when it cannot start.
    func run() async throws(ServeFailure) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, plan.clientLoops))
        let node = try await startNode(on: plan.clientLoops == 0 ? group.next() : nil)
        stop.nodeIsUp()
        let server: RPCServer
        do throws(RPCServerError) {
            server = try await startServer(on: group, node)
        } catch {
            await node.shutdown(graceful: false)
            throw ServeFailure(error.description)
        }
        announce(server)
        let whenReady = Task { await publish(node) }
        // Not awaited: a node that is stopped by the operator's word ends only after that.
        Task {
            await node.waitUntilStopped()
            stop.request("the node ended")
        }
        let reason = await stop.reason()
        logger.info("shutting down", metadata: ["reason": "\(reason)"])
        whenReady.cancel()
        ServiceManager.notify("STOPPING=1")
        await shutDown(server, node)
        try? await group.shutdownGracefully()
        logger.info("stopped")
    }

    private func startNode(on loop: (any EventLoop)?) async throws(ServeFailure) -> StoreNode {
        var settings = plan.settings
        settings.onFault = { [fatal] fault in FaultEnd(log: fatal).end(fault) }
        do throws(NodeError) {
            return try await StoreNode.start(
                node: plan.node, cluster: plan.cluster, directory: plan.dataDirectory, settings: settings,
                eventLoop: loop, logger: logger, makeMachine: { Store() })
        } catch {
            throw ServeFailure(error.description)
        }
    }

    private func startServer(
        on group: MultiThreadedEventLoopGroup, _ node: StoreNode
    ) async throws(RPCServerError) -> RPCServer {
        let context = ServerContext(
            node: node,
            settings: ClientServices.Settings(
                decoder: RequestDecoder(
                    maximumRequestBytes: plan.maximumRequestBytes, maximumOperations: plan.maximumOperations,
                    maximumOperationBytes: ServeOptions.largestOperationBytes),
                quotaBytes: plan.quotaBytes),
            metrics: ServerMetrics(quotaBytes: plan.quotaBytes))
        var client = plan.client
        client.report = { [logger] line in logger.warning("\(line)") }
        return try await RPCServer.start(client, on: group, methods: ServerContext.methods) { loop in
            ClientCalls(context, loop: loop)
        }
    }

    private func announce(_ server: RPCServer) {
        for (listener, address) in zip(plan.client.listeners, server.localAddresses) {
            logger.info(
                "listening for clients",
                metadata: ["address": "\(listener.address)", "port": "\(address.port ?? 0)"])
        }
    }

    /// The server is ready when the cluster took its word who it is: that shows that a quorum answers.
    private func publish(_ node: StoreNode) async {
        let attributes = MemberAttributes(
            memberID: node.node.rawValue, name: plan.name, clientURLs: plan.advertisedClientURLs)
        let operation = StoreOperation.publishMember(attributes).encode()
        var said: (text: String, at: ContinuousClock.Instant)?
        while !Task.isCancelled {
            do throws(RequestFailure) {
                _ = try await node.submit(operation)
                break
            } catch {
                // On a full disk, say, it fails at once, and the log may lie there as well.
                if said.map({ $0.text != "\(error)" || $0.at.duration(to: .now) > .seconds(60) }) ?? true {
                    logger.warning("the cluster did not answer yet", metadata: ["reason": "\(error)"])
                    said = ("\(error)", .now)
                }
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        guard !Task.isCancelled else { return }
        logger.info("published local member to cluster through raft", metadata: ["local-member-name": "\(plan.name)"])
        logger.info("ready to serve client requests")
        for listener in plan.client.listeners {
            logger.info(
                "serving client traffic insecurely; this is strongly discouraged!",
                metadata: ["traffic": "\(Self.traffic(listener.serves))", "address": "\(listener.address)"])
        }
        ServiceManager.notify("READY=1")
    }

    static func traffic(_ served: ServedProtocols) -> String {
        let parts = [(ServedProtocols.grpc, "grpc"), (.http, "http")]
        return parts.filter { served.contains($0.0) }.map(\.1).joined(separator: "+")
    }

    /// Leadership goes first, so that the others go on at once; then the calls in flight come to their end.
    private func shutDown(_ server: RPCServer, _ node: StoreNode) async {
        node.handOver()
        await server.shutdownGracefully(grace: .seconds(5))
        await node.shutdown(graceful: true)
    }
}

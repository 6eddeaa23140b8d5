import DecreeJournal
import DecreeNode
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog

/// One member of a cluster in this process: a replica of the log and the state machine that it drives.
///
/// ```swift
/// let node = try await Node.start(
///     node: me, cluster: cluster, directory: "/var/lib/counter", logger: logger) { Small(Counter()) }
/// let sum = try await node.submit(Payload("42".utf8))
/// ```
public final class Node<Machine: StateMachine & SendableMetatype>: Sendable {
    /// Who this node is within its cluster.
    public let node: NodeID
    /// The cluster that it belongs to.
    public let cluster: ClusterDescription
    /// Where peers are awaited: of interest when the system chose a port.
    public let peerAddresses: [SocketAddress]
    private let replicaLoop: ReplicaLoop<Machine>
    private let inbox: Inbox<Machine>
    private let transport: PeerTransport
    private let journal: Journal
    private let calls: AsyncCalls<Machine>
    private let resources: NodeResources

    init(
        node: NodeID, replicaLoop: ReplicaLoop<Machine>, transport: PeerTransport, journal: Journal,
        resources: NodeResources,
        peerAddresses: [SocketAddress]
    ) {
        self.node = node
        cluster = replicaLoop.cluster
        self.replicaLoop = replicaLoop
        inbox = replicaLoop.inbox
        self.transport = transport
        self.journal = journal
        self.resources = resources
        self.peerAddresses = peerAddresses
        calls = AsyncCalls(inbox: replicaLoop.inbox)
    }

    /// Starts a node: opens or makes its data directory, restores the newest snapshot, replays the journal, and begins
    /// to listen for its peers and to dial them.
    ///
    /// Returns once the state is recovered. The first start of a cluster of several goes on in the background until
    /// every member has answered once; requests wait for that, up to their time-out.
    /// - Parameters:
    ///   - node: Which member this is.
    ///   - directory: The data directory; made if it is missing.
    ///   - eventLoop: Where replica, machine and peers live; must belong to a `MultiThreadedEventLoopGroup`. Nil: a
    ///     thread of its own. A server may give one of its own loops to spare changes of threads.
    ///   - onTurn: Called on that loop at the end of every turn, after applies and steps of queries, before completions
    ///     are delivered.
    ///   - makeMachine: Makes the machine, on that loop; called again only if a damaged snapshot has to be discarded.
    /// - Throws: ``NodeError``, each a clear line.
    public static func start(
        node: NodeID, cluster: ClusterDescription, directory: String, settings: NodeSettings = NodeSettings(),
        eventLoop: (any EventLoop)? = nil, logger: Logger, software: String = "decree",
        onTurn: (@Sendable (inout Machine, inout Turn) -> Void)? = nil,
        makeMachine: @escaping @Sendable () -> Machine
    ) async throws(NodeError) -> Node {
        do throws(ConfigurationError) {
            try settings.validate()
            guard cluster.member(node) != nil else { throw .notAMember(node) }
        } catch {
            throw .invalidConfiguration(error)
        }
        var logger = logger
        logger[metadataKey: "node"] = "\(node)"
        let start = NodeStart(
            node: node, cluster: cluster, path: directory, settings: settings, logger: logger, software: software,
            onTurn: onTurn, makeMachine: makeMachine)
        return try await start.run(on: eventLoop)
    }

    /// Whether a node was started in this directory before: then it records who the node is and with whom.
    public static func isBegun(directory: String) -> Bool { DataDirectory.isBegun(directory) }

    /// How the node is doing; from any thread, cheap enough for every request.
    public var status: NodeStatus {
        NodeStatus(
            node: node, clusterID: cluster.clusterID, members: cluster.members,
            loop: replicaLoop.published.withLock { $0 }, peers: transport.statuses, journal: journal.statistics)
    }

    /// The part of ``status`` that changes with every turn: plain words, for those who look very often.
    public var loopStatus: LoopStatus { replicaLoop.published.withLock { $0 } }

    /// Opens a way for requests to come in, and completions and pushes to go out, in batches.
    /// - Parameters:
    ///   - deliver: Called on the node's loop with all completions of a turn, at most once in a turn; it should hand them
    ///     over, not work on them.
    ///   - pushed: Called on the node's loop with all that the machine pushed in a turn, at most once in a turn and before
    ///     `deliver`, while the port subscribes (``Port/subscribe()``). Whoever is done with a batch says so
    ///     (``Port/drained(_:)``).
    public func openPort(
        deliver: @escaping @Sendable ([Completion]) -> Void,
        pushed: @escaping @Sendable (Pushed) -> Void = { _ in }
    ) -> Port {
        Port(state: PortState(deliver: deliver, pushed: pushed), inbox: inbox)
    }

    /// What the machine pushes, from this call on: of every command that this node applies after it has heard of it, and
    /// so of every command that is submitted on this node behind this call.
    ///
    /// ```swift
    /// for try await change in node.pushes() { ... }
    /// ```
    ///
    /// Whoever begins with the state of the machine calls this first and asks the machine then, so that nothing falls
    /// between; what is pushed may repeat what an answer of ``query(_:linearizable:)`` shows already, since answers come on
    /// another way. The sequence ends when the node stops. A subscriber that falls behind by more than
    /// `NodeLimits.maximumPushes` or `maximumPushBytes` gets what it was told so far and then
    /// ``DecreeNode/PushesEnd/lost(after:)``.
    public func pushes() -> Pushes { Pushes(of: self) }

    /// Has a command chosen and applied.
    /// - Returns: What the machine yielded for it.
    public func submit(_ payload: Payload) async throws(RequestFailure) -> Machine.Output {
        try await calls.submit(payload)
    }

    /// Asks the machine.
    /// - Parameter linearizable: Whether the answer has to reflect everything that was answered to anybody before.
    public func query(
        _ query: Machine.Query, linearizable: Bool = true
    ) async throws(RequestFailure) -> Machine.Answer {
        try await calls.query(query, linearizable: linearizable)
    }

    /// If this node leads, another should.
    public func handOver() { inbox.post(NodeEvent.handOverRequested) }

    /// Takes a snapshot as soon as possible.
    public func snapshotNow() { inbox.post(NodeEvent.snapshotRequested) }

    /// Stops the node: takes no more requests, hands leadership over, flushes and closes all.
    /// - Parameter graceful: Whether to wait, for up to a second, for another leader and for commands under way.
    public func shutdown(graceful: Bool = true) async {
        inbox.post(NodeEvent.stopRequested(isGraceful: graceful))
        await waitUntilStopped()
    }

    /// Returns when the node has stopped and let go of its directory.
    public func waitUntilStopped() async {
        await resources.release(after: replicaLoop.ended.futureResult)
    }
}

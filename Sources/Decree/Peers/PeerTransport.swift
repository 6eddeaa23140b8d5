import DecreeNode
import DecreeWire
import Logging
import DecreeSockets
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
import Synchronization

/// What the transport asks and tells its node. All calls come on the node's event loop.
protocol PeerTransportDelegate: AnyObject {
    /// What the node says in handshakes, and how it judges what others say.
    var greeting: Greeting { get }
    /// A peer was greeted and judged well.
    /// - Parameter isAnswer: This node had dialled it.
    func greeted(_ hello: Hello, isAnswer: Bool)
    /// All that one read burst brought from a peer, in order.
    func received(_ envelopes: [Envelope], from peer: NodeID)
    /// A greeted heartbeat connection to or from the peer ended.
    func lost(_ peer: NodeID)
}

/// The connections of a node to its peers. Lives on the node's event loop.
///
/// Every node dials two connections to each peer, one for heartbeats and one for all else, and only sends on those that
/// it dialled; what peers dialled it only reads. So neither side has to choose between two crossing connections, and
/// bulk data never delays a heartbeat. All messages of a turn to one peer leave as one frame in one write; equal frames
/// are encoded once. What does not fit into the queue of a slow peer is dropped: the protocol sends it again.
final class PeerTransport: @unchecked Sendable {
    let loop: any EventLoop
    let node: NodeID
    let settings: NodeSettings
    let logger: Logger
    weak let delegate: (any PeerTransportDelegate)?
    var refusals: RefusalLog
    /// Connections that did not say yet who they are.
    var newcomers: Newcomers
    var random: SeededRandom
    private(set) var links: [PeerLink] = []
    private var listeners: [any Channel] = []
    private var isClosed = false
    private var frames = FrameBuffer()
    /// For readers on other threads.
    private let published: Mutex<[PeerStatus]>

    init(
        loop: any EventLoop, cluster: ClusterDescription, node: NodeID, settings: NodeSettings, logger: Logger,
        delegate: any PeerTransportDelegate
    ) {
        self.loop = loop
        self.node = node
        self.settings = settings
        self.logger = logger
        self.delegate = delegate
        refusals = RefusalLog(logger: logger)
        newcomers = Newcomers(limit: settings.maximumNewcomers ?? Newcomers.limitOfDescriptors())
        random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
        published = Mutex([])
        links = cluster.members.filter { $0.node != node }.map { PeerLink(member: $0, transport: self) }
        publish()
    }

    /// How the node stands with its peers; from any thread.
    var statuses: [PeerStatus] { published.withLock { $0 } }

    /// Where peers are awaited, once ``listen(at:)`` returned.
    var localAddresses: [SocketAddress] { listeners.compactMap(\.localAddress) }

    /// Begins to listen.
    /// - Throws: ``NodeError/cannotListen(_:reason:)``.
    func listen(at addresses: [PeerAddress]) async throws(NodeError) {
        for address in addresses {
            do {
                // Of the addresses of a name only one is listened on; peers on this machine may know this one alone.
                let host = address.host == "localhost" ? "127.0.0.1" : address.host
                let channel = try await bootstrap().bind(host: host, port: address.port).get()
                try await loop.submit { self.listeners.append(channel) }.get()
            } catch {
                let reason = (error as? IOError).map { FileError.text(of: $0.errnoCode) } ?? "\(error)"
                throw .cannotListen(address, reason: reason)
            }
        }
    }

    private func bootstrap() -> ServerBootstrap {
        let limit = settings.maximumFrameBytes
        return ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptGate(self, pause: .milliseconds(50)))
                }
            }
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 4_096, initial: 65_536, maximum: 1 << 20)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HalfOpenDetector())
                    try self.settings.peerSecurity?.secureServer(channel)
                    try channel.pipeline.syncOperations.addHandler(
                        IncomingConnection(transport: self, maximumFrameBytes: limit))
                }
            }
    }

    /// Begins to dial all peers.
    func dial() {
        loop.preconditionInEventLoop()
        for link in links { link.dial() }
    }

    func link(to peer: NodeID) -> PeerLink? { links.first { $0.member.node == peer } }

    /// Sends the messages of one turn.
    func send(_ sends: [Send]) {
        guard !links.isEmpty else { return }
        for send in sends {
            guard let link = link(to: send.to) else { continue }
            link.gather(send.envelope)
        }
        for link in links { link.flush(using: &frames) }
        frames.forget()
    }

    /// A peer was greeted well.
    func note(_ hello: Hello, isAnswer: Bool) {
        link(to: hello.node)?.status.software = hello.software
        delegate?.greeted(hello, isAnswer: isAnswer)
    }

    /// What this node says to `peer`, which it dials; nil once the node is gone.
    func hello(to peer: NodeID, connection: ConnectionKind) -> Hello? {
        delegate?.greeting.hello(to: peer, connection: connection)
    }

    /// What to answer to a peer that dialled and says this; nil once this node is gone.
    func answer(to hello: Hello) -> HelloReply? { delegate?.greeting.answer(to: hello) }

    /// Whether a peer that was dialled, and accepted, may be talked to.
    /// - Returns: Why not; nil when all is well.
    func judge(_ answer: Hello, version: UInt8, expected: NodeID) -> HelloRefusal? {
        delegate?.greeting.judge(answer, version: version, expected: expected)
    }

    /// What to say to a node whose version has another form of greeting; nil once this node is gone.
    func judge(_ hello: ForeignHello) -> HelloRefusal? { delegate?.greeting.judge(hello) }

    /// Lets other threads see how the node stands with its peers now.
    func publish() {
        guard isOpen else { return }
        let statuses = links.map(\.status)
        published.withLock { $0 = statuses }
    }

    /// Ends all connections and stops to listen.
    func close() -> EventLoopFuture<Void> {
        loop.preconditionInEventLoop()
        isClosed = true
        let closing =
            listeners.map { $0.close() } + newcomers.all.map { $0.close() } + links.flatMap { $0.close() }
        // Links and transport hold each other until here, so that no late callback of a socket meets a dead one.
        links = []
        listeners = []
        return EventLoopFuture.andAllComplete(closing, on: loop)
    }

    var isOpen: Bool { !isClosed }
}

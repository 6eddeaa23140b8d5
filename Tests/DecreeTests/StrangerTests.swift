import Decree
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import Synchronization
import Testing

@Suite(.serialized)
struct StrangerTests {
    /// Sends bytes to a node's peer port and waits until the node hangs up.
    private func call(_ node: Node<Notebook>, _ bytes: [UInt8]) async throws {
        let address = try #require(node.peerAddresses.first)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
        try await channel.closeFuture.get()
    }

    @Test("Whoever is no peer is shut out with one line that says who it seems to be")
    func strangers() async throws {
        let cluster = try await TestCluster(size: 2)
        let lines = LogLines()
        let node = try await Node.start(
            node: NodeID(1), cluster: cluster.description, directory: cluster.path(0), settings: cluster.settings,
            logger: Logger(label: "test") { _ in LineHandler(lines: lines) }, makeMachine: { Notebook() })
        for _ in 0..<3 { try await call(node, Array("GET /raft/probing HTTP/1.1\r\nHost: x\r\n\r\n".utf8)) }
        try await call(node, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        try await call(node, [0x16, 0x03, 0x01, 0x00, 0x05])
        try await call(node, Array(repeating: 0, count: 100))
        #expect(lines.all.filter { $0.contains("etcd") }.count == 1)
        #expect(lines.all.filter { $0.contains("HTTP/2") }.count == 1)
        #expect(lines.all.filter { $0.contains("TLS") }.count == 1)
        await node.shutdown()
    }

    @Test("A silent caller is shut out after a while")
    func silent() async throws {
        let cluster = try await TestCluster(size: 2) { $0.connectTimeout = .milliseconds(50) }
        let node = try await cluster.start(0)
        try await call(node, [])
        await cluster.stopAll()
    }

    @Test("A port that is taken is a clear error")
    func portTaken() async throws {
        let cluster = try await TestCluster(size: 2)
        let address = cluster.description.members[0].addresses[0]
        let other = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: address.host, port: address.port).get()
        do {
            try await cluster.start(0)
            Issue.record("the port was taken")
        } catch {
            guard case .cannotListen(address, _)? = error as? NodeError else { throw error }
        }
        try await other.close()
    }
}

/// Keeps what is logged.
final class LogLines: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }

    func append(_ line: String) { state.withLock { $0.append(line) } }
}

struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.append("\(event.message)") }
}

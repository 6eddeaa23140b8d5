@testable import Decree
import DecreeWire
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
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

    /// Greets a node as the second member of its cluster does.
    private func greet(_ node: Node<Notebook>, _ cluster: TestCluster) async throws -> any Channel {
        let description = cluster.description
        let members = description.members.map {
            InitialMember(node: $0.node, name: $0.name, peerURLs: $0.addresses.map(\.description))
        }
        let hello = Hello(
            cluster: ClusterID(description.clusterID), node: NodeID(2), dialled: NodeID(1),
            store: StoreID(high: 1, low: 2), isFormed: false, members: MemberList(members), expectedStore: nil,
            incarnation: Incarnation(1), connection: .bulk, software: "test")
        let address = try #require(node.peerAddresses.first)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
        try await channel.writeAndFlush(ByteBuffer(bytes: HandshakeCodec.encode(.hello(hello)))).get()
        return channel
    }

    private var heartbeat: [UInt8] {
        let message = Message.heartbeat(Heartbeat(round: 1))
        let envelopes = [Envelope(group: GroupID(1), configuration: ConfigurationNumber(1), message: message)]
        var bytes = [UInt8](repeating: 0, count: FrameCodec.byteCount(envelopes))
        _ = bytes.withUnsafeMutableBytes { FrameCodec.encode(envelopes, into: $0) }
        return bytes
    }

    @Test("A flipped bit in a frame's header ends the connection at once, though no more bytes come", arguments: 0..<16)
    func flippedHeader(byte: Int) async throws {
        let cluster = try await TestCluster(size: 2)
        let node = try await cluster.start(0)
        let channel = try await greet(node, cluster)
        var header = Array(heartbeat.prefix(FrameCodec.headerByteCount))
        header[byte] ^= UInt8(1 << (byte % 8))
        try await channel.writeAndFlush(ByteBuffer(bytes: heartbeat + header)).get()
        try await channel.closeFuture.get()
        await cluster.stopAll()
    }

    @Test("A frame that never ends is waited for only so long, and the log says so")
    func unfinished() async throws {
        let cluster = try await TestCluster(size: 2) { $0.frameTimeout = .milliseconds(100) }
        let lines = LogLines()
        let node = try await Node.start(
            node: NodeID(1), cluster: cluster.description, directory: cluster.path(0), settings: cluster.settings,
            logger: Logger(label: "test") { _ in LineHandler(lines: lines) }, makeMachine: { Notebook() })
        let channel = try await greet(node, cluster)
        try await channel.writeAndFlush(ByteBuffer(bytes: heartbeat + heartbeat.dropLast())).get()
        try await channel.closeFuture.get()
        #expect(lines.all.filter { $0.contains("was not whole after") }.count == 1)
        await node.shutdown()
    }

    @Test("A connection on which frames become whole stays open, though every read ends amid the next one")
    func neverAtRest() async throws {
        let cluster = try await TestCluster(size: 2) { $0.frameTimeout = .milliseconds(500) }
        let node = try await cluster.start(0)
        let channel = try await greet(node, cluster)
        let (beginning, rest) = (heartbeat.prefix(20), heartbeat.dropFirst(20))
        try await channel.writeAndFlush(ByteBuffer(bytes: beginning)).get()
        for _ in 0..<75 {
            try await channel.writeAndFlush(ByteBuffer(bytes: rest + beginning)).get()
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(channel.isActive)
        await cluster.stopAll()
    }

    @Test("Strangers who say something else each time leave room in the log for what concerns members")
    func manyWords() {
        let lines = LogLines()
        var refusals = RefusalLog(logger: Logger(label: "test") { _ in LineHandler(lines: lines) })
        let now = Instant(nanoseconds: 1)
        for number in 0..<1_000 { refusals.report(stranger: "\(number) bytes", from: "somewhere", at: now) }
        #expect(lines.all.count == 20)
        refusals.report(unreachable: "no answer", "n2", at: now)
        #expect(lines.all.count == 21)
        refusals.report(stranger: "again", from: "somewhere", at: now + .seconds(60))
        #expect(lines.all.count == 22)
    }

    @Test("A node of version 1 is told in its own form why not, and both versions are named")
    func formerVersion() async throws {
        let cluster = try await TestCluster(size: 2)
        let lines = LogLines()
        let node = try await Node.start(
            node: NodeID(1), cluster: cluster.description, directory: cluster.path(0), settings: cluster.settings,
            logger: Logger(label: "test") { _ in LineHandler(lines: lines) }, makeMachine: { Notebook() })
        // A hello of format 1 as far as it is read: head, versions, features, cluster, node; the rest is not looked at.
        var hello = Array("DECREE".utf8) + [1, 1, 40, 0, 0, 0, 0, 0, 0, 0, 1, 1] + [UInt8](repeating: 0, count: 16)
        hello += [2, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 14)
        let kinds = hello[6..<8].withUnsafeBytes { CRC32C.checksum($0) }
        let checksum = hello[16...].withUnsafeBytes { CRC32C.checksum($0, seed: kinds) }
        withUnsafeBytes(of: checksum.littleEndian) { hello.replaceSubrange(12..<16, with: $0) }
        try await call(node, hello)
        let line = try #require(lines.all.first { $0.contains("do not mix") })
        #expect(line.contains("node n2 speaks version 1") && line.contains("node n1 version 2"))
        await node.shutdown()
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

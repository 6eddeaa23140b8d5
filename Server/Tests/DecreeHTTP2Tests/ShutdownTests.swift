import DecreeRPC
import Foundation
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    private func start() async throws -> TestServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = ServerConfiguration(listeners: [Listener(.tcp(host: "127.0.0.1", port: 0))])
        let server = try await RPCServer.start(
            configuration, on: group, methods: MethodTable(TestMethod.allCases.map(\.method))
        ) { TestHandler($0) }
        return TestServer(group: group, server: server)
    }

    @Test("A shutdown lets open calls end, refuses new ones, and closes idle connections at once")
    func graceful() async throws {
        let server = try await start()
        let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let busy = try await GRPCConnection.connect(host: "127.0.0.1", port: server.port, on: clients.next())
        let idle = try await RawPeer.connect(server.port)
        idle.send(RawPeer.preface + RawFrame.settings + RawFrame.ping)
        while let frame = await idle.frame(), frame.type != 6 { continue }
        async let held = busy.call(TestMethod.hold.path, [])
        try await server.untilHeld(1)
        async let stopped: Void = server.server.shutdownGracefully(grace: .seconds(30))
        let end = await idle.goAway()
        #expect(end?.code == 0)
        // The answer comes after the shutdown began.
        let loop = server.loop
        try await loop.eventLoop.submit {
            let handler = loop.handler as! TestHandler
            for call in handler.held { loop.respond(call, size: 1) { $0[0] = 7 } }
            loop.flush()
        }.get()
        #expect(try await held == [7])
        await stopped
        await #expect(throws: RPCStatus.self) { _ = try await busy.call(TestMethod.echo.path, []) }
        try await clients.shutdownGracefully()
        try await server.group.shutdownGracefully()
    }

    @Test("Calls that outlast the grace period are cancelled")
    func graceEnds() async throws {
        let server = try await start()
        let client = try await server.connect()
        let call = Task { try await client.call(TestMethod.hold.path, []) }
        try await server.untilHeld(1)
        let reason = try await server.nextCancellation {
            await server.server.shutdownGracefully(grace: .milliseconds(10))
        }
        #expect(reason == .shutdown)
        let error = await #expect(throws: RPCStatus.self) { _ = try await call.value }
        #expect(error?.code == .unavailable)
        try await server.group.shutdownGracefully()
    }

    @Test("A client learns from GOAWAY that it must connect again")
    func goAway() async throws {
        let server = try await start()
        let clients = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let client = try await GRPCConnection.connect(host: "127.0.0.1", port: server.port, on: clients.next())
        _ = try await client.call(TestMethod.echo.path, [])
        await server.server.shutdownGracefully(grace: .seconds(10))
        let text = "connection closed: the server is going away: NO_ERROR, graceful_stop"
        await #expect(throws: RPCStatus(.unavailable, text)) {
            _ = try await client.call(TestMethod.echo.path, [])
        }
        try await clients.shutdownGracefully()
        try await server.group.shutdownGracefully()
    }

    @Test(
        "A call that crosses GOAWAY on the wire is told of the shutdown too, and one that was taken before it ends as usual"
    )
    func crossing() throws {
        let channel = EmbeddedChannel()
        let session = ClientSession(authority: "test", GRPCClientConfiguration(), channel.eventLoop)
        let ends = Ends()
        session.delegate = ends
        try channel.pipeline.syncOperations.addHandler(session)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        for tag in [1, 2] as [UInt64] {
            let path = session.prepare(TestMethod.echo.path)
            let call = session.begin(path: path, .delegate(tag, isStream: false), metadata: [], timeout: nil)
            session.finish(try #require(call))
        }
        session.pump()
        // The server had read no further than stream 1 when it said so.
        let goAway = RawFrame.frame(type: 7, [0, 0, 0, 1, 0, 0, 0, 0] + Array("graceful_stop".utf8))
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.settings + goAway))
        let text = "connection closed: the server is going away: NO_ERROR, graceful_stop"
        #expect(ends.statuses == [2: RPCStatus(.unavailable, text)] && !session.acceptsCalls)
        try channel.writeInbound(
            ByteBuffer(bytes: RawFrame.headers(1, [(":status", "200"), ("grpc-status", "5")], ends: true)))
        #expect(ends.statuses[1]?.code == .notFound)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// How calls ended, by their tags.
    private final class Ends: GRPCConnectionDelegate {
        private(set) var statuses: [UInt64: RPCStatus] = [:]

        func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer) { statuses[tag] = status }
    }

    @Test("A connection that its last write closes, while it drains, does nothing more afterwards")
    func lastWriteCloses() throws {
        overwriteFreedMemory(with: 170)
        defer { overwriteFreedMemory(with: 0) }
        let channel = EmbeddedChannel()
        let loop = RPCLoop(
            index: 0, eventLoop: channel.eventLoop, methods: MethodTable([]),
            configuration: ServerConfiguration(listeners: []), budget: SharedBudget(limit: 1 << 30))
        loop.handler = TestHandler(loop)
        let socket = FailingSocket()
        let connection = HTTP2Connection(loop: loop, listener: 0, serves: [.grpc, .http])
        try channel.pipeline.syncOperations.addHandlers([socket, connection])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(bytes: RawPeer.preface + RawFrame.settings))
        channel.embeddedEventLoop.run()
        #expect(loop.openConnections == 1)
        socket.fails = true
        let drained = loop.drain()
        channel.embeddedEventLoop.run()
        try drained.wait()
        #expect(socket.isClosed && socket.laterWrites == 0 && loop.openConnections == 0)
        loop.stop()
    }

    /// Makes memory that was given back unrecognizable, so that its use shows. glibc alone can; 0 ends it.
    private func overwriteFreedMemory(with pattern: Int32) {
        typealias Function = @convention(c) (_ option: Int32, _ value: Int32) -> Int32
        guard let function = dlsym(nil, "mallopt") else { return }
        let perturb: Int32 = -6
        _ = unsafeBitCast(function, to: Function.self)(perturb, pattern)
    }

    /// Closes the channel from within a write, as a socket does whose peer has gone.
    private final class FailingSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var fails = false
        private(set) var isClosed = false
        private(set) var laterWrites = 0

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if isClosed { laterWrites += 1 }
            context.write(data, promise: promise)
            guard fails, !isClosed else { return }
            isClosed = true
            context.close(promise: nil)
        }
    }
}

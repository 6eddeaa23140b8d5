import DecreeRPC
import Testing

@testable import DecreeHTTP2

/// Clients that do what no client should.
@Suite(.timeLimit(.minutes(1))) struct AdversaryTests {
    /// Connections that between them use every kind of call.
    private var conversation: [UInt8] {
        var bytes = RawFrame.settings
        var id: UInt32 = 1
        for method in [TestMethod.echo, .hold, .fail, .chat, .list] {
            bytes += RawFrame.call(id, method.path, [("token", "t"), ("grpc-timeout", "20m")])
            bytes += RawFrame.data(id, RawFrame.message(bigEndian(20)), ends: method != .chat)
            id += 2
        }
        bytes += RawFrame.headers(id, [(":method", "GET"), (":scheme", "http"), (":path", "/health")], ends: true)
        return bytes + RawFrame.ping + RawFrame.reset(3)
    }

    @Test("Bytes changed at random break neither the server nor its accounts", arguments: [1, 2, 3, 4])
    func mutations(seed: UInt64) async throws {
        try await TestServer.with { server in
            var random = seed &* 0x9E37_79B9_7F4A_7C15
            func next(_ bound: Int) -> Int {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(random >> 33) % bound
            }
            for _ in 0..<50 {
                var bytes = self.conversation
                for _ in 0...next(6) { bytes[next(bytes.count)] = UInt8(next(256)) }
                if next(4) == 0 { bytes.removeLast(next(bytes.count)) }
                let peer = try await RawPeer.connect(server.port)
                let cut = next(bytes.count)
                peer.send(RawPeer.preface + bytes[..<cut])
                peer.send(Array(bytes[cut...]))
                peer.close()
            }
            try await server.untilEmpty()
            let client = try await server.connect()
            #expect(try await client.call(TestMethod.echo.path, [1]) == [1])
        }
    }

    @Test("A client that asks without reading is not read from, and loses nothing once it reads")
    func askWithoutReading() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port, reads: false)
            peer.send(RawPeer.preface + RawFrame.settings)
            // Errors are header lists only, so that no window holds them back: twelve megabytes of them.
            let calls = 4_000
            let long = String(repeating: "x", count: 3_000)
            for number in 0..<calls { peer.send(RawFrame.call(UInt32(number * 2 + 1), "/\(number)\(long)/y")) }
            var answered: UInt64 = 0
            while case let now = try await server.onLoop({ _, loop in loop.counters.callsEnded[12] }),
                now == 0 || now != answered
            { answered = now }
            #expect(answered < calls)
            try await peer.startReading()
            var ended = 0
            while ended < calls, let frame = await peer.frame() {
                if frame.type == 1, frame.flags & 1 != 0 { ended += 1 }
            }
            #expect(ended == calls)
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("Small answers that wait for a client without a window are bounded")
    func noWindow() async throws {
        try await TestServer.with({ $0.limits.maxBufferedResponseBytes = 100_000 }) { server in
            let peer = try await RawPeer.connect(server.port)
            // SETTINGS_INITIAL_WINDOW_SIZE of zero.
            peer.send(RawPeer.preface + RawFrame.frame(type: 4, [0, 4, 0, 0, 0, 0]))
            var refused = 0
            for id in stride(from: UInt32(1), to: 600, by: 2) {
                peer.send(
                    RawFrame.call(id, TestMethod.echo.path) + RawFrame.data(id, RawFrame.message([1]), ends: true))
            }
            while refused < 200, let frame = await peer.frame() {
                if frame.type == 1, frame.flags & 1 != 0 { refused += 1 }
            }
            #expect(try await server.onLoop { _, loop in loop.openCalls } < 150)
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("A task that is cancelled gives its call up")
    func cancelledTask() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let call = Task { try await client.call(TestMethod.hold.path, []) }
            try await server.untilHeld(1)
            let reason = try await server.nextCancellation { call.cancel() }
            #expect(reason == .reset)
            await #expect(throws: RPCStatus(.cancelled, "context canceled")) { _ = try await call.value }
        }
    }

    @Test("A deadline that passes while the client takes nothing resets the stream")
    func deadlineWithoutWindow() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.frame(type: 4, [0, 4, 0, 0, 0, 0]))
            let timeout = [("grpc-timeout", "20m")]
            peer.send(RawFrame.call(1, TestMethod.chat.path, timeout) + RawFrame.data(1, RawFrame.message([1])))
            peer.send(RawFrame.call(3, TestMethod.echo.path, timeout))
            peer.send(RawFrame.data(3, RawFrame.message([1]), ends: true))
            var resets: Set<UInt32> = []
            while resets.count < 2, let frame = await peer.frame() {
                if frame.type == 3 { resets.insert(frame.stream) }
            }
            #expect(resets == [1, 3])
            peer.close()
            try await server.untilEmpty()
        }
    }
}

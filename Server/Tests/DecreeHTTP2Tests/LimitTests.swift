import DecreeRPC
import NIOCore
import NIOPosix
import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    /// What the server says when it closes on a client that sends `bytes` after the preface.
    private func goAway(_ server: TestServer, _ bytes: [UInt8]) async throws -> (code: UInt32, text: String)? {
        let peer = try await RawPeer.connect(server.port)
        peer.send(RawPeer.preface + RawFrame.settings + bytes)
        return await peer.goAway()
    }

    private let enhanceYourCalm: UInt32 = 11

    @Test("A client that resets its calls at once, again and again, is told to calm down")
    func rapidReset() async throws {
        try await TestServer.with({ $0.limits.resetBurst = 200 }) { server in
            var bytes: [UInt8] = []
            for id in stride(from: UInt32(1), to: 600, by: 2) {
                bytes += RawFrame.call(id, TestMethod.hold.path) + RawFrame.reset(id)
            }
            let end = try await self.goAway(server, bytes)
            #expect(end?.code == self.enhanceYourCalm)
            #expect(end?.text == "too_many_resets")
            try await server.untilEmpty()
            #expect(try await server.onLoop { _, loop in loop.counters.connectionsRefused } == 1)
        }
    }

    @Test("Floods of pings, settings and empty frames end the connection")
    func floods() async throws {
        try await TestServer.with({ $0.limits.emptyFrameBurst = 500 }) { server in
            let pings = try await self.goAway(server, (0..<1_500).flatMap { _ in RawFrame.ping })
            #expect(pings?.text == "too_many_pings")
            let settings = try await self.goAway(server, (0..<200).flatMap { _ in RawFrame.settings })
            #expect(settings?.text == "too_many_settings")
            let open = RawFrame.call(1, TestMethod.chat.path)
            let empty = try await self.goAway(server, open + (0..<600).flatMap { _ in RawFrame.data(1, []) })
            #expect(empty?.text == "too_many_empty_frames")
            let priority = RawFrame.frame(type: 2, stream: 1, [0, 0, 0, 0, 1])
            let priorities = try await self.goAway(server, (0..<600).flatMap { _ in priority })
            #expect(priorities?.text == "too_many_empty_frames")
            #expect([pings, settings, empty, priorities].allSatisfy { $0?.code == self.enhanceYourCalm })
            try await server.untilEmpty()
        }
    }

    @Test("Many pings are welcome while the server has something to send")
    func pingsBetweenAnswers() async throws {
        try await TestServer.with({ $0.limits.pingBurst = 10 }) { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            for id in stride(from: UInt32(1), to: 100, by: 2) {
                for _ in 0..<5 { peer.send(RawFrame.ping) }
                peer.send(
                    RawFrame.call(id, TestMethod.echo.path) + RawFrame.data(id, RawFrame.message([1]), ends: true))
                while let frame = await peer.frame(), !(frame.stream == id && frame.flags & 1 != 0) {
                    #expect(frame.type != 7)
                }
            }
            #expect(!peer.isAtEnd)
        }
    }

    @Test("A client that sends no HTTP/2 after the preface is closed")
    func garbage() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + [UInt8](repeating: 255, count: 100))
            while await peer.frame() != nil {}
            #expect(peer.isAtEnd)
            try await server.untilEmpty()
        }
    }

    @Test("A large answer to a slow reader waits in the server, counted, and arrives whole")
    func slowReader() async throws {
        try await TestServer.with { server in
            let client = try await server.connect {
                $0.streamWindowBytes = 65_535
                $0.connectionWindowBytes = 65_535
            }
            let size = 16 << 20
            try await client.eventLoop.flatSubmit { client.session.setAutoRead(false) }.get()
            let answer = Task { try await client.call(TestMethod.sized.path, bigEndian(size)) }
            while try await server.onLoop({ _, loop in loop.counters.messagesSent }) == 0 {}
            #expect(try await server.onLoop { _, loop in loop.openCalls == 1 && loop.counters.bytesSent < 300_000 })
            try await client.eventLoop.flatSubmit { client.session.setAutoRead(true) }.get()
            let bytes = try await answer.value
            #expect(bytes.count == size)
            #expect(try await server.onLoop { _, loop in loop.counters.bytesSent } > UInt64(size))
            await client.close()
            try await server.untilEmpty()
        }
    }

    @Test("A large answer is made as it leaves: no more of it than the client takes, and nothing stays when it goes")
    func pieces() async throws {
        try await TestServer.with { server in
            let size = 16 << 20
            let client = try await server.connect()
            for _ in 0..<2 {
                #expect(
                    try await client.call(TestMethod.pieces.path, bigEndian(size))
                        == [UInt8](repeating: 7, count: size))
                #expect(try await client.call(TestMethod.pieces.path, bigEndian(1)) == [7])
            }
            await client.close()
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.pieces.path))
            peer.send(RawFrame.data(1, RawFrame.message(bigEndian(size)), ends: true))
            // The window of 65,535 bytes, and not one more.
            var taken = 0
            while taken < 65_535, let frame = await peer.frame() { taken += frame.type == 0 ? frame.payload.count : 0 }
            #expect(try await server.onLoop { handler, _ in handler.lastSource?.made } == PieceSource.pieceBytes)
            #expect(try await server.onLoop { _, loop in loop.waitingBytes } == size + 5 - 65_535)
            peer.close()
            try await server.untilEmpty()
            #expect(try await server.onLoop { handler, loop in handler.lastSource == nil && loop.waitingBytes == 0 })
        }
    }

    @Test("Answers nobody reads are bounded: new calls are refused, the stream reports when it has drained")
    func unreadAnswers() async throws {
        try await TestServer.with({ $0.limits.maxBufferedResponseBytes = 1 << 20 }) { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            // Two megabytes of answer against a window of 64 KiB.
            peer.send(
                RawFrame.call(1, TestMethod.sized.path)
                    + RawFrame.data(1, RawFrame.message(bigEndian(2 << 20)), ends: true))
            peer.send(RawFrame.call(3, TestMethod.echo.path) + RawFrame.data(3, RawFrame.message([1]), ends: true))
            let decoder = HeaderDecoder()
            while let frame = await peer.frame() {
                if frame.type == 1 { decoder.decode(frame.payload) }
                if frame.stream == 3, frame.flags & 1 != 0 { break }
            }
            #expect(decoder.status.code == .resourceExhausted)
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("What the codec remembers of priorities is counted, up to as many as it remembers")
    func priorities() throws {
        func priorities(_ count: Int) -> [UInt8] {
            (0..<count).flatMap { RawFrame.frame(type: 2, stream: UInt32($0 * 2 + 1), [0, 0, 0, 0, 9]) }
        }
        let server = try EmbeddedServer()
        server.receive(RawPeer.preface + RawFrame.settings)
        let idle = server.loop.budget.held
        server.receive(priorities(60))
        #expect(server.loop.budget.held == idle + 60 * 256)
        server.receive(priorities(400))
        #expect(server.loop.budget.held == idle + 100 * 256)
        server.close()
        #expect(server.loop.budget.held == 0)

        let small = try EmbeddedServer { $0.limits.maxHeldBytes = 0 }
        small.receive(RawPeer.preface + RawFrame.settings + priorities(60))
        #expect(
            small.sentFrames().contains { $0.type == 7 && $0.payload.suffix(14).elementsEqual("too_much_waits".utf8) })
        small.close()
    }

    @Test("An answer too large for a message's prefix fails its call, and takes no memory")
    func hugeAnswer() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            for size in [Int(Int32.max) + 1, Int(UInt32.max) + 1] {
                let text = "grpc: trying to send message larger than max (\(size) vs. 2147483647)"
                await #expect(throws: RPCStatus(.resourceExhausted, text)) {
                    _ = try await client.call(
                        TestMethod.huge.path, withUnsafeBytes(of: UInt64(size).bigEndian) { Array($0) })
                }
            }
            #expect(try await client.call(TestMethod.echo.path, [1]) == [1])
            await client.close()
            try await server.untilEmpty()
        }
    }

    @Test("Answers to calls that were open at once are bounded too, and other connections are still answered")
    func waitingAnswers() async throws {
        try await TestServer.with({
            $0.limits.maxHeldBytes = 4 << 20
            $0.overloaded = RPCStatus(.resourceExhausted, "no room")
        }) { server in
            let peer = try await RawPeer.connect(server.port)
            // SETTINGS_INITIAL_WINDOW_SIZE of zero: nothing of an answer leaves.
            var bytes = RawPeer.preface + RawFrame.frame(type: 4, [0, 4, 0, 0, 0, 0])
            for id in stride(from: UInt32(1), to: 40, by: 2) {
                bytes += RawFrame.call(id, TestMethod.holdLarge.path)
                bytes += RawFrame.data(id, RawFrame.message([]), ends: true)
            }
            peer.send(bytes)
            try await server.untilHeld(20)
            let other = try await server.connect()
            _ = try await other.call(TestMethod.release.path, [])
            let (waiting, ended) = try await server.onLoop { _, loop in (loop.waitingBytes, loop.counters.callsEnded) }
            #expect(waiting > 3 << 20 && waiting <= 4 << 20 + 64 << 10, "\(waiting)")
            #expect(ended[Int(StatusCode.resourceExhausted.rawValue)] == 17)
            let decoder = HeaderDecoder()
            while let frame = await peer.frame() {
                if frame.type == 1 { decoder.decode(frame.payload) }
                if frame.type == 1, frame.flags & 1 != 0 { break }
            }
            #expect(decoder.status == RPCStatus(.resourceExhausted, "no room"))
            // A large answer has no room now, a small one has.
            await #expect(throws: RPCStatus(.resourceExhausted, "no room")) {
                _ = try await other.call(TestMethod.sized.path, bigEndian(2 << 20))
            }
            #expect(try await other.call(TestMethod.echo.path, [1]) == [1])
            peer.close()
            await other.close()
            try await server.untilEmpty()
            #expect(try await server.onLoop { _, loop in loop.waitingBytes } == 0)
        }
    }

    @Test("A long status is cut at a whole character, instead of an answer that no header list can hold")
    func longStatus() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let text = String(repeating: "é", count: 40_000)
            let cut = String(repeating: "é", count: 682) + "..."
            await #expect(throws: RPCStatus(.failedPrecondition, cut)) {
                _ = try await client.call(TestMethod.fail.path, Array(text.utf8))
            }
            await client.close()
            try await server.untilEmpty()
        }
    }

    @Test("An answer whose header list cannot be sent resets its stream instead of leaving the client to wait")
    func unsendableHeaders() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            let fields = [(":method", "GET"), (":scheme", "http"), (":path", "/wide"), (":authority", "x")]
            peer.send(RawFrame.headers(1, fields, ends: true))
            while let frame = await peer.frame(), frame.stream == 0 { continue }
            #expect(try await server.onLoop { _, loop in loop.openCalls } == 0)
            peer.send(RawFrame.call(3, TestMethod.echo.path) + RawFrame.data(3, RawFrame.message([1]), ends: true))
            var data: [UInt8] = []
            while let frame = await peer.frame() {
                if frame.stream == 3, frame.type == 0 { data += frame.payload }
                if frame.stream == 3, frame.flags & 1 != 0 { break }
            }
            #expect(data == RawFrame.message([1]))
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("Calls are counted under their methods, refused and abandoned ones too")
    func methodCounters() async throws {
        try await TestServer.with({ $0.limits.maxMessageBytes = 100 }) { server in
            let client = try await server.connect()
            for _ in 0..<2 { _ = try await client.call(TestMethod.echo.path, [1]) }
            let bad = [(TestMethod.echo.path, 200), (TestMethod.fail.path, 5), ("/test.Service/unknown", 5)]
            for (path, size) in bad {
                await #expect(throws: RPCStatus.self) {
                    _ = try await client.call(path, [UInt8](repeating: 65, count: size))
                }
            }
            let call = Task { try await client.call(TestMethod.hold.path, []) }
            try await server.untilHeld(1)
            _ = try await server.nextCancellation { call.cancel() }
            let methods = try await server.onLoop { _, loop in loop.counters.methods }
            func id(_ method: TestMethod) -> MethodID { MethodID(rawValue: method.rawValue) }
            #expect(methods.started(id(.echo)) == 3 && methods.messagesReceived(id(.echo)) == 2)
            #expect(methods.messagesSent(id(.echo)) == 2)
            #expect(methods.ended(id(.echo), .ok) == 2 && methods.ended(id(.echo), .resourceExhausted) == 1)
            #expect(methods.started(id(.fail)) == 1 && methods.ended(id(.fail), .failedPrecondition) == 1)
            #expect(methods.started(id(.hold)) == 1 && methods.ended(id(.hold), .cancelled) == 1)
            await client.close()
        }
    }

    @Test("An answer alone is sent whatever its size")
    func oneLargeAnswer() async throws {
        try await TestServer.with({ $0.limits.maxHeldBytes = 1 << 20 }) { server in
            let client = try await server.connect()
            #expect(try await client.call(TestMethod.sized.path, bigEndian(3 << 20)).count == 3 << 20)
            await client.close()
        }
    }

    @Test("A stream that was over its high-water mark reports when it has drained")
    func drained() async throws {
        try await TestServer.with({ $0.limits.streamHighWater = 100_000 }) { server in
            let client = try await server.connect { $0.streamWindowBytes = 65_535 }
            let stream = await client.stream(TestMethod.chat.path)
            stream.send([UInt8](repeating: 1, count: 400_000))
            var replies = stream.messages.makeAsyncIterator()
            #expect(try await replies.next()?.count == 400_000)
            #expect(try await server.onLoop { handler, _ in handler.drained } == 1)
        }
    }

    @Test("Incomplete requests of a connection are bounded")
    func incompleteRequests() async throws {
        try await TestServer.with({ $0.limits.maxBufferedRequestBytes = 100_000 }) { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            for number in 0..<10 {
                let id = UInt32(number * 2 + 1)
                peer.send(RawFrame.call(id, TestMethod.echo.path) + RawFrame.data(id, [0] + bigEndian(1_000_000)))
            }
            for number in 0..<10 {
                peer.send(RawFrame.data(UInt32(number * 2 + 1), [UInt8](repeating: 1, count: 12_000)))
            }
            let decoder = HeaderDecoder()
            while let frame = await peer.frame() {
                if frame.type == 1 { decoder.decode(frame.payload) }
                if frame.type == 1, frame.flags & 1 != 0 { break }
            }
            #expect(decoder.status.code == .resourceExhausted)
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("An address in use is named in the error, and so is a server that is not there")
    func addresses() async throws {
        try await TestServer.with { server in
            let port = server.port
            let configuration = ServerConfiguration(listeners: [Listener(.tcp(host: "127.0.0.1", port: port))])
            await #expect(
                throws: RPCServerError.cannotListen(address: "127.0.0.1:\(port)", reason: "address already in use")
            ) {
                _ = try await RPCServer.start(configuration, on: server.group, methods: MethodTable([])) {
                    TestHandler($0)
                }
            }
            await #expect(
                throws: GRPCConnectionError.cannotConnect(address: "127.0.0.1:1", reason: "connection refused")
            ) {
                _ = try await GRPCConnection.connect(host: "127.0.0.1", port: 1, on: server.group.next())
            }
        }
    }

    @Test("localhost is served at both loopback addresses, and one that is in use is no reason for silence")
    func localhost() async throws {
        try await TestServer.with({ $0.listeners = [Listener(.tcp(host: "localhost", port: 0))] }) { server in
            for host in ["127.0.0.1", "::1"] {
                let client = try await GRPCConnection.connect(host: host, port: server.port, on: server.group.next())
                #expect(try await client.call(TestMethod.echo.path, [4]) == [4])
                await client.close()
            }
            let port = server.port
            try await TestServer.with({ $0.listeners = [Listener(.tcp(host: "127.0.0.1", port: 0))] }) { other in
                let configuration = ServerConfiguration(listeners: [Listener(.tcp(host: "localhost", port: port))])
                await #expect(
                    throws: RPCServerError.cannotListen(address: "localhost:\(port)", reason: "address already in use")
                ) {
                    _ = try await RPCServer.start(configuration, on: other.group, methods: MethodTable([])) {
                        TestHandler($0)
                    }
                }
            }
        }
    }

    @Test("IPv6 and Unix sockets are served beside IPv4")
    func listeners() async throws {
        let path = "/tmp/decree-http2-\(UInt64.random(in: 0...(.max))).sock"
        try await TestServer.with({
            $0.listeners += [Listener(.tcp(host: "::1", port: 0)), Listener(.unix(path: path))]
        }) { server in
            let addresses: [ListenAddress] = [
                .tcp(host: "127.0.0.1", port: server.server.ports[0]), .tcp(host: "::1", port: server.server.ports[1]),
                .unix(path: path),
            ]
            for address in addresses {
                let client = try await GRPCConnection.connect(to: address, on: server.group.next())
                #expect(try await client.call(TestMethod.echo.path, [4]) == [4])
                await client.close()
            }
        }
    }
}

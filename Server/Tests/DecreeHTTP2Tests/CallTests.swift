import DecreeRPC
import NIOCore
import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct CallTests {
    @Test("A unary call is answered, and nothing of it stays")
    func unary() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            for size in [0, 1, 264, 16_384, 16_385, 1_000_000, 2_097_152] {
                let request = [UInt8](repeating: 3, count: size)
                #expect(try await client.call(TestMethod.echo.path, request) == request)
            }
            await client.close()
            try await server.untilEmpty()
        }
    }

    @Test("A status and its text arrive as they were given, percent-encoded on the way")
    func statusText() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            for text in ["plain", "100 % of it", "line\nbreak", "Größe ≥ 3 🙂", ""] {
                await #expect(throws: RPCStatus(.failedPrecondition, text)) {
                    _ = try await client.call(TestMethod.fail.path, Array(text.utf8))
                }
            }
        }
    }

    @Test("Unknown services and methods are refused in grpc-go's words")
    func unknown() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let cases = [
                ("/test.Service/nope", "unknown method nope for service test.Service"),
                ("/other.Service/echo", "unknown service other.Service"),
                ("/nonsense", "malformed method name: \"/nonsense\""),
            ]
            for (path, text) in cases {
                await #expect(throws: RPCStatus(.unimplemented, text)) { _ = try await client.call(path, [1]) }
            }
        }
    }

    @Test("Metadata is read if it is sent, and calls that send the same share it")
    func metadata() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let fields = [
                HTTPField("token", "abc.1"), HTTPField("hasleader", "true"), HTTPField("client-api-version", "3.6"),
                HTTPField("authorization", "Bearer x"), HTTPField("grpcgateway-accept", "*/*"), HTTPField("other", "y"),
            ]
            _ = try await client.call(TestMethod.echo.path, [], metadata: fields)
            let first = try await server.onLoop { handler, _ in handler.lastMetadata }
            #expect(first.token == "abc.1")
            #expect(first.requiresLeader)
            #expect(first.clientAPIVersion == "3.6")
            #expect(first.authorization == "Bearer x")
            #expect(first.isFromGateway)
            _ = try await client.call(TestMethod.echo.path, [], metadata: fields)
            #expect(try await server.onLoop { handler, _ in handler.lastMetadata.values === first.values })
            _ = try await client.call(TestMethod.echo.path, [])
            #expect(try await server.onLoop { handler, _ in handler.lastMetadata.isEmpty })
        }
    }

    @Test("A bidirectional stream carries messages both ways and ends when the client ends it")
    func chat() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let stream = await client.stream(TestMethod.chat.path)
            var replies = stream.messages.makeAsyncIterator()
            for size in [1, 0, 100_000, 7] {
                stream.send([UInt8](repeating: 9, count: size))
                #expect(try await replies.next()?.count == size)
            }
            stream.finish()
            #expect(try await replies.next() == nil)
            #expect(try await server.onLoop { handler, _ in handler.halfClosed } == 1)
        }
    }

    @Test("A server stream sends many messages for one")
    func list() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let stream = await client.stream(TestMethod.list.path)
            stream.send(bigEndian(1_000))
            stream.finish()
            var sizes: [Int] = []
            for try await message in stream.messages { sizes.append(message.count) }
            #expect(sizes == Array(0..<1_000))
        }
    }

    @Test("A deadline that passes is told to both sides, and a malformed or absent timeout is handled")
    func deadline() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            await #expect(throws: RPCStatus.deadlineExceeded) {
                _ = try await client.call(TestMethod.hold.path, [], metadata: [HTTPField("grpc-timeout", "30m")])
            }
            let told = try await server.onLoop { handler, loop in
                handler.cancelled.map(\.1) == [.deadlineExceeded] && loop.counters.callsEnded[4] == 1
            }
            #expect(told)
            await #expect(throws: RPCStatus.deadlineExceeded) {
                _ = try await client.call(TestMethod.hold.path, [], metadata: [HTTPField("grpc-timeout", "0S")])
            }
            await #expect(throws: RPCStatus.self) {
                _ = try await client.call(TestMethod.echo.path, [], metadata: [HTTPField("grpc-timeout", "5x")])
            }
            _ = try await client.call(TestMethod.echo.path, [], timeout: .seconds(5))
            await client.close()
            try await server.untilEmpty()
        }
    }

    @Test("A call that the client gives up is cancelled on the server")
    func cancellation() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let reason = try await server.nextCancellation {
                await #expect(throws: RPCStatus.deadlineExceeded) {
                    let stream = await client.stream(TestMethod.chat.path, timeout: .milliseconds(20))
                    for try await _ in stream.messages {}
                }
            }
            #expect(reason == .reset || reason == .deadlineExceeded)
            let stream = await client.stream(TestMethod.chat.path)
            stream.send([1])
            var replies = stream.messages.makeAsyncIterator()
            _ = try await replies.next()
            let other = try await server.nextCancellation { stream.cancel() }
            #expect(other == .reset)
        }
    }

    @Test("When a connection drops, all its calls are cancelled and their memory is used again")
    func connectionDrop() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            for stream in 0..<500 {
                let id = UInt32(stream * 2 + 1)
                peer.send(
                    RawFrame.call(id, TestMethod.hold.path) + RawFrame.data(id, RawFrame.message([1]), ends: true))
            }
            // A message that is not whole belongs to a call that the handler does not know yet.
            peer.send(RawFrame.call(1_001, TestMethod.hold.path) + RawFrame.data(1_001, [0, 0, 0, 1, 0, 5]))
            try await server.untilHeld(500)
            peer.close()
            try await server.untilEmpty()
            let (cancelled, held) = try await server.onLoop { handler, _ in
                (handler.cancelled.filter { $0.1 == .disconnected }.count, handler.held.count)
            }
            #expect(cancelled == 500)
            #expect(held == 0)
        }
    }

    @Test("Ten thousand streams are open on one connection at once, and are answered together")
    func manyStreams() async throws {
        try await TestServer.with { server in
            let client = try await server.connect()
            let collector = Collector()
            try await client.eventLoop.submit {
                client.setDelegate(collector)
                let path = client.prepare(TestMethod.hold.path)
                for tag in 0..<10_000 {
                    [UInt8](repeating: 1, count: 20).withUnsafeBytes {
                        client.start(path, message: $0, tag: UInt64(tag))
                    }
                }
                client.flush()
            }.get()
            try await server.untilHeld(10_000)
            #expect(try await server.onLoop { _, loop in loop.openCalls } == 10_000)
            _ = try await client.call(TestMethod.release.path, [])
            let done = try await client.eventLoop.submit { (collector.completed.count, Set(collector.completed).count) }
                .get()
            #expect(done == (10_000, 10_000))
            await client.close()
            try await server.untilEmpty()
        }
    }
}

/// Remembers which calls were completed with OK and two bytes.
final class Collector: GRPCConnectionDelegate, @unchecked Sendable {
    var completed: [UInt64] = []

    func completed(_ tag: UInt64, status: RPCStatus, message: UnsafeRawBufferPointer) {
        if status == .ok, message.count == 2 { completed.append(tag) }
    }
}

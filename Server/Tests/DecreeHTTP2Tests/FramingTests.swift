import DecreeRPC
import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct FramingTests {
    /// Sends the bytes of calls on stream 1 and tells the text that follows in the answer's trailers.
    private func answer(
        _ server: TestServer, _ bytes: [UInt8], chunk: Int = .max
    ) async throws -> (headers: [UInt8], data: [UInt8], reset: Bool) {
        let peer = try await RawPeer.connect(server.port)
        let all = RawPeer.preface + RawFrame.settings + bytes
        var position = 0
        while position < all.count {
            let end = chunk == .max ? all.count : min(all.count, position + chunk)
            peer.send(Array(all[position..<end]))
            position = end
        }
        var (headers, data, reset): ([UInt8], [UInt8], Bool) = ([], [], false)
        while let frame = await peer.frame() {
            guard frame.stream == 1 else { continue }
            if frame.type == 1 { headers += frame.payload }
            if frame.type == 0 { data += frame.payload }
            if frame.type == 3 { reset = true }
            if frame.type == 3 || frame.flags & 1 != 0 { break }
        }
        return (headers, data, reset)
    }

    /// HPACK codes text with Huffman's code, so answers are looked at through our own client's decoder.
    private func status(_ server: TestServer, path: String, _ frames: (UInt32) -> [UInt8]) async throws -> RPCStatus {
        let peer = try await RawPeer.connect(server.port)
        peer.send(RawPeer.preface + RawFrame.settings + RawFrame.call(1, path) + frames(1))
        let decoder = HeaderDecoder()
        while let frame = await peer.frame() {
            if frame.type == 1, frame.stream == 1 { decoder.decode(frame.payload) }
            if frame.stream == 1, frame.type == 1, frame.flags & 1 != 0 { break }
        }
        return decoder.status
    }

    @Test("A request may arrive byte by byte", arguments: [1, 2, 3, 7])
    func byteByByte(chunk: Int) async throws {
        try await TestServer.with { server in
            let message = Array("hello, world".utf8)
            let call = RawFrame.call(1, TestMethod.echo.path) + RawFrame.data(1, RawFrame.message(message), ends: true)
            let answer = try await self.answer(server, call, chunk: chunk)
            #expect(answer.data == RawFrame.message(message))
        }
    }

    @Test("A message may be split over many frames, the prefix too, and the end may come alone")
    func split() async throws {
        try await TestServer.with { server in
            let message = [UInt8](0..<100)
            var call = RawFrame.call(1, TestMethod.echo.path)
            for byte in RawFrame.message(message) { call += RawFrame.data(1, [byte]) }
            call += RawFrame.data(1, [], ends: true)
            let answer = try await self.answer(server, call)
            #expect(answer.data == RawFrame.message(message))
        }
    }

    @Test(
        "A stream may carry several messages in a frame and pieces of messages across frames",
        arguments: [1, 4, 11, 1_000])
    func several(piece: Int) async throws {
        try await TestServer.with { server in
            let bytes = [3, 0, 1, 40, 5].flatMap { RawFrame.message([UInt8](repeating: UInt8($0), count: $0)) }
            var call = RawFrame.call(1, TestMethod.chat.path)
            var position = 0
            while position < bytes.count {
                let end = min(bytes.count, position + piece)
                call += RawFrame.data(1, Array(bytes[position..<end]), ends: end == bytes.count)
                position = end
            }
            let answer = try await self.answer(server, call)
            #expect(answer.data == bytes)
        }
    }

    @Test("A message over the limit is refused by its announcement alone")
    func oversize() async throws {
        try await TestServer.with({ $0.limits.maxMessageBytes = 1_000 }) { server in
            let status = try await self.status(server, path: TestMethod.echo.path) {
                RawFrame.data($0, [0] + bigEndian(1_001))
            }
            #expect(status == RPCStatus(.resourceExhausted, "grpc: received message larger than max (1001 vs. 1000)"))
            try await server.untilEmpty()
        }
    }

    @Test("Malformed bodies are refused with a clear status")
    func malformed() async throws {
        try await TestServer.with { server in
            let cases: [(RPCStatus, (UInt32) -> [UInt8])] = [
                (
                    RPCStatus(.internalError, "grpc: compressed flag set with identity or empty encoding"),
                    { RawFrame.data($0, RawFrame.message([1], compressed: 1), ends: true) }
                ),
                (
                    RPCStatus(.internalError, "grpc: received unexpected payload format 9"),
                    { RawFrame.data($0, RawFrame.message([1], compressed: 9), ends: true) }
                ),
                (RPCStatus(.internalError, "unexpected EOF"), { RawFrame.data($0, [0, 0, 0, 0, 9, 1], ends: true) }),
                (RPCStatus(.internalError, "unexpected EOF"), { RawFrame.data($0, [0, 0], ends: true) }),
                (
                    RPCStatus(
                        .internalError,
                        "cardinality violation: received no request message from non-client-streaming RPC"),
                    { RawFrame.data($0, [], ends: true) }
                ),
                (
                    RPCStatus(
                        .internalError,
                        "cardinality violation: received multiple request messages for non-client-streaming RPC"),
                    { RawFrame.data($0, RawFrame.message([1]) + RawFrame.message([2]), ends: true) }
                ),
            ]
            for (expected, frames) in cases {
                #expect(try await self.status(server, path: TestMethod.echo.path, frames) == expected)
            }
            let cut = try await self.status(server, path: TestMethod.chat.path) {
                RawFrame.data($0, [0, 0, 0], ends: true)
            }
            #expect(cut == RPCStatus(.internalError, "unexpected EOF"))
        }
    }

    @Test("A content type that is not gRPC's, another verb or another encoding are refused")
    func wrongHeaders() async throws {
        try await TestServer.with { server in
            func status(_ fields: [(String, String)], verb: String = "POST") async throws -> RPCStatus {
                let peer = try await RawPeer.connect(server.port)
                let pseudo = [
                    (":method", verb), (":scheme", "http"), (":path", TestMethod.echo.path), (":authority", "x"),
                ]
                peer.send(RawPeer.preface + RawFrame.settings + RawFrame.headers(1, pseudo + fields, ends: true))
                let decoder = HeaderDecoder()
                while let frame = await peer.frame() {
                    if frame.type == 1 { decoder.decode(frame.payload) }
                    if frame.type == 1, frame.flags & 1 != 0 { break }
                }
                #expect(decoder.fields[":status"] != nil)
                return RPCStatus(decoder.status.code, "\(decoder.fields[":status"]!) \(decoder.status.message)")
            }
            let grpc = ("content-type", "application/grpc")
            let json = try await status([("content-type", "application/json")])
            #expect(
                json == RPCStatus(.invalidArgument, "415 invalid gRPC request content-type \"application/json\""))
            let similar = try await status([("content-type", "application/grpcx")])
            #expect(similar.code == .invalidArgument)
            let put = try await status([grpc], verb: "PUT")
            let putText = "405 Received a HEADERS frame with :method \"PUT\" which should be POST"
            #expect(put == RPCStatus(.internalError, putText))
            let other = try await status([("content-type", "application/grpc+proto"), ("grpc-encoding", "snappy")])
            let otherText = "200 grpc: Decompressor is not installed for grpc-encoding \"snappy\""
            #expect(other == RPCStatus(.unimplemented, otherText))
            let short = try await status([grpc, ("grpc-timeout", "1")])
            #expect(short.message == "400 malformed grpc-timeout: transport: timeout string is too short: \"1\"")
        }
    }

    @Test("A header list over the limit resets its stream and leaves the connection alive")
    func headerList() async throws {
        try await TestServer.with({ $0.limits.maxHeaderListBytes = 4_096 }) { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            peer.send(RawFrame.call(1, TestMethod.echo.path, [("x", String(repeating: "y", count: 5_000))]))
            while let frame = await peer.frame(), frame.type != 3 { continue }
            peer.send(RawFrame.call(3, TestMethod.echo.path) + RawFrame.data(3, RawFrame.message([5]), ends: true))
            var data: [UInt8] = []
            while let frame = await peer.frame(), !(frame.stream == 3 && frame.flags & 1 != 0) {
                if frame.type == 0 { data = frame.payload }
            }
            #expect(data == RawFrame.message([5]))
        }
    }
}

import DecreeRPC
import Testing

@testable import DecreeHTTP2

/// What RFC 9113 demands of a server about single requests: only the request that breaks a rule fails.
@Suite(.timeLimit(.minutes(1))) struct HTTP2RuleTests {
    private static let first: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", TestMethod.echo.path),
    ]
    private static let last: [(String, String)] = [("content-type", "application/grpc"), ("te", "trailers")]
    private static let plain: [(String, String)] = [(":method", "POST"), (":scheme", "http"), (":path", "/echo")]

    static let malformed: [(String, [(String, String)])] = [
        ("two :path", first + [(":path", "/echo")] + last),
        ("two :method", first + [(":method", "POST")] + last),
        ("two :authority", first + [(":authority", "x"), (":authority", "x")] + last),
        ("a pseudo-header field behind others", last + first),
        ("an unknown pseudo-header field", first + [(":protocol", "x")] + last),
        ("a pseudo-header field of responses", first + [(":status", "200")] + last),
        ("no :method", Array(first.dropFirst()) + last),
        ("no :scheme", [first[0], first[2]] + last),
        ("no :path", Array(first.dropLast()) + last),
        ("an empty :path", Array(first.dropLast()) + [(":path", "")] + last),
        ("a name in upper case", first + last + [("Token", "x")]),
        ("a name with a blank", first + last + [("to ken", "x")]),
        ("an empty name", first + last + [("", "x")]),
        ("connection", first + last + [("connection", "close")]),
        ("keep-alive", first + last + [("keep-alive", "5")]),
        ("proxy-connection", first + last + [("proxy-connection", "close")]),
        ("transfer-encoding", first + last + [("transfer-encoding", "chunked")]),
        ("upgrade", first + last + [("upgrade", "h2c")]),
        ("te that is not trailers", first + [("content-type", "application/grpc"), ("te", "gzip")]),
        ("CR in a value", first + last + [("token", "a\rb")]),
        ("LF in a value", first + last + [("token", "a\nb")]),
        ("NUL in a value", first + last + [("token", "a\0b")]),
        ("a blank before a value", first + last + [("token", " a")]),
        ("a blank behind a value", first + last + [("token", "a ")]),
        ("a length that is no number", first + last + [("content-length", "x")]),
        ("two lengths", first + last + [("content-length", "6"), ("content-length", "6")]),
        ("a length beyond the data", first + last + [("content-length", "7")]),
        ("a length below the data", first + last + [("content-length", "5")]),
        ("a length beyond the data of a plain request", plain + [("content-length", "7")]),
        ("a length below the data of a plain request", plain + [("content-length", "5")]),
        ("CONNECT with a path", [(":method", "CONNECT")] + first.dropFirst() + last),
    ]

    @Test(
        "A malformed request is reset, the connection goes on (section 8)", arguments: HTTP2RuleTests.malformed.indices)
    func refusedRequest(number: Int) throws {
        let (name, fields) = Self.malformed[number]
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings)
        server.receive(RawFrame.headers(1, fields) + RawFrame.data(1, RawFrame.message([1]), ends: true))
        let refused = server.sentFrames().filter { $0.stream == 1 }
        #expect(refused.map(\.type) == [3] && refused.first?.payload == [0, 0, 0, 1], "\(name): \(refused)")
        server.receive(RawFrame.call(3, TestMethod.echo.path) + RawFrame.data(3, RawFrame.message([1]), ends: true))
        #expect(server.sentFrames().contains { $0.stream == 3 && $0.type == 0 }, "\(name)")
    }

    @Test("A header list that is not the last may not follow the first (section 8.1)")
    func trailersThatDoNotEnd() throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.chat.path))
        server.receive(RawFrame.headers(1, [("x", "y")]))
        #expect(server.sentFrames().contains { $0.stream == 1 && $0.type == 3 })
        #expect(server.loop.openCalls == 0)
        server.receive(RawFrame.call(3, TestMethod.chat.path) + RawFrame.headers(3, [("x", "y")], ends: true))
        #expect(server.handler.halfClosed == 1)
    }

    @Test(
        "What breaks the rules behind the body keeps the request from being carried out (section 8.1)",
        arguments: [(":path", "/x"), (":status", "200"), ("X", "y"), ("x", "a\0b"), ("connection", "close")])
    func malformedTrailers(name: String, value: String) throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        let message = RawFrame.data(1, RawFrame.message([1]))
        server.receive(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.echo.path) + message)
        server.receive(RawFrame.headers(1, [(name, value)], ends: true))
        let refused = server.sentFrames().filter { $0.stream == 1 }
        #expect(refused.map(\.type) == [3] && refused.first?.payload == [0, 0, 0, 1], "\(refused)")
        #expect(server.loop.openCalls == 0)
    }

    @Test("A length that fits is no obstacle")
    func length() throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings)
        server.receive(RawFrame.headers(1, Self.plain + [("content-length", "3")]) + RawFrame.data(1, [1, 2]))
        server.receive(RawFrame.data(1, [3], ends: true))
        #expect(server.sentFrames().contains { $0.type == 0 && $0.payload == [1, 2, 3] })
    }

    // MARK: Header lists of any size

    /// A header list in a HEADERS frame and as many CONTINUATION frames as it takes.
    private func block(_ stream: UInt32, _ fields: [(String, String)], part: Int = 16_384) -> [UInt8] {
        var rest = RawFrame.headers(stream, fields)[9...]
        var bytes: [UInt8] = []
        var type: UInt8 = 1
        repeat {
            let piece = rest.prefix(part)
            rest.removeFirst(piece.count)
            bytes += RawFrame.frame(type: type, flags: rest.isEmpty ? 4 : 0, stream: stream, Array(piece))
            type = 9
        } while !rest.isEmpty
        return bytes
    }

    private func status(_ bytes: [UInt8], in pieces: Int? = nil) throws -> RPCStatus {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings)
        var rest = bytes[...]
        while !rest.isEmpty {
            server.receive(Array(rest.prefix(pieces ?? rest.count)))
            rest = rest.dropFirst(pieces ?? rest.count)
        }
        server.receive(RawFrame.data(1, RawFrame.message([1]), ends: true))
        let decoder = HeaderDecoder()
        for frame in server.sentFrames() where frame.type == 1 && frame.stream == 1 { decoder.decode(frame.payload) }
        server.receive(RawFrame.call(3, TestMethod.echo.path) + RawFrame.data(3, RawFrame.message([1]), ends: true))
        #expect(server.sentFrames().contains { $0.stream == 3 && $0.type == 0 })
        return decoder.status
    }

    private func fields(_ value: String, count: Int = 1) -> [(String, String)] {
        Self.first + Self.last + (0..<count).map { ("x\($0)", value) }
    }

    @Test("One field or many that are too large end their call alone, with a status", arguments: [nil, 1, 7, 1_000])
    func tooLarge(pieces: Int?) throws {
        let one = try status(block(1, fields(String(repeating: "x", count: 70_000))), in: pieces)
        #expect(one.code == .resourceExhausted)
        let huge = try status(block(1, fields(String(repeating: "x", count: 700_000))), in: pieces.map { max(500, $0) })
        #expect(huge.code == .resourceExhausted)
        let nine = try status(block(1, fields(String(repeating: "x", count: 8_000), count: 9)), in: pieces)
        #expect(nine.code == .resourceExhausted)
        let twenty = try status(block(1, fields(String(repeating: "x", count: 8_000), count: 20)), in: pieces)
        #expect(twenty.code == .resourceExhausted)
        let allowed = try status(
            block(1, fields(String(repeating: "x", count: 8_000), count: 7), part: 100), in: pieces)
        #expect(allowed.code == .ok)
    }

    @Test("What refers to fields before an overlong one finds the table as the client has it")
    func tableAfterShortening() throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings)
        // Literals with indexing (RFC 7541, section 6.2.1): the large one empties the table.
        func indexed(_ fields: [(String, String)]) -> [UInt8] {
            var block: [UInt8] = []
            for (name, value) in fields {
                let literal = RawFrame.headers(1, [(name, value)])[9...]
                block += [0x40] + literal.dropFirst()
            }
            return block
        }
        let large =
            indexed(Self.first + Self.last) + indexed([("x", String(repeating: "x", count: 70_000))])
            + indexed([("token", "after")])
        var rest = large[...]
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            let piece = rest.prefix(16_384)
            rest.removeFirst(piece.count)
            bytes += RawFrame.frame(
                type: bytes.isEmpty ? 1 : 9, flags: rest.isEmpty ? 4 : 0, stream: 1, Array(piece))
        }
        server.receive(bytes)
        // 62 is the field that was added last.
        let again = indexed(Self.first + Self.last)
        // Behind the five of this request `token` is the sixth.
        server.receive(RawFrame.frame(type: 1, flags: 4, stream: 3, again + [0x80 | 67]))
        server.receive(RawFrame.data(3, RawFrame.message([1]), ends: true))
        #expect(server.handler.lastMetadata.token == "after")
    }

    @Test("A header block without an end ends the connection")
    func endlessHeaders() throws {
        let server = try EmbeddedServer()
        defer { server.close() }
        server.receive(RawPeer.preface + RawFrame.settings + RawFrame.frame(type: 1, stream: 1, [0x82]))
        let more = RawFrame.frame(type: 9, stream: 1, [UInt8](repeating: 0x82, count: 16_384))
        for _ in 0..<70 { server.receive(more) }
        let end = server.sentFrames().last { $0.type == 7 }
        #expect(end.map { String(decoding: $0.payload[8...], as: UTF8.self) } == "too_many_continuations")
        #expect(server.loop.budget.held < 1 << 20)
    }

    @Test("Frames that ask for nothing are counted, whatever their kind")
    func idleFrames() throws {
        func goAway(_ frames: [UInt8]) throws -> String {
            let server = try EmbeddedServer {
                $0.limits.emptyFrameBurst = 500
                $0.limits.updateBurst = 500
                $0.limits.pingBurst = 500
                $0.limits.malformedBurst = 500
            }
            defer { server.close() }
            server.receive(RawPeer.preface + RawFrame.settings + RawFrame.call(1, TestMethod.chat.path))
            server.receive(frames)
            let end = server.sentFrames().last { $0.type == 7 }
            return end.map { String(decoding: $0.payload[8...], as: UTF8.self) } ?? "nothing"
        }
        func flood(_ frame: [UInt8]) -> [UInt8] { (0..<700).flatMap { _ in frame } }
        #expect(try goAway(flood(RawFrame.frame(type: 8, [0, 0, 0, 1]))) == "too_many_window_updates")
        #expect(try goAway(flood(RawFrame.frame(type: 8, stream: 1, [0, 0, 0, 1]))) == "too_many_window_updates")
        let acknowledgement = RawFrame.frame(type: 6, flags: 1, [UInt8](repeating: 7, count: 8))
        #expect(try goAway(flood(acknowledgement)) == "too_many_pings")
        #expect(try goAway(flood(RawFrame.frame(type: 77, [1, 2, 3]))) == "too_many_empty_frames")
        let malformed = stride(from: UInt32(3), to: 1_403, by: 2).flatMap { RawFrame.headers($0, [], ends: true) }
        #expect(try goAway(malformed) == "too_many_malformed_requests")
    }
}

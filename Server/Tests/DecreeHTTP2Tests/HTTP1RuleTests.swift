import Foundation
import Testing

@testable import DecreeHTTP2

/// What RFC 9112 and RFC 9110 demand of a server, one test for each demand.
@Suite(.timeLimit(.minutes(1))) struct HTTP1RuleTests {
    /// What the server says to a request, and whether it goes on afterwards.
    private func ask(
        _ parts: String..., configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> (text: String, isOpen: Bool) {
        let server = try EmbeddedServer(breaksAtWrite: nil, configure)
        defer { server.close() }
        for part in parts { server.receive(part) }
        return (server.sentText(), server.isOutputOpen)
    }

    private func expectRefusal(_ request: String, _ status: Int) throws {
        let answer = try ask(request + "GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 \(status) "), "\(request.debugDescription): \(answer.text)")
        #expect(answer.text.contains("connection: close\r\n") && !answer.isOpen)
        #expect(answer.text.components(separatedBy: "HTTP/1.1 ").count == 2, "one answer: \(answer.text)")
    }

    @Test(
        "What is malformed is answered with 400, and nothing behind it is looked at (RFC 9112, sections 2.2 to 7)",
        arguments: [
            "GET /health HTTP/1.1\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x y\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x/y\r\n\r\n",
            "GET /he alth HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET  /health HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET health HTTP/1.1\r\nhost: x\r\n\r\n",
            "G(T /health HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfield : y\r\n\r\n",
            "GET /health HTTP/1.1\r\n host: x\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfield: a\r\n folded\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfield\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfi@eld: y\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfield: a\rb\r\n\r\n",
            "GET /health HTTP/1.1\r\nhost: x\r\nfield: a\0b\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1, 1\r\n\r\na",
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: +1\r\n\r\na",
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            "POST /echo HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nx\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
            "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\na\n0\n\n",
            "nonsense\r\n\r\n",
        ])
    func malformed(request: String) throws { try expectRefusal(request, 400) }

    @Test("Other refusals have their own codes")
    func otherRefusals() throws {
        try expectRefusal("GET /health HTTP/2.0\r\nhost: x\r\n\r\n", 505)
        try expectRefusal("CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n", 501)
        try expectRefusal("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n", 501)
        try expectRefusal("GET /health HTTP/1.1\r\nhost: x\r\nexpect: wonders\r\n\r\n", 417)
        try expectRefusal("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\n", 413)
        let huge = "ffffffffffff"
        try expectRefusal("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n\(huge)\r\n", 413)
        let long = String(repeating: "y", count: 70_000)
        try expectRefusal("GET /\(long) HTTP/1.1\r\nhost: x\r\n\r\n", 414)
        try expectRefusal("GET /health HTTP/1.1\r\nhost: x\r\nfield: \(long)\r\n\r\n", 431)
    }

    @Test("Empty lines before a request and bare line feeds are tolerated")
    func leniency() throws {
        #expect(try ask("\r\n\r\nGET /health HTTP/1.1\nhost: x\n\n").text.hasSuffix("\r\n\r\nfine\n"))
    }

    @Test("An absolute target is accepted, and its host is the one that counts")
    func absoluteForm() throws {
        #expect(try ask("GET http://y/health HTTP/1.1\r\nhost: x\r\n\r\n").text.hasSuffix("\r\n\r\nfine\n"))
        #expect(try ask("GET http:///health HTTP/1.1\r\nhost: x\r\n\r\n").text.hasPrefix("HTTP/1.1 400 "))
        let lines = Array("GET http://y?a=b HTTP/1.1\r\nhost: x\r\n".utf8)
        let head = try HTTP1Head(lines[...], maxBodyBytes: 1)
        #expect(head.target == "/?a=b" && head.fields == [HTTPField("host", "y")])
    }

    @Test("Names are found whatever their case, and blanks around values do not count")
    func fields() throws {
        let answer = try ask("POST /echo HTTP/1.1\r\nHOST:x\r\nContent-LENGTH: \t 2 \t\r\n\r\nok")
        #expect(answer.text.hasSuffix("\r\n\r\nok"))
    }

    @Test("Chunks are put together in whatever pieces they come; extensions and trailers are ignored")
    func chunks() throws {
        let request = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
        let body = "3;a=\"b\"\r\nabc\r\n00a \r\n0123456789\r\n0\r\ntrailer: x\r\n\r\n"
        #expect(try ask(request + body).text.hasSuffix("\r\n\r\nabc0123456789"))
        let server = try EmbeddedServer()
        for byte in (request + body).utf8 { server.receive([byte]) }
        #expect(server.sentText().hasSuffix("\r\n\r\nabc0123456789"))
        server.close()
    }

    @Test(
        "Trailers that are no fields keep the request from being carried out",
        arguments: ["no field", "x : y", " x: y", "x: a\0b", "x: a\rb", ": y"])
    func malformedTrailers(line: String) throws {
        let request = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        let answer = try ask(request + "2\r\nok\r\n0\r\n\(line)\r\n\r\n")
        #expect(answer.text.hasPrefix("HTTP/1.1 400 ") && !answer.isOpen)
    }

    @Test("An upgrade that is not followed changes nothing", arguments: ["h2c", "websocket", "TLS/1.2"])
    func upgrade(to name: String) throws {
        let request =
            "GET /health HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: \(name)\r\n"
            + "http2-settings: AAMAAABkAAQAAP__\r\n\r\n"
        let answer = try ask(request + request + request)
        #expect(answer.text.components(separatedBy: "HTTP/1.1 200 OK").count == 4 && answer.isOpen)
    }

    @Test("Connections last as long as both sides said")
    func persistence() throws {
        #expect(try ask("GET /health HTTP/1.1\r\nhost: x\r\n\r\n").isOpen)
        let close = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: foo, Close\r\n\r\n"
        let closing = try ask(close + close)
        #expect(!closing.isOpen && closing.text.components(separatedBy: "HTTP/1.1 200 OK").count == 2)
        #expect(try !ask("GET /health HTTP/1.0\r\n\r\n").isOpen)
        let kept = try ask("GET /health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        #expect(kept.isOpen && kept.text.contains("connection: keep-alive\r\n"))
    }

    @Test("100 Continue is sent to who waits for it, never to HTTP/1.0, never when the body is there already")
    func expectation() throws {
        let head = " \r\nhost: x\r\nexpect: 100-Continue\r\ncontent-length: 2\r\n\r\n".dropFirst()
        #expect(try ask("POST /echo HTTP/1.1" + head).text == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try ask("POST /echo HTTP/1.0" + head).text.isEmpty)
        #expect(try ask("POST /echo HTTP/1.1" + head + "ok").text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(try ask("GET /health HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n\r\n").text.hasSuffix("fine\n"))
    }

    @Test("A streamed response is chunked for HTTP/1.1 and ends with the connection for HTTP/1.0")
    func streaming() throws {
        let old = try ask("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        #expect(old.text.hasSuffix("\r\n\r\na\nb\n") && !old.isOpen && !old.text.contains("transfer-encoding"))
        #expect(try ask("HEAD /health HTTP/1.1\r\nhost: x\r\n\r\n").text.hasSuffix("content-length: 5\r\n\r\n"))
    }

    @Test("Responses carry the date, and tell browsers that they may be read; OPTIONS is answered")
    func commonFields() throws {
        let answer = try ask("OPTIONS * HTTP/1.1\r\nhost: x\r\norigin: http://y\r\n\r\n").text
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.contains("\r\naccess-control-allow-origin: *\r\n"))
        #expect(answer.contains("GMT\r\n") && answer.contains("content-length: 0\r\n"))
        #expect(HTTPDate.format(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(secondsSince1970: 951_827_696) == "Tue, 29 Feb 2000 12:34:56 GMT")
    }

    @Test("A client that closes its side after its request is answered, late answers included")
    func halfClose() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(Array("GET /never HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            peer.closeOutput()
            try await server.untilHeld(1)
            _ = try await server.onLoop { handler, loop in
                for call in handler.held { loop.respond(call, .text(200, "late\n")) }
                handler.held = []
            }
            #expect(await peer.text().hasSuffix("late\n"))
            #expect(peer.isAtEnd)
            try await server.untilEmpty()
        }
    }

    @Test("Nobody waits for ever for a client that closed its side")
    func halfClosedTooLong() async throws {
        try await TestServer.with({ $0.timeouts.halfClosedSeconds = 0 }) { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(Array("GET /never HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            try await server.untilHeld(1)
            let reason = try await server.nextCancellation { peer.closeOutput() }
            #expect(reason == .disconnected)
        }
    }

    @Test("What is pipelined is not answered faster than it is read")
    func backPressure() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port, reads: false)
            let body = String(repeating: "b", count: 10_000)
            let request = Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10000\r\n\r\n\(body)".utf8)
            for _ in 0..<2_000 { peer.send(request) }
            var answered: UInt64 = 0
            while case let now = try await server.onLoop({ _, loop in loop.counters.httpRequests }),
                now == 0 || now != answered
            { answered = now }
            #expect(try await server.onLoop { _, loop in loop.budget.held } < 1 << 20)
            try await peer.startReading()
            peer.send(Array("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8))
            #expect(await peer.byteCount() > 2_000 * 10_000)
            #expect(try await server.onLoop { _, loop in loop.counters.httpRequests } == 2_001)
        }
    }
}

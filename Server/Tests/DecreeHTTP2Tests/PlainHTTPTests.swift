import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct PlainHTTPTests {
    @Test("HTTP/1.1 is served on the port of gRPC, request after request")
    func keepAlive() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(Array("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            let first = await peer.text(until: "fine\n")
            #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(first.contains("content-length: 5\r\n"))
            peer.send(Array("PUT /health HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n".utf8))
            let second = await peer.text(until: "Not Allowed\n")
            #expect(second.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
            #expect(second.contains("allow: GET\r\n"))
            peer.send(Array("HEAD /health HTTP/1.1\r\nhost: x\r\n\r\nGET /nothing HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            let third = await peer.text(until: "not found\n")
            #expect(third.contains("content-length: 5\r\n\r\nHTTP/1.1 404 Not Found\r\n"))
            peer.send(Array("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8))
            #expect(await peer.text().hasSuffix("fine\n"))
            #expect(peer.isAtEnd)
            try await server.untilEmpty()
        }
    }

    @Test("Pipelined requests are answered in order")
    func pipelining() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            let requests = (0..<50).map { "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n\($0 + 100)" }
            peer.send(Array(requests.joined().utf8))
            let text = await peer.text(until: "149")
            let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix(3) }
            #expect(bodies == (100..<150).map { Substring("\($0)") })
        }
    }

    @Test("A body over the limit is refused, announced or not, and Expect is answered")
    func bodies() async throws {
        try await TestServer.with({ $0.limits.maxHTTPBodyBytes = 10 }) { server in
            let announced = try await RawPeer.connect(server.port)
            announced.send(Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n".utf8))
            #expect(await announced.text().hasPrefix("HTTP/1.1 413 "))
            let chunked = try await RawPeer.connect(server.port)
            chunked.send(
                Array("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nb\r\nhello world\r\n".utf8))
            #expect(await chunked.text().hasPrefix("HTTP/1.1 413 "))
            let patient = try await RawPeer.connect(server.port)
            patient.send(
                Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n".utf8))
            #expect(await patient.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
            patient.send(Array("ok".utf8))
            #expect(await patient.text(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("An answer that is larger than what a socket takes at once arrives whole")
    func large() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            let body = String(repeating: "x", count: 1 << 20)
            peer.send(
                Array(
                    "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                        .utf8))
            peer.send(Array(body.utf8))
            let answer = await peer.text()
            #expect(
                answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\n" + body), "\(answer.utf8.count) bytes")
        }
    }

    @Test("A response may be streamed, and a client that leaves cancels its request")
    func streaming() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(Array("GET /stream HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            let text = await peer.text(until: "0\r\n\r\n")
            #expect(text.contains("transfer-encoding: chunked\r\n"))
            #expect(text.hasSuffix("2\r\na\n\r\n2\r\nb\n\r\n0\r\n\r\n"))
            peer.send(Array("GET /endless HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            try await server.untilHeld(1)
            let reason = try await server.nextCancellation { peer.close() }
            #expect(reason == .disconnected)
            try await server.untilEmpty()
        }
    }

    @Test("What is not HTTP is refused")
    func nonsense() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(Array("PRI * HTTP/3.0 and more\r\n\r\n".utf8))
            #expect(await peer.text().hasPrefix("HTTP/1.1 400 "))
            #expect(peer.isAtEnd)
            try await server.untilEmpty()
        }
    }

    @Test("Plain requests are served over HTTP/2 too, beside gRPC on the same connection")
    func overHTTP2() async throws {
        try await TestServer.with { server in
            let peer = try await RawPeer.connect(server.port)
            peer.send(RawPeer.preface + RawFrame.settings)
            let fields = [(":scheme", "http"), (":authority", "x")]
            peer.send(RawFrame.headers(1, [(":method", "GET"), (":path", "/health?a=b")] + fields, ends: true))
            peer.send(RawFrame.headers(3, [(":method", "POST"), (":path", "/echo")] + fields))
            peer.send(RawFrame.data(3, Array("body".utf8), ends: true))
            peer.send(RawFrame.call(5, TestMethod.echo.path) + RawFrame.data(5, RawFrame.message([8]), ends: true))
            var bodies: [UInt32: [UInt8]] = [:]
            var ended = 0
            let decoder = HeaderDecoder()
            while ended < 3, let frame = await peer.frame() {
                if frame.type == 0 { bodies[frame.stream, default: []] += frame.payload }
                if frame.type == 1 { decoder.decode(frame.payload) }
                if frame.stream != 0, frame.flags & 1 != 0 { ended += 1 }
            }
            #expect(bodies == [1: Array("fine\n".utf8), 3: Array("body".utf8), 5: RawFrame.message([8])])
            #expect(decoder.fields[":status"] == "200")
        }
    }
}

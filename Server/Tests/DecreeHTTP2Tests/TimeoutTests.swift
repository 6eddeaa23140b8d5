import DecreeRPC
import Testing

@testable import DecreeHTTP2

/// What happens as time passes. The tests let the loop's seconds pass by themselves; the times are long enough for
/// the clock's own seconds not to matter.
@Suite(.timeLimit(.minutes(1))) struct TimeoutTests {
    private func pass(_ seconds: Int, on server: TestServer) async throws {
        try await server.onLoop { _, loop in
            for _ in 0..<seconds { loop.secondPasses() }
        }
    }

    /// A connection whose settings were exchanged, so that the next PING of the server is a keepalive.
    private func connect(_ server: TestServer) async throws -> RawPeer {
        let peer = try await RawPeer.connect(server.port)
        peer.send(RawPeer.preface + RawFrame.settings + RawFrame.ping)
        #expect(try await nextPing(peer).isAnswer)
        return peer
    }

    private typealias Ping = (isAnswer: Bool, payload: [UInt8])

    private func nextPing(_ peer: RawPeer) async throws -> Ping {
        while let frame = await peer.frame() {
            if frame.type == 6 { return (frame.flags == 1, frame.payload) }
        }
        throw RPCStatus(.unavailable, "the connection ended without a ping")
    }

    @Test("A silent client is pinged, and stays if it answers")
    func answeredPing() async throws {
        try await TestServer.with({
            $0.timeouts.keepaliveIntervalSeconds = 1_000
            $0.timeouts.keepaliveTimeoutSeconds = 500
        }) { server in
            let peer = try await connect(server)
            for _ in 0..<3 {
                try await pass(1_000, on: server)
                let ping = try await nextPing(peer)
                #expect(!ping.isAnswer)
                peer.send(RawFrame.frame(type: 6, flags: 1, ping.payload))
                // The answer to a ping of ours shows that the server has read the acknowledgement before it.
                peer.send(RawFrame.ping)
                #expect(try await nextPing(peer).isAnswer)
            }
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 1)
            peer.close()
            try await server.untilEmpty()
        }
    }

    @Test("A client that does not answer a ping is closed when its time is over, and its calls are cancelled")
    func unansweredPing() async throws {
        try await TestServer.with({
            $0.timeouts.keepaliveIntervalSeconds = 1_000
            $0.timeouts.keepaliveTimeoutSeconds = 500
        }) { server in
            let peer = try await connect(server)
            peer.send(RawFrame.call(1, TestMethod.hold.path) + RawFrame.data(1, RawFrame.message([]), ends: true))
            try await server.untilHeld(1)
            try await pass(1_000, on: server)
            try await pass(400, on: server)
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 1)
            let reason = try await server.nextCancellation { try await pass(100, on: server) }
            #expect(reason == .disconnected)
            while await peer.frame() != nil {}
            try await server.untilEmpty()
        }
    }

    @Test("Without an interval nobody is pinged, and without a time-out nobody is closed")
    func never() async throws {
        try await TestServer.with({ $0.timeouts.keepaliveIntervalSeconds = ServerTimeouts.never }) { server in
            let peer = try await connect(server)
            try await pass(100_000, on: server)
            peer.send(RawFrame.ping)
            #expect(try await nextPing(peer).isAnswer)
        }
        try await TestServer.with({
            $0.timeouts.keepaliveIntervalSeconds = 1_000
            $0.timeouts.keepaliveTimeoutSeconds = ServerTimeouts.never
        }) { server in
            let peer = try await connect(server)
            try await pass(100_000, on: server)
            #expect(try await nextPing(peer).isAnswer == false)
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 1)
            peer.close()
        }
    }

    @Test("An HTTP/1 connection is closed that stays without a request, or whose request stays incomplete")
    func plainHTTP() async throws {
        try await TestServer.with({
            $0.timeouts.handshakeSeconds = 1_000
            $0.timeouts.idleHTTP1Seconds = 5_000
            $0.timeouts.halfClosedSeconds = 0
        }) { server in
            let idle = try await RawPeer.connect(server.port)
            idle.send(Array("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            _ = await idle.text(until: "fine\n")
            let incomplete = try await RawPeer.connect(server.port)
            incomplete.send(Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab".utf8))
            let silent = try await RawPeer.connect(server.port)
            let busy = try await RawPeer.connect(server.port)
            busy.send(Array("GET /never HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            try await server.untilHeld(1)
            while try await server.onLoop({ _, loop in loop.openConnections }) < 4 {}
            while try await server.onLoop({ _, loop in loop.counters.bytesReceived }) < 2 {}
            try await pass(1_100, on: server)
            _ = await incomplete.text()
            _ = await silent.text()
            #expect(incomplete.isAtEnd && silent.isAtEnd)
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 2)
            try await pass(4_000, on: server)
            _ = await idle.text()
            #expect(idle.isAtEnd)
            // A request that waits for its answer is the server's matter, not the client's.
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 1)
            busy.close()
            try await server.untilEmpty()
        }
    }
}

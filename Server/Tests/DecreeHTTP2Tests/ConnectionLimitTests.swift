import Synchronization
import Testing

@testable import DecreeHTTP2

@Suite(.timeLimit(.minutes(1))) struct ConnectionLimitTests {
    @Test("Clients beyond the limit wait until others leave, and the operator reads of it once")
    func limit() async throws {
        let lines = Lines()
        try await TestServer.with({
            $0.limits.maxConnections = 3
            $0.report = { lines.append($0) }
        }) { server in
            func ask(_ peer: RawPeer) async -> Bool {
                peer.send(Array("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
                return await peer.text(until: "fine\n").hasPrefix("HTTP/1.1 200 OK")
            }
            var inside: [RawPeer] = []
            for _ in 0..<3 {
                let peer = try await RawPeer.connect(server.port)
                #expect(await ask(peer))
                inside.append(peer)
            }
            let outside = try await RawPeer.connect(server.port)
            outside.send(Array("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
            for peer in inside { #expect(await ask(peer)) }
            #expect(try await server.onLoop { _, loop in loop.openConnections } == 3)
            inside.removeLast().close()
            #expect(await outside.text(until: "fine\n").hasPrefix("HTTP/1.1 200 OK"))
            #expect(lines.all.count == 1)
        }
    }

    @Test(
        "Of few descriptors clients get what the node can spare, and never none",
        arguments: [
            (16, 1), (40, 6), (64, 16), (200, 120), (1_024, 944), (1_000_000, 10_000),
        ])
    func share(permitted: Int, clients: Int) {
        #expect(ConnectionLimit.share(of: permitted, processors: 2, keeping: 8) == clients)
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }
}

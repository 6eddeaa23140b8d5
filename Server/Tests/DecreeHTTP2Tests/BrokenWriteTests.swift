import Testing

@testable import DecreeHTTP2

/// A write may close the connection under the hands of whoever writes: the client reset it. At each of its writes,
/// every conversation has to end there and then, with nothing left over.
@Suite(.timeLimit(.minutes(1))) struct BrokenWriteTests {
    /// The conversations, each as the bytes of several reads.
    static let conversations: [[[UInt8]]] = [
        http1(
            "GET /health HTTP/1.1\r\nhost: x\r\n\r\nPOST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2097153\r\n\r\n"),
        http1(
            "GET /health HTTP/1.1\r\nhost: x\r\n\r\nPOST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
                + "400000\r\n", String(repeating: "x", count: 0x40_0000)),
        http1(
            "POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n",
            "okGET /stream HTTP/1.1\r\nhost: x\r\n\r\nHEAD /health HTTP/1.1\r\nhost: x\r\n\r\nGET /wide HTTP/1.1\r\n"
                + "host: x\r\n\r\n"),
        http1("GET /health HTTP/1.1\r\nhost: x\r\n\r\nnonsense\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n"),
        http1("GET /health HTTP/1.0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n"),
        [RawPeer.preface + RawFrame.settings, calls, [UInt8](repeating: 255, count: 100)],
        [RawPeer.preface + RawFrame.settings + calls + (0..<2_000).flatMap { _ in RawFrame.ping }, calls],
    ]

    private static func http1(_ reads: String...) -> [[UInt8]] { reads.map { Array($0.utf8) } }

    private static var calls: [UInt8] {
        var bytes: [UInt8] = []
        for (place, method) in [TestMethod.echo, .fail, .chat, .list, .hold].enumerated() {
            let id = UInt32(2 * place + 1)
            bytes += RawFrame.call(id, method.path)
            bytes += RawFrame.data(id, RawFrame.message(bigEndian(20)), ends: method != .chat)
        }
        bytes += RawFrame.call(11, "/unknown/method")
        return bytes
            + RawFrame.headers(13, [(":method", "GET"), (":scheme", "http"), (":path", "/stream")], ends: true)
    }

    @Test("A connection that breaks at any of its writes ends there", arguments: conversations.indices)
    func anyWrite(conversation: Int) throws {
        let reads = Self.conversations[conversation]
        let whole = try EmbeddedServer()
        for read in reads { whole.receive(read) }
        #expect(whole.writes > 0)
        whole.close()
        for write in 1...max(1, whole.writes) {
            let server = try EmbeddedServer(breaksAtWrite: write)
            for read in reads { server.receive(read) }
            #expect(server.isEmpty, "after write \(write)")
            server.close()
        }
    }
}

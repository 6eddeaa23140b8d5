import Foundation

/// An HTTP/1.1 response.
public struct PlainResponse: Sendable {
    public let status: Int
    /// Names in lower case.
    public let fields: [String: String]
    public let body: String
}

/// A request over HTTP/1.1 on a connection of its own.
public func plainHTTP(
    _ method: String, _ target: String, port: Int, body: String = "", within limit: Duration = .seconds(10)
) throws -> PlainResponse {
    let socket = try TCPSocket.connected(to: port)
    let request = """
        \(method) \(target) HTTP/1.1\r
        host: 127.0.0.1:\(port)\r
        connection: close\r
        content-length: \(body.utf8.count)\r
        \r
        \(body)
        """
    _ = Array(request.utf8).withUnsafeBytes { send(socket.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let deadline = Deadline(after: limit)
    while true {
        guard socket.awaitReady(writing: false, milliseconds: deadline.remainingMilliseconds) else {
            throw TimedOut(what: "the answer to \(method) \(target)", limit: limit, lastError: nil)
        }
        let count = recv(socket.descriptor, &buffer, buffer.count, 0)
        if count == 0 { break }
        if count < 0, errno != EAGAIN { throw RPCFailure.disconnected(String(cString: strerror(errno))) }
        if count > 0 { received += buffer[..<count] }
    }
    return try PlainResponse(parsing: String(decoding: received, as: UTF8.self))
}

extension PlainResponse {
    fileprivate init(parsing text: String) throws {
        let halves = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = halves[0].split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard halves.count == 2, words.count >= 2, let status = Int(words[1]) else {
            throw RPCFailure.disconnected("no HTTP response: \(text.prefix(200))")
        }
        self.status = status
        fields = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
            }, uniquingKeysWith: { first, _ in first })
        let isChunked = fields["transfer-encoding"]?.lowercased() == "chunked"
        body = isChunked ? Self.joined(chunks: halves[1]) : String(halves[1])
    }

    private static func joined(chunks text: Substring) -> String {
        var rest = text.utf8
        var body: [UInt8] = []
        while let lineEnd = rest.firstIndex(of: 13) {
            guard let size = Int(String(rest[..<lineEnd]) ?? "", radix: 16), size > 0 else { break }
            rest = rest[lineEnd...].dropFirst(2)
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return String(decoding: body, as: UTF8.self)
    }
}

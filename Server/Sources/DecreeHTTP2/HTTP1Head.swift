/// Why an HTTP/1 request is not carried out. Whatever follows it on the connection cannot be told apart from it.
struct HTTP1Problem: Error, Hashable {
    let status: Int
    let text: String

    static func malformed(_ text: String) -> HTTP1Problem { HTTP1Problem(status: 400, text: text) }
    static let headTooLarge = HTTP1Problem(status: 431, text: "request header fields too large")
    static let targetTooLong = HTTP1Problem(status: 414, text: "request target too long")
    static let bodyTooLarge = HTTP1Problem(status: 413, text: "request body too large")
    static let version = HTTP1Problem(status: 505, text: "HTTP version not supported")
    static let coding = HTTP1Problem(status: 501, text: "transfer coding not implemented")
    static let expectation = HTTP1Problem(status: 417, text: "expectation failed")

    var response: HTTPResponse { .text(status, text + "\n") }
}

/// What an HTTP/1 request says before its body (RFC 9112). `Upgrade` is not looked at: an upgrade that is not followed
/// changes nothing (RFC 9110, section 7.8).
struct HTTP1Head {
    /// How the end of the body is found (RFC 9112, section 6.3).
    enum Framing: Hashable {
        case length(Int)
        case chunked
    }

    var method = ""
    /// Path and query, whichever form they came in; `*` for the server as a whole.
    var target = ""
    /// Of HTTP/1.`minor`.
    var minor = 1
    /// Names are lower case.
    var fields: [HTTPField] = []
    var framing = Framing.length(0)
    /// Whether another request may follow (RFC 9112, section 9.3).
    var keepsAlive = true
    var expectsContinue = false

    /// - Parameter lines: the head up to the empty line that ends it, or behind that.
    init(_ lines: ArraySlice<UInt8>, maxBodyBytes: Int) throws(HTTP1Problem) {
        var rest = lines
        try takeRequestLine(Self.line(&rest))
        while !rest.isEmpty {
            let line = Self.line(&rest)
            if !line.isEmpty { fields.append(try Self.field(line)) }
        }
        try judgeHost()
        keepsAlive = persists
        try judgeFraming(maxBodyBytes)
        try judgeExpectation()
    }

    /// Takes a line; its end may be a line feed alone (RFC 9112, section 2.2).
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        var line = rest[rest.startIndex..<end]
        rest = rest[min(end + 1, rest.endIndex)...]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }

    // MARK: The request line (RFC 9112, section 3)

    private mutating func takeRequestLine(_ line: ArraySlice<UInt8>) throws(HTTP1Problem) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !parts[1].isEmpty
        else { throw .malformed("malformed request line") }
        minor = try Self.minorVersion(parts[2])
        method = String(decoding: parts[0], as: UTF8.self)
        try takeTarget(String(decoding: parts[1], as: UTF8.self))
    }

    private static func minorVersion(_ text: ArraySlice<UInt8>) throws(HTTP1Problem) -> Int {
        let text = Array(text)
        guard text.count == 8, text.starts(with: "HTTP/".utf8), isDigit(text[5]), text[6] == UInt8(ascii: "."),
            isDigit(text[7])
        else { throw .malformed("malformed HTTP version") }
        guard text[5] == UInt8(ascii: "1") else { throw .version }
        return min(1, Int(text[7] - UInt8(ascii: "0")))
    }

    /// The four forms of a target (RFC 9112, section 3.2).
    private mutating func takeTarget(_ text: String) throws(HTTP1Problem) {
        if text.hasPrefix("/") || (text == "*" && method == "OPTIONS") {
            target = text
        } else if let start = text.range(ofScheme: ["http://", "https://"]) {
            let authority = text[start...].prefix { !"/?#".contains($0) }
            guard !authority.isEmpty, !authority.contains("@") else { throw .malformed("malformed request target") }
            let path = text[authority.endIndex...]
            target = path.hasPrefix("/") ? String(path) : "/" + path
            self.authority = String(authority)
        } else {
            throw method == "CONNECT"
                ? HTTP1Problem(status: 501, text: "no tunnels") : .malformed("malformed request target")
        }
    }

    /// The host that an absolute target names; it replaces the field (RFC 9112, section 3.2.2).
    private var authority: String?

    // MARK: Fields (RFC 9112, section 5)

    static func field(_ line: ArraySlice<UInt8>) throws(HTTP1Problem) -> HTTPField {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), isToken(line[..<colon]) else {
            throw .malformed("malformed header field")
        }
        var value = line[(colon + 1)...]
        while let byte = value.first, isBlank(byte) { value.removeFirst() }
        while let byte = value.last, isBlank(byte) { value.removeLast() }
        guard isFieldValue(value) else { throw .malformed("malformed header field") }
        return HTTPField(
            String(decoding: line[..<colon], as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self))
    }

    private func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The members of a list that may be spread over several fields.
    private func list(_ name: String) -> [String] {
        values(name).flatMap { $0.split(separator: ",") }.map { $0.trimmingBlanks().lowercased() }.filter {
            !$0.isEmpty
        }
    }

    /// One host is asked for, no more (RFC 9112, section 3.2).
    private mutating func judgeHost() throws(HTTP1Problem) {
        let hosts = values("host")
        guard hosts.count <= 1 else { throw .malformed("too many Host headers") }
        guard minor == 0 || hosts.count == 1 else { throw .malformed("missing required Host header") }
        guard hosts.allSatisfy({ !$0.contains { " \t@/?#,\\".contains($0) } }) else {
            throw .malformed("malformed Host header")
        }
        guard let authority else { return }
        fields.removeAll { $0.name == "host" }
        fields.append(HTTPField("host", authority))
    }

    private var persists: Bool {
        let options = list("connection")
        return minor == 0 ? options.contains("keep-alive") && !options.contains("close") : !options.contains("close")
    }

    private mutating func judgeFraming(_ maxBodyBytes: Int) throws(HTTP1Problem) {
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        guard codings.isEmpty else {
            guard lengths.isEmpty else { throw .malformed("both Transfer-Encoding and Content-Length") }
            guard minor > 0 else { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            guard list("transfer-encoding").last == "chunked" else { throw .malformed("the body has no end") }
            guard list("transfer-encoding") == ["chunked"] else { throw .coding }
            framing = .chunked
            return
        }
        guard let text = lengths.first else { return }
        guard lengths.count == 1, !text.isEmpty, text.utf8.allSatisfy(isDigit) else {
            throw .malformed("malformed Content-Length")
        }
        // A number too large to be read is too large a body, too.
        guard let length = Int(text), length <= maxBodyBytes else { throw .bodyTooLarge }
        framing = .length(length)
    }

    /// The only expectation there is; HTTP/1.0 has none (RFC 9110, section 10.1.1).
    private mutating func judgeExpectation() throws(HTTP1Problem) {
        let expectations = list("expect")
        guard minor > 0, !expectations.isEmpty else { return }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else { throw .expectation }
        expectsContinue = framing != .length(0)
    }
}

// MARK: - Characters (RFC 9110, section 5.6.2)

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

/// A method or a field's name.
func isToken(_ bytes: some Collection<UInt8>) -> Bool { !bytes.isEmpty && bytes.allSatisfy(isTokenByte) }

@inline(__always)
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
        UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}

/// No control character but the tabulator (RFC 9110, section 5.5).
func isFieldValue(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
}

extension StringProtocol {
    fileprivate func trimmingBlanks() -> String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}

extension String {
    /// - Returns: where what follows one of the schemes begins.
    fileprivate func range(ofScheme schemes: [String]) -> String.Index? {
        for scheme in schemes where lowercased().hasPrefix(scheme) { return index(startIndex, offsetBy: scheme.count) }
        return nil
    }
}

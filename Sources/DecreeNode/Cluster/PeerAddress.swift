/// Where a node listens for its peers.
public struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name or a numeric address, without brackets.
    public let host: String
    /// A TCP port; 0 lets the system choose, which only makes sense for listening in tests.
    public let port: Int

    /// - Parameters:
    ///   - host: A host name or a numeric address, without brackets.
    ///   - port: A TCP port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, with brackets around an IPv6 address: `10.0.0.1:2380`, `[::1]:2380`.
    /// - Throws: ``ConfigurationError/badAddress(_:)``.
    public init(parsing text: String) throws(ConfigurationError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .badAddress(text)
        }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .badAddress(text)
        }
        guard !host.isEmpty else { throw .badAddress(text) }
        self.init(host: String(host), port: Int(port))
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A URL to listen on or to be reached at.
struct ServeURL: Sendable, Hashable, Comparable, CustomStringConvertible {
    enum Scheme: String, Sendable, Hashable {
        case http, https, unix, unixs

        var isUnix: Bool { self == .unix || self == .unixs }
    }

    var scheme: Scheme
    /// Without the brackets of an IPv6 address; empty for a socket file.
    var host: String
    var port: Int
    /// The path of a socket file; empty otherwise.
    var path: String

    /// As it was written, without the blanks around it.
    let description: String

    /// Why a text is no URL, in etcd's words.
    enum Flaw: Error, CustomStringConvertible {
        case none
        case scheme(String)
        case address(String)
        case path(String)

        var description: String {
            switch self {
            case .none: "no valid URLs given"
            case .scheme(let text): "URL scheme must be http, https, unix, or unixs: \(text)"
            case .address(let text): "URL address does not have the form \"host:port\": \(text)"
            case .path(let text): "URL must not contain a path: \(text)"
            }
        }
    }

    init(_ text: String) throws(Flaw) {
        let parts = text.trimmed.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        description = text.trimmed
        guard parts.count == 2, let scheme = Scheme(rawValue: String(parts[0])) else { throw .scheme(text.trimmed) }
        self.scheme = scheme
        if scheme.isUnix {
            (host, port, path) = ("", 0, String(parts[1]))
            guard !path.isEmpty else { throw .address(text.trimmed) }
            return
        }
        let slash = parts[1].firstIndex(of: "/") ?? parts[1].endIndex
        guard let (host, port) = Self.address(parts[1][..<slash]) else { throw .address(text.trimmed) }
        guard parts[1][slash...].isEmpty else { throw .path(text.trimmed) }
        (self.host, self.port, path) = (host, port, "")
    }

    private static func address(_ text: Substring) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), port <= 65_535
        else { return nil }
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return (String(host), port)
    }

    /// The URLs of a text separated by commas, sorted, each once.
    static func list(_ text: String) throws(Flaw) -> [ServeURL] {
        var urls: Set<ServeURL> = []
        for part in GoValues.list(text) { urls.insert(try ServeURL(part)) }
        guard !urls.isEmpty else { throw .none }
        return urls.sorted()
    }

    static func < (left: ServeURL, right: ServeURL) -> Bool { left.description < right.description }

    /// Whether the host is an address to bind to: an IP address or `localhost`.
    var canBeBound: Bool { scheme.isUnix || host == "localhost" || Self.isAddress(host) }

    /// Whether `host` is an IPv4 or IPv6 address.
    static func isAddress(_ host: String) -> Bool { isIPv4(host) || isIPv6(host) }

    private static func isIPv4(_ host: some StringProtocol) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy { $0.isASCII && $0.isNumber }
                    && UInt8(part) != nil && (part.count == 1 || part.first != "0")
            }
    }

    private static func isIPv6(_ host: String) -> Bool {
        let address = host.split(separator: "%", maxSplits: 1)[...].first ?? ""
        guard address.contains(":") else { return false }
        let halves = address.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        let counts = halves.map { half in half.isEmpty ? 0 : groupCount(half) }
        guard counts.allSatisfy({ $0 >= 0 }) else { return false }
        let count = counts.reduce(0, +)
        return halves.count == 2 ? count <= 7 : count == 8
    }

    /// How many groups of 16 bits the text has; negative if it has anything else.
    private static func groupCount(_ text: Substring) -> Int {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        for (index, group) in groups.enumerated() {
            if index == groups.count - 1, group.contains(".") {
                guard isIPv4(group) else { return -1 }
                count += 2
            } else {
                guard (1...4).contains(group.count), group.allSatisfy(\.isHexDigit) else { return -1 }
                count += 1
            }
        }
        return count
    }
}

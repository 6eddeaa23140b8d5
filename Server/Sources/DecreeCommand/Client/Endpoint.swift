import DecreeHTTP2

/// A server's client address as users write it: `host:port`, `http://host:port` or `unix:path`.
struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    let address: ListenAddress
    /// As it was written.
    let description: String

    static let standard = "127.0.0.1:2379"

    /// - Throws: What is wrong with the text.
    init(_ text: String) throws(ClientFailure) {
        description = text
        if text.hasPrefix("https://") || text.hasPrefix("unixs:") {
            throw ClientFailure(
                .usage, "\(text): this version cannot use TLS",
                nextStep: "name an endpoint with http:// or without a scheme")
        }
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            address = .unix(path: String(path.hasPrefix("//") ? path.dropFirst(2) : path))
            return
        }
        let rest = text.hasPrefix("http://") ? String(text.dropFirst("http://".count)) : text
        let hasPort = rest.last == "]" ? false : rest.contains(":")
        guard let url = try? ServeURL("http://" + rest + (hasPort ? "" : ":2379")), !url.host.isEmpty, url.port > 0
        else {
            throw ClientFailure(
                .usage, "\(text) is no endpoint", nextStep: "write it as host:port, such as \(Self.standard)")
        }
        address = .tcp(host: url.host, port: url.port)
    }

    /// The endpoints of a list separated by commas.
    static func list(_ text: String) throws(ClientFailure) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for part in GoValues.list(text) { endpoints.append(try Endpoint(part)) }
        guard !endpoints.isEmpty else {
            throw ClientFailure(.usage, "no endpoint is given", nextStep: "name one with --endpoints host:port")
        }
        return endpoints
    }
}

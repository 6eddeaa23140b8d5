/// A header field of a plain HTTP message. Names of requests are lower case.
public struct HTTPField: Sendable, Hashable {
    public var name: String
    public var value: String

    /// A field as it is written on the wire.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension HTTPField {
    /// Says to browsers that pages of all origins may read what is answered, as etcd does.
    public static let openToAllPages = [
        HTTPField("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE"),
        HTTPField("access-control-allow-origin", "*"),
        HTTPField("access-control-allow-headers", "accept, content-type, authorization"),
    ]
}

/// A complete plain HTTP request, from HTTP/1.1 or HTTP/2.
public struct HTTPRequest: Sendable {
    /// `GET`, `POST` and so on.
    public var method: String
    /// Path and query as they were sent.
    public var target: String
    public var fields: [HTTPField]
    public var body: [UInt8]
    /// The index of the listener in the server's configuration that accepted the connection.
    public var listener: Int

    /// A request, as a test would make it by hand.
    public init(method: String, target: String, fields: [HTTPField] = [], body: [UInt8] = [], listener: Int = 0) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.listener = listener
    }

    /// The first value of a field. `name` is lower case; the host is found as `host`.
    public func first(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The target without its query.
    public var path: Substring {
        target.prefix { $0 != "?" }
    }

    /// What follows the first question mark, or nothing.
    public var query: Substring {
        target.drop { $0 != "?" }.dropFirst()
    }
}

/// A plain HTTP response. Length, date and connection fields are the server's business.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var fields: [HTTPField]
    public var body: [UInt8]

    /// - Parameters:
    ///   - status: the HTTP status code.
    ///   - fields: lower-case names; `content-length` is added.
    ///   - body: sent unless the request's method was HEAD.
    public init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response of plain text.
    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, fields: [HTTPField("content-type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// The method is not allowed here; names those that are.
    public static func methodNotAllowed(allow: String) -> HTTPResponse {
        var response = text(405, "Method Not Allowed\n")
        response.fields.append(HTTPField("allow", allow))
        return response
    }

    /// Nothing is found at the request's path.
    public static let notFound = text(404, "404 page not found\n")
}

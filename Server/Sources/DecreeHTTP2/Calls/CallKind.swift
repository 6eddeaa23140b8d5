/// What a call is, which is known with its header list and does not change.
struct CallKind: OptionSet {
    let rawValue: UInt8

    /// The method takes exactly one message.
    static let oneMessage = CallKind(rawValue: 1 << 0)
    /// A plain HTTP request.
    static let plain = CallKind(rawValue: 1 << 1)
    /// A plain request for HEAD: its response has no body.
    static let headOnly = CallKind(rawValue: 1 << 2)
    /// The client compresses its messages with gzip, if it likes, and so may the server.
    static let compressed = CallKind(rawValue: 1 << 3)
}

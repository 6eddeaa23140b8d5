/// Names an open call of one client port: a place in the port's table of calls, and how often that place was used before,
/// so that a late answer to a call that is gone meets nobody.
///
/// The low 24 bits are the place. A port uses low places first and again, because the services keep their own table of
/// open calls by the same places.
public struct CallToken: Hashable, Sendable, CustomStringConvertible {
    /// The use count above the place; good as the token of a request to the node.
    public let rawValue: UInt64

    @inline(__always)
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - place: Below 2^24.
    ///   - use: How often the place was used, this time counted.
    public init(place: Int, use: UInt64) { rawValue = use << 24 | UInt64(place) }

    /// Where the call stands in the tables of open calls.
    @inline(__always)
    public var place: Int { Int(truncatingIfNeeded: rawValue & 0xFF_FFFF) }

    /// No call: what the services ask the node for themselves. A call's place was used once at least.
    public static let none = CallToken(rawValue: 0)

    public var description: String { "call \(place)/\(rawValue >> 24)" }
}

/// What the metadata of a call say of its caller. Almost always nothing.
public struct Caller: Hashable, Sendable {
    /// The client wants an error rather than an answer while there is no leader.
    public var requiresLeader: Bool
    /// The client's version was announced in bytes that are no text.
    public var hasMalformedVersion: Bool

    public init(requiresLeader: Bool = false, hasMalformedVersion: Bool = false) {
        self.requiresLeader = requiresLeader
        self.hasMalformedVersion = hasMalformedVersion
    }

    /// A caller that said nothing of interest.
    public static let plain = Caller()
}

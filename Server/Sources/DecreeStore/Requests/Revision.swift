/// A point in the history of the store: every request that changes at least one key takes exactly the next one.
///
/// An empty store stands at revision 1, the first change is revision 2. In requests, zero and below mean "now" or "not
/// asked for".
/// - Source: etcd API reference, "Revisions".
public struct Revision: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public let rawValue: Int64

    @inline(__always)
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    @inline(__always)
    public init(integerLiteral value: Int64) { rawValue = value }

    /// What an empty store stands at.
    public static let initial = Revision(1)

    /// No revision: "now" in a request, "does not exist" in a comparison.
    public static let zero = Revision(0)

    public var next: Revision { Revision(rawValue + 1) }

    @inline(__always)
    public static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "r\(rawValue)" }
}

/// The name of a lease; zero is no lease.
public struct LeaseID: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public let rawValue: Int64

    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public init(integerLiteral value: Int64) { rawValue = value }

    public static let none = LeaseID(0)

    public static func < (left: LeaseID, right: LeaseID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "lease \(String(rawValue, radix: 16))" }
}

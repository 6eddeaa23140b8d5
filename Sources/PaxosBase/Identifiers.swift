/// The name of a node: an acceptor, replica and possible leader at once.
///
/// A node keeps its identifier for as long as its disk lives; a node that lost its disk comes back under another one.
@frozen
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "n\(String(rawValue, radix: 16))" }
}

/// The name of one replicated log among those that a node hosts.
@frozen
public struct GroupID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    public static func < (left: GroupID, right: GroupID) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "g\(rawValue)" }
}

/// A position in the replicated log. The first entry stands at slot 1; slot 0 means "before the log".
@frozen
public struct Slot: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The position before the first entry.
    @inlinable
    public static var zero: Slot { Slot(0) }

    @inlinable
    public var next: Slot { Slot(rawValue + 1) }

    /// The slot before this one; slot zero has none before it and answers itself.
    @inlinable
    public var previous: Slot { Slot(rawValue == 0 ? 0 : rawValue - 1) }

    @inlinable
    public func advanced(by distance: Int) -> Slot { Slot(rawValue &+ UInt64(bitPattern: Int64(distance))) }

    /// How many slots lie between `other` and this one; negative when this one comes first.
    @inlinable
    public func distance(from other: Slot) -> Int { Int(Int64(bitPattern: rawValue &- other.rawValue)) }

    @inlinable
    public static func < (left: Slot, right: Slot) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "s\(rawValue)" }
}

/// One life of a node's process, counted from 1 and made durable before anything else happens in it.
///
/// Whatever must never be used again after a restart (nonces, origins of commands) carries it.
@frozen
public struct Incarnation: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public var next: Incarnation { Incarnation(rawValue + 1) }

    @inlinable
    public static func < (left: Incarnation, right: Incarnation) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "i\(rawValue)" }
}

/// The number of a configuration (a set of members), counted from 1 along the log.
@frozen
public struct ConfigurationNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public static func < (left: ConfigurationNumber, right: ConfigurationNumber) -> Bool {
        left.rawValue < right.rawValue
    }

    public var description: String { "c\(rawValue)" }
}

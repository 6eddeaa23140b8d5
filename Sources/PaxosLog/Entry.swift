import PaxosBase

/// Where a command came from: names it for ever, so that it is applied at most once however often it was forwarded.
public struct Origin: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let node: NodeID
    public let incarnation: Incarnation
    /// Ascends within an incarnation.
    public let sequence: UInt64

    public init(node: NodeID, incarnation: Incarnation, sequence: UInt64) {
        self.node = node
        self.incarnation = incarnation
        self.sequence = sequence
    }

    public static func < (left: Origin, right: Origin) -> Bool {
        if left.node != right.node { return left.node < right.node }
        if left.incarnation != right.incarnation { return left.incarnation < right.incarnation }
        return left.sequence < right.sequence
    }

    public var description: String { "\(node).\(incarnation).\(sequence)" }
}

/// A client's command with its origin.
public struct Command: Hashable, Sendable {
    public let origin: Origin
    /// The log time at which a leader proposed it; zero until one does, and in logs from before there were stamps.
    public let stamp: LogTime
    /// A digest of the commands below it in the log that its leader knew, from the first stamped one on: the stamp counts
    /// only where they are the same.
    public let lineage: UInt64
    public let payload: Payload

    public init(origin: Origin, stamp: LogTime = .zero, lineage: UInt64 = 0, payload: Payload) {
        self.origin = origin
        self.stamp = stamp
        self.lineage = lineage
        self.payload = payload
    }

    /// How many bytes the command takes in a message, at most: before it is stamped it takes fewer.
    public var byteCount: Int { 45 + payload.count }
}

/// What a slot of the log can hold.
public enum Entry: Hashable, Sendable {
    /// Fills a slot for which phase 1 found no value.
    case noOp
    case command(Command)
    /// Of a kind that this version does not know. It is stored and passed on, but stops apply: skipping it would make
    /// this replica differ from those that know it.
    case unknown(kind: UInt8, payload: Payload)

    /// How many bytes the entry takes in a message, at most: kind and length, then of a command origin, stamp and lineage.
    public var byteCount: Int {
        switch self {
        case .noOp: 5
        case .command(let command): command.byteCount
        case .unknown(_, let payload): 5 + payload.count
        }
    }
}

import PaxosBase

/// What belongs to a snapshot beside the state machine's blocks: all of it is one atomic unit.
public struct SnapshotMetadata: Hashable, Sendable {
    /// The last slot whose effects the snapshot holds.
    public let applied: Slot
    /// The largest stamp among the commands up to ``applied``: what the state machine takes for the time.
    public let time: LogTime
    /// The digest of the commands up to ``applied`` that stamps of later ones refer to.
    public let lineage: UInt64
    public let configuration: Configuration
    /// Up to where each node's commands were applied.
    public let origins: [OriginMark]

    public init(
        applied: Slot, time: LogTime = .zero, lineage: UInt64 = 0, configuration: Configuration, origins: [OriginMark]
    ) {
        self.applied = applied
        self.time = time
        self.lineage = lineage
        self.configuration = configuration
        self.origins = origins
    }
}

/// The last command of a node that was applied. Commands of one node apply in ascending order or not at all.
public struct OriginMark: Hashable, Sendable {
    public let node: NodeID
    public let incarnation: Incarnation
    public let sequence: UInt64

    public init(node: NodeID, incarnation: Incarnation, sequence: UInt64) {
        self.node = node
        self.incarnation = incarnation
        self.sequence = sequence
    }
}

/// Decides whether a chosen command takes effect: each at most once, however often it was forwarded and chosen.
///
/// It is part of the replicated state: every replica decides alike. A command takes effect only if it comes after all
/// of its node that did; so once a later one did, an earlier one never will, and its node may send it again under a new
/// sequence number.
struct OriginTable: Hashable, Sendable {
    /// Ascending by node.
    private(set) var marks: [OriginMark]

    init(_ marks: [OriginMark] = []) { self.marks = marks.sorted { $0.node < $1.node } }

    /// Whether a command of this origin would still take effect.
    func isFresh(_ origin: Origin) -> Bool {
        guard let mark = marks.first(where: { $0.node == origin.node }) else { return true }
        return (mark.incarnation, mark.sequence) < (origin.incarnation, origin.sequence)
    }

    /// Notes that the command takes effect, if it may.
    /// - Returns: Whether it does.
    mutating func admit(_ origin: Origin) -> Bool {
        guard isFresh(origin) else { return false }
        let mark = OriginMark(node: origin.node, incarnation: origin.incarnation, sequence: origin.sequence)
        if let index = marks.firstIndex(where: { $0.node >= origin.node }) {
            if marks[index].node == origin.node { marks[index] = mark } else { marks.insert(mark, at: index) }
        } else {
            marks.append(mark)
        }
        return true
    }
}

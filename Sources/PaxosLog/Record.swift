import PaxosBase

/// What a replica makes durable. Records take effect in the order in which they were written.
public enum Record: Hashable, Sendable {
    /// The incarnation that begins; written before anything else in it.
    case incarnation(Incarnation)
    /// No lower ballot is voted in any more. A record of its own, also when an `Accept` raises the promise (rule 12).
    case promised(Ballot)
    case accepted(Slot, Ballot, Entry)
    /// A chosen value that came from a peer.
    case learned(Slot, Entry)
    /// Every slot up to here holds its chosen value.
    case chosen(through: Slot)
    /// Every slot up to here is covered by a snapshot; their records may go.
    case trimmed(through: Slot)
}

/// Names a write; a later one has a higher number, and durability comes in order.
public struct WriteID: Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    public static let zero = WriteID(0)

    public var next: WriteID { WriteID(rawValue + 1) }

    public static func < (left: WriteID, right: WriteID) -> Bool { left.rawValue < right.rawValue }
}

/// What a node finds on its disk when it starts: the fold of all records that survived.
public struct DurableState: Hashable, Sendable {
    /// Zero on a node that never ran.
    public private(set) var incarnation = Incarnation(0)
    /// The maximum of the promise records and of all accepted ballots (rule 3).
    public private(set) var promised = Ballot.zero
    /// Every slot up to here is in the snapshot.
    public private(set) var trimmed = Slot.zero
    /// Every slot up to here holds its chosen value.
    public private(set) var watermark = Slot.zero
    /// What survives above ``trimmed``, by slot.
    public private(set) var slots = DurableSlots()

    public init() {}

    /// Folds in the next record.
    public mutating func absorb(_ record: Record) {
        switch record {
        case .incarnation(let incarnation): self.incarnation = max(self.incarnation, incarnation)
        case .promised(let ballot): promised = max(promised, ballot)
        case .accepted(let slot, let ballot, let entry):
            promised = max(promised, ballot)
            guard slot > trimmed else { return }
            slots.update(slot) { DurableSlot(ballot: ballot, entry: entry, isLearned: $0?.isLearned ?? false) }
        case .learned(let slot, let entry):
            guard slot > trimmed else { return }
            slots.update(slot) { DurableSlot(ballot: $0?.ballot ?? .zero, entry: entry, isLearned: true) }
        case .chosen(let through): watermark = max(watermark, through)
        case .trimmed(let through): trim(through: through)
        }
    }

    /// Forgets the slots up to `through`, which a snapshot covers.
    public mutating func trim(through: Slot) {
        guard through > trimmed else { return }
        trimmed = through
        watermark = max(watermark, through)
        slots.removeAll(through: through)
    }

    /// Forgets the promise altogether, also that of what was accepted, as a node with a planted bug would.
    package mutating func forgetPromise() { promised = .zero }
}

/// What a journal holds of one slot.
public struct DurableSlot: Hashable, Sendable {
    /// The ballot it was accepted in; zero when the value was only learned.
    public let ballot: Ballot
    public let entry: Entry
    /// The value is known to be chosen.
    public let isLearned: Bool

    public init(ballot: Ballot, entry: Entry, isLearned: Bool) {
        self.ballot = ballot
        self.entry = entry
        self.isLearned = isLearned
    }
}

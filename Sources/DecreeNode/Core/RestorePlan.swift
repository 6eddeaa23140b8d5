import PaxosBase
import PaxosLog

/// From which of a group's snapshots its machine starts: the newest that is whole.
///
/// Whoever reads the files tells the plan what became of each, and does what it says next:
///
/// 1. ``next`` is tried, until it is nil; each attempt ends with ``restored(_:byteCount:)`` or ``skip(_:isDamaged:)``;
/// 2. the machine is made anew if ``needsNewMachine`` says so;
/// 3. once the node may start (``GroupStart/check(identity:members:)``), those that are ``damaged`` are set aside.
public struct RestorePlan: Sendable {
    /// A snapshot that could not be used.
    public struct Skipped: Hashable, Sendable {
        public let slot: Slot
        public let reason: String
        /// It will never be of use; otherwise the system refused to read it, now.
        public let isDamaged: Bool
    }

    /// Newest first.
    private var candidates: ArraySlice<Slot>
    public private(set) var skipped: [Skipped] = []
    /// What the machine holds; nil before that, and when no snapshot can be used.
    public private(set) var snapshot: GroupStart.RestoredSnapshot?
    package var flaws: Set<Flaw> = []

    /// - Parameter slots: The slots whose snapshots there are, in any order.
    public init(slots: [Slot]) { candidates = slots.sorted(by: >)[...] }

    /// The snapshot to restore next, of the state behind this slot; nil when one is restored or none is left.
    public var next: Slot? { snapshot == nil ? candidates.first : nil }

    /// ``next`` is whole, and the machine holds it.
    public mutating func restored(_ metadata: SnapshotMetadata, byteCount: Int) {
        snapshot = .init(metadata: metadata, byteCount: byteCount)
    }

    /// ``next`` cannot be used; the machine may hold a part of it.
    public mutating func skip(_ reason: String, isDamaged: Bool) {
        guard let slot = candidates.popFirst() else { return }
        skipped.append(Skipped(slot: slot, reason: reason, isDamaged: isDamaged))
    }

    /// What an unusable snapshot left in the machine must go: nothing was restored over it.
    public var needsNewMachine: Bool {
        snapshot == nil && !skipped.isEmpty && !flaws.contains(.restoreLeavesRemains)
    }

    /// Those that will never be of use. They stay where they are until the node can start without them.
    public var damaged: [Slot] { skipped.filter(\.isDamaged).map(\.slot) }
}

/// What can go wrong in the world. A suite in which one of them never occurred has tested less than it says.
public enum FaultKind: UInt8, CaseIterable, Sendable {
    case messageLost
    case messageDuplicated
    case messageDelayed
    /// A message overtook one that was sent before it over the same link.
    case messageReordered
    /// Bits of a frame were turned over; its checksum must tell.
    case messageCorrupted
    /// Two groups that hear nothing of each other.
    case fullPartition
    /// One group hears another that does not hear it.
    case oneWayPartition
    /// Single links are cut, so that nodes disagree on who is alive.
    case partialPartition
    /// Two groups that only one node connects.
    case bridgedPartition
    /// Heartbeats pass between a node and the others, and nothing else does.
    case bulkStall
    /// One direction of a link is slow for a while.
    case slowLink
    case crash
    /// The process of a node ends and its machine goes on, with the pages that were not synced.
    case kill
    /// A sync of a journal fails; its node ends, as it must.
    case syncFailure
    /// A node crashes while it brings what it found to the disk.
    case openingCrash
    /// A crash that lost what was written and not yet synced.
    case unsyncedLost
    /// A crash that left a part of a write.
    case tornTail
    case restart
    case diskStall
    case diskFull
    /// The process stands still and then goes on as if nothing had been.
    case pause
    case clockDrift
    case connectionReset
    /// A leader is asked to go.
    case handOver
    /// A node is stopped gracefully, and started again.
    case stop
    /// A node comes back with an empty disk.
    case diskWiped
    /// The newest snapshot of a node cannot be read when it comes back.
    case snapshotDamaged
    /// The newest segment or the anchor of a node's journal cannot be read when it comes back.
    case journalDamaged

    /// As it stands in reports.
    public var name: String { "\(self)" }
}

/// How often each kind of fault occurred.
public struct FaultCounts: Hashable, Sendable {
    private var counts: [Int]

    public init() { counts = Array(repeating: 0, count: FaultKind.allCases.count) }

    public subscript(kind: FaultKind) -> Int {
        get { counts[Int(kind.rawValue)] }
        set { counts[Int(kind.rawValue)] = newValue }
    }

    public mutating func add(_ other: FaultCounts) {
        for kind in FaultKind.allCases { self[kind] += other[kind] }
    }

    /// The kinds that never occurred.
    public var absent: [FaultKind] { FaultKind.allCases.filter { self[$0] == 0 } }
}

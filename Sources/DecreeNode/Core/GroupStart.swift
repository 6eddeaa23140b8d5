import DecreeJournal
import PaxosBase
import PaxosLog

/// What a group found on disk when its node starts: the newest snapshot that is whole, and the journal.
public struct GroupStart: Sendable {
    public let number: GroupID
    public let durable: DurableState
    /// Restored into the machine; nil when there is none.
    public let snapshot: RestoredSnapshot?
    /// Staggers elections; should differ between nodes and starts.
    public let seed: UInt64

    public struct RestoredSnapshot: Hashable, Sendable {
        public let metadata: SnapshotMetadata
        public let byteCount: Int

        public init(metadata: SnapshotMetadata, byteCount: Int) {
            self.metadata = metadata
            self.byteCount = byteCount
        }
    }

    public init(number: GroupID, durable: DurableState, snapshot: RestoredSnapshot?, seed: UInt64) {
        self.number = number
        self.durable = durable
        self.snapshot = snapshot
        self.seed = seed
    }

    private var reach: Slot { snapshot?.metadata.applied ?? .zero }

    /// Whether snapshot and journal together hold all that is known to be chosen, from the beginning of the log on.
    /// - Parameters:
    ///   - identity: As the node's directory holds it.
    ///   - members: Those that the node was started with, ascending.
    public func check(identity: NodeIdentity, members: [NodeID]) throws(RestoreFinding) {
        guard !identity.hasBegun || durable.incarnation > Incarnation(0) else { throw .journalIsGone }
        guard reach >= durable.trimmed else { throw .snapshotTooOld(reach: reach, trimmed: durable.trimmed) }
        if let gap = Self.firstGap(in: durable, above: reach) {
            throw .gap(gap, watermark: durable.watermark)
        }
        if let recorded = snapshot?.metadata.configuration.members, recorded != members {
            throw .membersDiffer(recorded: recorded)
        }
    }

    /// The start of a node with a planted bug: what the journal dropped counts as covered by a snapshot that ends earlier.
    package func skippingGap(members: [NodeID]) -> GroupStart {
        let metadata = SnapshotMetadata(
            applied: durable.trimmed, time: snapshot?.metadata.time ?? .zero,
            lineage: snapshot?.metadata.lineage ?? 0,
            configuration: snapshot?.metadata.configuration
                ?? Configuration(number: ConfigurationNumber(1), members: members),
            origins: snapshot?.metadata.origins ?? [])
        return GroupStart(
            number: number, durable: durable, snapshot: .init(metadata: metadata, byteCount: snapshot?.byteCount ?? 0),
            seed: seed)
    }

    /// The first slot above `reach` that the journal does not hold, though it holds that it was chosen.
    private static func firstGap(in durable: DurableState, above reach: Slot) -> Slot? {
        var next = reach.next
        for (slot, _) in durable.slots where slot >= next {
            guard slot == next, slot <= durable.watermark else { break }
            next = next.next
        }
        return next <= durable.watermark ? next : nil
    }

    func makeCore(
        node: NodeID, members: [NodeID], settings: Replica.Settings, limits: NodeLimits, at now: Instant
    ) -> GroupCore {
        let configuration =
            snapshot?.metadata.configuration ?? Configuration(number: ConfigurationNumber(1), members: members)
        let replica = Replica(
            node: node, group: number, configuration: configuration, durable: durable, snapshot: snapshot?.metadata,
            settings: settings, seed: seed, now: now)
        let bytes = durable.slots.reduce(0) { $0 + ($1.key > reach ? $1.value.entry.byteCount : 0) }
        let newest = snapshot.map { WrittenSnapshot(slot: $0.metadata.applied, byteCount: $0.byteCount) }
        var core = GroupCore(
            number: number, replica: replica,
            snapshots: SnapshotSchedule(policy: limits.snapshots, newest: newest, bytesAtStart: bytes))
        core.snapshotStatus.slot = newest?.slot ?? .zero
        core.snapshotStatus.byteCount = newest?.byteCount ?? 0
        return core
    }
}

/// Why a group cannot go on from what its node's disk holds.
public enum RestoreFinding: Error, Hashable, Sendable {
    /// The journal is gone, and with it what this node promised.
    case journalIsGone
    /// The journal begins behind `trimmed`, and the newest snapshot that is whole ends earlier.
    case snapshotTooOld(reach: Slot, trimmed: Slot)
    /// The slot is missing, though all up to the watermark were chosen and written.
    case gap(Slot, watermark: Slot)
    /// The snapshot was taken in another configuration than the node was started with.
    case membersDiffer(recorded: [NodeID])
}

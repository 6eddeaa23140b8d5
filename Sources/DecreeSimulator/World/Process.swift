import DecreeJournal
import DecreeNode
import PaxosBase
import PaxosLog

/// One life of a node: what a crash takes away as a whole. A class, so that looking at a replica does not copy it.
final class Process {
    @exclusivity(unchecked) var node: RunningNode
    @exclusivity(unchecked) var journal: JournalCore

    init(core: NodeCore, journal: JournalCore) {
        node = RunningNode(core: core)
        self.journal = journal
    }

    /// Whether the node leads in the group at `place`.
    func isLeading(_ place: Int = 0) -> Bool { Self.isLeading(&node.core.groups[place].replica) }

    func leader(_ place: Int = 0) -> Ballot? { Self.leader(&node.core.groups[place].replica) }

    func leadership(_ place: Int, at now: Instant) -> Leadership? { node.core.groups[place].leadership(at: now) }

    func promised(_ place: Int) -> Ballot { Self.promised(&node.core.groups[place].replica) }

    func watermark(_ place: Int = 0) -> Slot { Self.watermark(&node.core.groups[place].replica) }

    /// Up to where the machine has applied the log.
    func applied(_ place: Int = 0) -> Slot { node.core.groups[place].applied }

    private static func isLeading(_ replica: inout Replica) -> Bool { replica.isLeading }

    private static func leader(_ replica: inout Replica) -> Ballot? { replica.leader }

    private static func promised(_ replica: inout Replica) -> Ballot { replica.promised }

    private static func watermark(_ replica: inout Replica) -> Slot { replica.watermark }
}

/// What the checkers saw of a replica last.
struct SeenReplica: Equatable {
    var promised = Ballot.zero
    var watermark = Slot.zero
    var leader: Ballot?

    init() {}

    /// `inout`, so that looking at a replica does not copy it.
    init(_ replica: inout Replica) {
        promised = replica.promised
        watermark = replica.watermark
        leader = replica.leader
    }
}

/// The node core with what it wants done. A value: each of its methods is one access to the process, where a check of
/// exclusivity for every word would cost more than the step.
struct RunningNode {
    var core: NodeCore
    var effects = NodeEffects()
    /// By the place of the group.
    private var seen: [SeenReplica]

    init(core: NodeCore) {
        self.core = core
        seen = Array(repeating: SeenReplica(), count: core.groups.count)
    }

    /// - Returns: Whether there is something new to see at the replicas.
    mutating func step(_ event: NodeEvent, at now: Instant) -> Bool {
        core.step(event, at: now, into: &effects)
        return hasNews()
    }

    mutating func open(at now: Instant) { core.open(at: now, into: &effects) }

    /// - Returns: Whether there is something new to see at the replicas.
    mutating func endInput(at now: Instant) -> Bool {
        core.endInput(at: now, into: &effects)
        return hasNews()
    }

    private mutating func hasNews() -> Bool {
        for place in seen.indices where SeenReplica(&core.groups[place].replica) != seen[place] { return true }
        return false
    }

    /// What is new at a replica: as it was seen last, and as it is.
    mutating func takeNews(_ place: Int) -> (before: SeenReplica, after: SeenReplica)? {
        let before = seen[place]
        seen[place] = SeenReplica(&core.groups[place].replica)
        return seen[place] == before ? nil : (before, seen[place])
    }

    /// A life begins: how its replica starts, with no leader known.
    mutating func firstSight(_ place: Int) -> SeenReplica {
        seen[place] = SeenReplica(&core.groups[place].replica)
        seen[place].leader = nil
        return seen[place]
    }

    /// Whether a machine has anything to do in this turn.
    mutating func needsMachines(at now: Instant) -> Bool {
        for place in seen.indices {
            if core.hasWorkForMachine(place) || core.snapshotNeedsMachine(place, at: now) { return true }
        }
        return false
    }

    /// What the turn brought for the machine at `place` to apply; nil when nothing.
    mutating func applies(for place: Int) -> [Apply]? {
        core.hasWorkForMachine(place) ? core.groups[place].pendingApplies : nil
    }

    mutating func advanceStop(at now: Instant) -> Bool { core.advanceStop(at: now, into: &effects) }

    /// Takes what is to be done.
    /// - Parameter taken: Empty; its memory is used next.
    /// - Returns: Whether there was anything.
    mutating func takeEffects(_ taken: inout NodeEffects) -> Bool {
        guard !effects.isEmpty else { return false }
        swap(&effects, &taken)
        return true
    }
}

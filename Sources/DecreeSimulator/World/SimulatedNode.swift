import DecreeJournal
import PaxosBase
import PaxosLog

/// A node of the world: what lies on its disk, and, while it runs, its replica and journal.
final class SimulatedNode {
    let id: NodeID
    let index: Int
    let clock: NodeClock
    var disk = VirtualDisk()
    /// The snapshot on its disk.
    var snapshot: StoredSnapshot?
    /// What its synced records amount to: what a restart must find again.
    var durable = DurableState()

    /// Counts the starts.
    var life: UInt32 = 0
    /// What runs on it; nil while it is down.
    var process: Process?
    var effects = Effects()
    /// Handed to the journal and not durable yet.
    var underWay = RingBuffer<(id: WriteID, records: [Record])>()
    /// Asked for from the journal by the replica, not yet answered.
    var loads = RingBuffer<Load>()

    /// The process stands still; what happens to it waits.
    var isPaused = false
    var postponed: [Occurrence] = []
    /// A turn has begun and gathers events.
    var isGathering = false
    /// Questions that are being answered over a pinned state.
    var openQuestions = 0
    var isWritingSnapshot = false
    /// The virtual time of the earliest wake-up that is planned.
    var plannedWake = UInt64.max
    /// What the checkers saw last.
    var seenWatermark = Slot.zero
    var seenLeader: Ballot?
    var isDiskFull = false
    /// It stays down for the rest of the run.
    var isGone = false

    init(id: NodeID, index: Int, clock: NodeClock) {
        self.id = id
        self.index = index
        self.clock = clock
    }

    var isUp: Bool { process != nil }
}

/// One life of a node: what a crash takes away as a whole. A class, so that looking at a replica does not copy it.
final class Process {
    var replica: Replica
    var journal: JournalCore

    init(replica: Replica, journal: JournalCore) {
        self.replica = replica
        self.journal = journal
    }

    var nextDeadline: Instant? { Self.nextDeadline(&replica) }

    var applied: Slot { Self.applied(&replica) }

    private static func nextDeadline(_ replica: inout Replica) -> Instant? { replica.nextDeadline }

    private static func applied(_ replica: inout Replica) -> Slot { replica.applied }
}

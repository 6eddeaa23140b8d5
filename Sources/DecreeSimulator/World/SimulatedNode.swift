import DecreeJournal
import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

/// A node of the world: what lies on its disk, and, while it runs, its node core and journal.
final class SimulatedNode {
    let id: NodeID
    let index: Int
    let clock: NodeClock
    @exclusivity(unchecked) var disk = VirtualDisk()
    /// As its disk holds it.
    var identity: NodeIdentity
    /// On its way to the disk.
    var identityUnderWay: NodeIdentity?
    /// What it has on its disk for each group.
    @exclusivity(unchecked) var groups: [GroupDisk]

    /// Counts the starts.
    var life: UInt32 = 0
    /// What runs on it; nil while it is down.
    var process: Process?
    /// Its machines, by the place of the group; empty while it is down.
    @exclusivity(unchecked) var seats: [any MachineSeat] = []
    /// Asked for from the journal, not yet answered.
    @exclusivity(unchecked) var loads = RingBuffer<GroupLoad>()
    /// By peer: the life in which its greeting was accepted here, and the one in which it accepted this node's.
    var heard: [UInt32?]
    var greeted: [UInt32?]

    /// The process stands still; what happens to it waits.
    var isPaused = false
    /// When it last went on.
    var resumed: UInt64 = 0
    var postponed: [Occurrence] = []
    /// A turn has begun and gathers events.
    var isGathering = false
    /// Requests of clients wait for the next turn.
    var hasRequests = false
    /// When its machines want the next turn.
    var machineDeadline = Instant.distantFuture
    /// A stop is under way.
    var isStopping = false
    /// The virtual time of the earliest wake-up that is planned.
    var plannedWake = UInt64.max
    var isDiskFull = false
    /// Bytes that its journal wrote in this life.
    var journalBytes = 0
    /// What it votes counts: it is formed, and with the disk that the others know.
    var mayVote = false
    /// The first life with the disk that it has.
    var firstLifeOfDisk: UInt32 = 0
    /// Something on its disk was damaged.
    var wasDamaged = false
    /// A file of its journal was damaged since, and all that it had acknowledged was anchored.
    var isJournalDamaged = false
    /// Its journal was closed, and nothing was written since.
    var endedCleanly = false
    /// It refused to start from what its disk held.
    var isLost = false
    /// It stays down for the rest of the run.
    var isGone = false

    init(id: NodeID, index: Int, clock: NodeClock, store: StoreID, plan: RunPlan) {
        self.id = id
        self.index = index
        self.clock = clock
        identity = NodeIdentity(clusterID: Engine.cluster.rawValue, node: id, store: store)
        groups = Array(repeating: GroupDisk(), count: plan.groupCount)
        heard = Array(repeating: nil, count: plan.nodeCount)
        greeted = heard
    }

    var isUp: Bool { process != nil }

    /// Something on its disk is damaged, which the next start will show.
    var hasDamage: Bool { isJournalDamaged || groups.contains { $0.snapshots.contains(where: \.isDamaged) } }

    /// What a crash takes away as a whole.
    func forgetLife() {
        life += 1
        process = nil
        seats = []
        loads.removeAll()
        for index in groups.indices { groups[index].forgetLife() }
        for index in heard.indices {
            heard[index] = nil
            greeted[index] = nil
        }
        isPaused = false
        postponed = []
        isGathering = false
        hasRequests = false
        machineDeadline = .distantFuture
        isStopping = false
        plannedWake = .max
    }

    /// Its disk is replaced by an empty one.
    func wipe(store: StoreID) {
        firstLifeOfDisk = life + 1
        isJournalDamaged = false
        endedCleanly = false
        disk = VirtualDisk()
        identity = NodeIdentity(clusterID: Engine.cluster.rawValue, node: id, store: store)
        for index in groups.indices { groups[index] = GroupDisk() }
    }
}

/// What a node's disk holds for one group, and what the checkers know of it.
struct GroupDisk {
    /// Newest first.
    var snapshots: [StoredSnapshot] = []
    var unfinished: UnfinishedSnapshot?
    /// What its synced records amount to: what a restart must find again.
    var durable = DurableState()
    /// Handed to the journal and not durable yet.
    var underWay = RingBuffer<(id: WriteID, records: [Record])>()

    mutating func forgetLife() {
        unfinished = nil
        underWay.removeAll()
    }
}

import DecreeNode
import PaxosBase
import PaxosLog

/// Everything that a seed draws before its run begins: how large the world is, what goes wrong in it and how often.
///
/// No two runs are alike in which faults exist at all: a fault that is always there hides what happens without it.
/// - Source: Groce et al., "Swarm Testing", ISSTA 2012.
struct RunPlan {
    var nodeCount = 3
    /// The safety phase goes on until this many events were stepped.
    var safetyEvents = 9_000
    var network = NetworkPlan()
    var disk = DiskPlan()
    var faults = FaultPlan()
    var clients = ClientPlan()
    var replica = Replica.Settings()
    /// The chance, in a hundred, that a turn of a replica gathers more events before its input is drained.
    var gatherPercent: UInt64 = 0
    var gatherTime = TimeSpan.microseconds(200)
    /// Machines apply one command at a time, so that digests are compared at every slot.
    var appliesSingly = false
    /// How many groups share the nodes and their journals.
    var groupCount = 1
    /// Sizes and times of the nodes above their logs.
    var limits = NodeLimits()
    /// How many steps of long work a node does behind a turn.
    var stepsPerTurn = 2
    /// Every world draws this itself, behind all else.
    var subscribers = SubscriberPlan()
    /// Nodes start for the first time one after another, within this time.
    var startSpread = TimeSpan.zero
    /// How many times as long as a write of the journal it takes to record an identity.
    var identitySlowness: UInt64 = 1
    /// How long to wait before a peer is dialled again.
    var redial = TimeSpan.milliseconds(20)
    /// Only a quorum heals in the end; the others stay down.
    var healsQuorumOnly = false
    /// Once the world is healed, nothing but heartbeats leaves (or reaches) the leader for a while.
    var bulkStall: BulkStall?
    /// Not the leader's connections stall but another's, and the leader hands over: the other may stand first, though it does
    /// not hear or is not heard.
    var stallsAnother = false

    /// How long a request takes at most until its client is told what became of it: it may wait for the cluster to be formed,
    /// then among others that are long work, then for the log or a barrier, and for its turn; and clocks drift.
    var outcomeLimit: TimeSpan {
        let atNode = limits.holdTimeout * 2 + max(replica.proposalTimeout, replica.readTimeout)
        return atNode + atNode / 10 + .seconds(2)
    }

    /// How long a client of a healed world goes without what it wants: what it asked before may still be lost, and what it
    /// asks next too, before nodes have found a leader that stays.
    var calmLatency: TimeSpan {
        min(clients.patience, max(replica.proposalTimeout, replica.readTimeout)) * 2 + replica.electionTimeout * 160
    }

    /// The network once it is healed: a message and its answer fit into a heartbeat's interval, but for heavy ones. In a
    /// world that is slower than its timeouts progress takes as long as nodes need to learn that.
    /// - Source: Dwork, Lynch, Stockmeyer, "Consensus in the Presence of Partial Synchrony", 1988, section 2.
    var calmNetwork: NetworkPlan {
        var calm = NetworkPlan()
        calm.delay = min(network.delay, replica.heartbeatInterval / 8)
        calm.jitter = min(network.jitter, replica.heartbeatInterval / 4)
        return calm
    }

    /// The disk once it is healed.
    var calmDisk: DiskPlan {
        var calm = DiskPlan()
        calm.delay = min(disk.delay, replica.heartbeatInterval / 4)
        calm.jitter = min(disk.jitter, replica.heartbeatInterval / 4)
        return calm
    }
}

struct NetworkPlan {
    var delay = TimeSpan.microseconds(300)
    var jitter = TimeSpan.microseconds(500)
    /// Chances in a thousand, for every message.
    var lossPerMille: UInt64 = 0
    var duplicatePerMille: UInt64 = 0
    var longDelayPerMille: UInt64 = 0
    var corruptPerMille: UInt64 = 0
    var longDelay = TimeSpan.milliseconds(200)
    /// Kinds of message (by their number) that are lost far more often than others.
    var unluckyKinds: UInt32 = 0
    var unluckyLossPercent: UInt64 = 0
    /// Kinds of message that often take longer than others.
    var slowKinds: UInt32 = 0
    var slowKindPercent: UInt64 = 0
    var slowKindDelay = TimeSpan.zero
    /// What carries entries and has so many bytes or more takes longer, always: the links carry no more.
    var heavyBytes = Int.max
    var heavyDelay = TimeSpan.zero
}

struct DiskPlan {
    var delay = TimeSpan.microseconds(200)
    var jitter = TimeSpan.microseconds(400)
    var stallPerMille: UInt64 = 0
    var stall = TimeSpan.milliseconds(300)
    var segmentBytes = 64 * 1024
    /// The chance, in a thousand, that a sync of the journal fails.
    var syncFailurePerMille: UInt64 = 0
}

/// How often the faults of a timetable come: the mean time from one to the next, zero for never.
struct FaultPlan {
    var crash = TimeSpan.zero
    var downTime = TimeSpan.milliseconds(300)
    /// The chance, in a hundred, that all nodes crash at once.
    var crashAllPercent: UInt64 = 0
    /// The chance, in a hundred, that of a crash it is the process that ends and not the power.
    var killPercent: UInt64 = 0
    /// The chance, in a hundred, that a sync with which a journal is opened ends in another crash.
    var openingPercent: UInt64 = 0
    var fullPartition = TimeSpan.zero
    var oneWayPartition = TimeSpan.zero
    var partialPartition = TimeSpan.zero
    var bridgedPartition = TimeSpan.zero
    var slowLink = TimeSpan.zero
    var slowLinkDelay = TimeSpan.milliseconds(100)
    var partitionTime = TimeSpan.milliseconds(500)
    var pause = TimeSpan.zero
    var pauseTime = TimeSpan.milliseconds(200)
    var diskFull = TimeSpan.zero
    var diskFullTime = TimeSpan.milliseconds(200)
    var connectionReset = TimeSpan.zero
    var handOver = TimeSpan.zero
    var stop = TimeSpan.zero
    /// The chances, in a hundred, that a crashed node comes back with an empty disk, or with its newest snapshot damaged.
    var wipePercent: UInt64 = 0
    var damagePercent: UInt64 = 0
    /// The chance, in a hundred, that a file of its journal is damaged meanwhile.
    var journalDamagePercent: UInt64 = 0
    /// A leader that is asked to go hears one of its peers late from then on.
    var handOverDeafens = false
    /// The largest drift of a clock, in parts per million.
    var driftPerMillion: Int64 = 0

    /// The mean time between faults of a kind that has a timetable.
    func interval(_ kind: FaultKind) -> TimeSpan {
        switch kind {
        case .crash: crash
        case .fullPartition: fullPartition
        case .oneWayPartition: oneWayPartition
        case .partialPartition: partialPartition
        case .bridgedPartition: bridgedPartition
        case .slowLink: slowLink
        case .pause: pause
        case .diskFull: diskFull
        case .connectionReset: connectionReset
        case .handOver: handOver
        case .stop: stop
        default: .zero
        }
    }
}

struct ClientPlan {
    var count = 4
    var thinkTime = TimeSpan.milliseconds(2)
    var patience = TimeSpan.seconds(1)
    /// The chance, in a hundred, that an operation goes to the replica that leads.
    var leaderPercent: UInt64 = 0
    /// Operations that every client has to finish after healing.
    var finalOperations = 10
}

/// Whoever listens to what machines push.
struct SubscriberPlan {
    /// The chance, in a hundred, that a port subscribes when its node starts.
    var subscribePercent: UInt64 = 0
    /// The chance, in a hundred, that a request comes with a change of mind.
    var togglePercent: UInt64 = 0
    /// The chance, in a hundred, that a port is done at once with all that it was told.
    var drainPercent: UInt64 = 100
}

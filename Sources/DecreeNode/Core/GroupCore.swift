import DecreeJournal
import PaxosBase
import PaxosLog

/// Whose command is under way.
struct Waiter: Hashable, Sendable {
    let port: PortID
    let token: UInt64
}

/// One group of a node, as far as no machine is needed for it: its replica, who waits for which command, and when a
/// snapshot is due.
public struct GroupCore: Sendable {
    public let number: GroupID
    package var replica: Replica
    /// What the replica wanted done since the last turn ended.
    var effects = Effects()
    var waiters = WaiterTable<Waiter>()
    var snapshots: SnapshotSchedule
    var snapshotStatus = SnapshotStatus()
    /// Up to where the machine has applied the log, which may be less than what the replica handed out.
    var stands: Slot
    /// The machine could not do in one turn all that the replica handed out.
    private(set) var isMachineBehind = false
    /// An entry that this version does not know stopped the group.
    var isHalted = false
    package var counters = NodeCounters()

    init(number: GroupID, replica: Replica, snapshots: SnapshotSchedule) {
        self.number = number
        self.replica = replica
        self.snapshots = snapshots
        stands = replica.applied
    }

    mutating func step(_ event: Event, at now: Instant) { replica.step(event, at: now, into: &effects) }

    /// The input of a turn is at an end: what the replica gathered leaves, but for what the machine has to do first.
    mutating func endInput(at now: Instant, into node: inout NodeEffects) {
        if replica.deadlineInPlace() <= now { step(.timePassed, at: now) }
        step(.inputDrained, at: now)
        handOut(into: &node)
    }

    private mutating func handOut(into node: inout NodeEffects) {
        if !effects.records.isEmpty {
            node.batches.append(JournalBatch(group: number, id: effects.writeID, records: effects.records))
            effects.records.removeAll(keepingCapacity: true)
        }
        if node.sends.isEmpty {
            swap(&node.sends, &effects.sends)
        } else if !effects.sends.isEmpty {
            node.sends += effects.sends
            effects.sends.removeAll(keepingCapacity: true)
        }
        guard !effects.loads.isEmpty else { return }
        for load in effects.loads { node.loads.append(GroupLoad(group: number, load: load)) }
        effects.loads.removeAll(keepingCapacity: true)
    }

    /// In which ballot this node leads the group, and what the log's clock shows; nil when it does not lead, or does not go
    /// on leading.
    package mutating func leadership(at now: Instant) -> Leadership? {
        guard !isHalted, let time = replica.logTime(at: now), let ballot = replica.leader else { return nil }
        return Leadership(ballot: ballot, time: time)
    }

    /// What the turn brought for the machine to apply.
    package var pendingApplies: [Apply] { mutating get { effects.applies } }

    /// Whether the machine has something to do for this turn.
    var hasWorkForMachine: Bool { isMachineBehind || !effects.applies.isEmpty || !effects.outcomes.isEmpty }

    /// The machine stands where the replica says that it does.
    var isMachineUpToDate: Bool { effects.applies.isEmpty && !isMachineBehind }

    /// A turn is over, in which the machine took so many of the slots that were handed out.
    /// - Parameter hasRest: Whether it has yet to apply some of these.
    mutating func machineTook(_ count: Int, hasRest: Bool) {
        if count == effects.applies.count {
            if count > 0 { effects.applies.removeAll(keepingCapacity: true) }
        } else {
            effects.applies.removeFirst(count)
        }
        let isBehind = hasRest || !effects.applies.isEmpty
        guard isBehind != isMachineBehind else { return }
        isMachineBehind = isBehind
        replica.noteMachine(isBehind: isBehind)
    }

    mutating func replicaDeadline() -> Instant { replica.deadlineInPlace() }

    mutating func snapshotNeedsMachine(at now: Instant) -> Bool {
        guard snapshots.running != nil else { return snapshots.isDue(applied: stands, at: now) }
        return snapshots.mayWalk || snapshots.waitsToFinish
    }

    mutating func finishSnapshot(into node: inout NodeEffects, isEarly: Bool) {
        guard snapshots.mayFinish(durableWatermark: isEarly ? replica.applied : replica.durableWatermark) else {
            return
        }
        snapshots.finished()
        node.snapshots.append(.finish(number))
    }

    mutating func abandonSnapshot(into node: inout NodeEffects) {
        guard snapshots.running != nil else { return }
        snapshots.abandoned()
        snapshotStatus.isRunning = false
        node.snapshots.append(.abandon(number))
    }

    mutating func failSnapshot(_ reason: String, at now: Instant, into node: inout NodeEffects) {
        snapshots.failed(at: now)
        snapshotStatus.isRunning = false
        snapshotStatus.failures += 1
        node.notices.append(.snapshotFailed(number, reason: reason, retryAfter: snapshots.policy.retryDelay))
    }

    mutating func snapshotWritten(_ written: WrittenSnapshot, at now: Instant, into node: inout NodeEffects) {
        let took = snapshots.ended(written, at: now)
        snapshotStatus.isRunning = false
        snapshotStatus.slot = written.slot
        snapshotStatus.byteCount = written.byteCount
        snapshotStatus.taken += 1
        snapshotStatus.lastDuration = took
        node.notices.append(.snapshotWritten(number, written, took: took))
        step(.snapshotWritten(through: written.slot), at: now)
    }
}

extension GroupCore {
    public var isLeading: Bool { mutating get { replica.isLeading } }
    /// The ballot of the leader that this node follows or is in the group; nil when it knows none.
    public var leader: Ballot? { mutating get { replica.leader } }
    /// The machine has applied every slot up to here.
    public var applied: Slot { mutating get { stands } }
    /// How many commands of this node's clients are under way, but for those that the machine has at hand.
    public var waitingCommands: Int { waiters.count }

    /// Writes into `status` how the group stands.
    mutating func report(into status: inout LoopStatus) {
        status.isLeading = replica.isLeading
        status.leader = replica.leader
        status.promised = replica.promised
        status.term = max(status.term, replica.promised.round, replica.leader?.round ?? 0)
        status.watermark = replica.watermark
        status.applied = stands
        status.snapshot = snapshotStatus
        status.snapshot.journalBytesSince = snapshots.growth
        status.counters = counters
        status.counters.waitingCommands = waiters.count
    }
}

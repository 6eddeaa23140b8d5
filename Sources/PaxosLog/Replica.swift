import PaxosBase

/// One node's part in a replicated log: acceptor, learner and possible leader at once (Multi-Paxos).
///
/// A pure state machine: it is told what happened and when, and says what is to be done. It never reads a clock, a
/// file, a socket or a source of chance other than its seed. The essay in `PaxosLog.docc` tells the whole story.
///
/// It consists of what outlives configurations (``Core``) and what each configuration has anew (``Era``). The parts
/// decide; this type hands them what happened, carries their verdicts out, and alone assigns the role.
/// - Source: Lamport, "Paxos Made Simple", section 3 (implementing a state machine).
public struct Replica: Hashable, Sendable {
    @usableFromInline var core: Core
    @usableFromInline var era: Era

    /// - Parameters:
    ///   - node: A member of `configuration`.
    ///   - group: The log, of those that the node hosts.
    ///   - configuration: Who votes.
    ///   - durable: What the journal recovered; empty on a first start.
    ///   - snapshot: Of the snapshot that the state machine was restored from, if any.
    ///   - settings: Times and sizes.
    ///   - seed: Decides the staggering of elections; should differ between nodes and starts.
    ///   - now: The time at which the node starts.
    public init(
        node: NodeID, group: GroupID, configuration: Configuration, durable: DurableState,
        snapshot: SnapshotMetadata?, settings: Settings, seed: UInt64, now: Instant
    ) {
        core = Core(of: node, durable: durable, snapshot: snapshot, settings: settings, seed: seed)
        era = Era(seat: Seat(of: node, group: group, in: configuration), settings: settings, at: now)
    }

    /// Tells the replica what happened.
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When, on the node's monotonic clock; never earlier than before.
    ///   - effects: What is to be done is appended here.
    public mutating func step(_ event: Event, at now: Instant, into effects: inout Effects) {
        core.begin(at: now, into: &effects)
        switch event {
        case .received(let envelope, let sender): receive(envelope, from: sender, at: now, into: &effects)
        case .proposed(let proposals): core.admit(proposals, at: now, into: &effects)
        case .readRequested(let token): era.reads.add(.client(token), at: now)
        case .written(let write): written(write, at: now, into: &effects)
        case .snapshotWritten(let through): core.snapshotThrough = max(core.snapshotThrough, through)
        case .loaded(let first, let entries, let peer):
            core.answerFetch(of: peer, first: first, entries, seat: era.seat, into: &effects)
        case .disconnected(let peer): suspect(peer, at: now, into: &effects)
        case .handOverRequested: handOver(into: &effects)
        case .journalFull(let isFull): core.isJournalFull = isFull
        case .timePassed: timePassed(at: now, into: &effects)
        case .inputDrained: drain(at: now, into: &effects)
        }
        applyChosen(into: &effects)
    }

    /// When ``step(_:at:into:)`` wants to hear that time passed.
    public var nextDeadline: Instant? {
        if !core.durability.hasBegun || core.hasMoreToApply { return .zero }
        // Until the incarnation is durable only clients are waited for: its write wakes the replica.
        guard core.durability.isReady else { return nextExpiry }
        return era.election.nextDeadline
    }

    /// The same, where the replica lies: who asks ``nextDeadline`` of one that may change copies the whole replica for it.
    /// Each turn of a node asks.
    package mutating func deadlineInPlace() -> Instant {
        guard core.durability.isReady else { return nextDeadline ?? .distantFuture }
        if core.hasMoreToApply { return .zero }
        return era.election.nextDeadline
    }

    private mutating func receive(
        _ envelope: Envelope, from sender: NodeID, at now: Instant, into effects: inout Effects
    ) {
        // Votes and marks of another configuration mean nothing here (rule 15), and a node keeps silent until its
        // incarnation is durable.
        let seat = era.seat
        guard envelope.group == seat.group, envelope.configuration == seat.configuration.number,
            core.durability.isReady, let peer = seat.place(ofPeer: sender)
        else { return }
        switch envelope.message {
        case .prepare(let prepare): receive(prepare, from: sender, at: now, into: &effects)
        case .promise(let promise): receive(promise, from: peer, at: now, into: &effects)
        case .refused(let refused): yieldOrOutbid(refused.promised, at: now, into: &effects)
        case .accept(let accept): receive(accept, from: sender, at: now, into: &effects)
        case .accepted(let accepted): era.role.leader?.count(accepted, of: peer, &core)
        case .chosen(let mark): receive(mark, from: sender, at: now, into: &effects)
        case .fetch(let fetch): core.receive(fetch, from: sender, seat: seat, into: &effects)
        case .learned(let learned): receive(learned, from: sender, at: now, into: &effects)
        case .forward(let forward): receive(forward, at: now, into: &effects)
        case .barrier(let barrier): core.receive(barrier, from: sender, seat: seat, into: &effects)
        case .barrierConfirmed(let confirmed):
            let isDone = era.reads.receive(confirmed, from: peer, seat: seat, &core, into: &effects)
            if isDone { era.role.leader?.noteConfirmed(at: now) }
        case .readRequest(let request): receive(request, from: sender, at: now, into: &effects)
        case .readAnswer(let answer): era.reads.receive(answer, seat: seat, &core, into: &effects)
        case .probe(let probe): core.receive(probe, from: sender, seat: seat, into: &effects)
        case .probeAnswer(let answer): era.reads.receive(answer, from: peer, seat: seat, &core, into: &effects)
        case .heartbeat(let heartbeat): receive(heartbeat, from: sender, at: now, into: &effects)
        case .heartbeatReply(let reply): receive(reply, from: peer, at: now, into: &effects)
        case .handOver(let handOver): receive(handOver, from: sender, at: now, into: &effects)
        }
    }
}

// Inlinable, since another module would copy the whole replica to look at one field of it.
extension Replica {
    public var node: NodeID { era.seat.node }

    public var group: GroupID { era.seat.group }

    public var configuration: Configuration { era.seat.configuration }

    /// No lower ballot is voted in any more.
    @inlinable
    public var promised: Ballot { core.promised }

    /// The ballot of the leader that this replica follows or is; nil when it knows none.
    @inlinable
    public var leader: Ballot? { era.election.leader == .zero ? nil : era.election.leader }

    @inlinable
    public var isLeading: Bool { era.role.isLeader }

    /// Every slot up to here is chosen.
    @inlinable
    public var watermark: Slot { core.log.watermark }

    /// Every slot up to here holds its chosen value on this node's stable storage. A snapshot that covers more must not
    /// take effect: after a restart the journal would hold, for slots in between, acceptances that were not chosen.
    @inlinable
    public var durableWatermark: Slot { core.durability.watermark }

    /// Every slot up to here is in a snapshot and no longer in the journal.
    @inlinable
    public var trimmed: Slot { core.log.trimmed }

    /// Every slot up to here was handed to the state machine.
    @inlinable
    public var applied: Slot { core.applied }

    /// The rules that are left out, to see that a checker notices.
    package var flaws: Set<Flaw> {
        get { core.leftOut }
        set { core.leftOut = newValue }
    }

    /// Says whether the state machine has yet to apply some of what it was handed. Meanwhile nothing more is handed out, so
    /// that what waits for the machine stays in the log, where it is bounded; and once the machine has done with the
    /// rest, it stands where this replica says that it does, and can be pinned for a snapshot.
    package mutating func noteMachine(isBehind: Bool) { core.isMachineBehind = isBehind }

    /// What the clock of the log shows now.
    /// - Parameter now: On the node's monotonic clock.
    /// - Returns: The stamp that a command proposed now would bear; nil on a replica that does not lead.
    public func logTime(at now: Instant) -> LogTime? { era.role.leader?.clock.reading(at: now) }

    /// What belongs to a snapshot of the state machine taken after all applies so far were carried out.
    public func snapshotMetadata() -> SnapshotMetadata {
        SnapshotMetadata(
            applied: core.applied, time: core.timeline.time, lineage: core.timeline.lineage,
            configuration: configuration, origins: core.origins.marks)
    }
}

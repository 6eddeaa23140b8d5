import PaxosBase

/// One node's part in a replicated log: acceptor, learner and possible leader at once (Multi-Paxos).
///
/// A pure state machine: it is told what happened and when, and says what is to be done. It never reads a clock, a
/// file, a socket or a source of chance other than its seed. The essay in `PaxosLog.docc` tells the whole story.
/// - Source: Lamport, "Paxos Made Simple", section 3 (implementing a state machine).
public struct Replica: Hashable, Sendable {
    public let node: NodeID
    public let group: GroupID
    public let configuration: Configuration
    let settings: Settings
    /// This node's position among the members.
    let index: Int
    let incarnation: Incarnation

    /// No lower ballot is voted in any more.
    public internal(set) var promised: Ballot
    var log: SlotLog
    /// Every slot up to here was handed to the state machine.
    public internal(set) var applied: Slot
    var origins: OriginTable
    var role = Role.follower

    var durability = Durability()
    var election: Election
    var commands = PendingCommands()
    var reads = Reads()
    var repair = Repair()
    /// The watermark that the journal holds.
    var recordedWatermark: Slot
    /// A snapshot that covers everything up to here is durable.
    var snapshot: Slot

    var random: SeededRandom
    /// An entry that this version does not know stopped apply here.
    var isHalted = false
    var isJournalFull = false
    package var flaws: Set<Flaw> = []

    /// - Parameters:
    ///   - durable: What the journal recovered; empty on a first start.
    ///   - snapshot: Of the snapshot that the state machine was restored from, if any.
    ///   - seed: Decides the staggering of elections; should differ between nodes and starts.
    ///   - now: The time at which the node starts.
    public init(
        node: NodeID, group: GroupID, configuration: Configuration, durable: DurableState,
        snapshot: SnapshotMetadata?, settings: Settings, seed: UInt64, now: Instant
    ) {
        guard let index = configuration.index(of: node) else {
            invariantFailure("a replica is a member of its configuration: \(node) in \(configuration.members)")
        }
        let applied = snapshot?.applied ?? .zero
        invariant(applied >= durable.trimmed, "a snapshot covers what the journal dropped: \(durable.trimmed)")
        self.node = node
        self.group = group
        self.configuration = configuration
        self.settings = settings
        self.index = index
        incarnation = durable.incarnation.next
        promised = durable.promised
        log = SlotLog(trimmed: durable.trimmed, applied: applied, watermark: durable.watermark)
        self.applied = applied
        origins = OriginTable(snapshot?.origins ?? [])
        recordedWatermark = durable.watermark
        durability.watermark = max(durable.watermark, applied)
        self.snapshot = applied
        election = Election(memberCount: configuration.members.count, now: now)
        random = SeededRandom(seed: seed)
        for (slot, record) in durable.slots.sorted(by: { $0.key < $1.key }) { log.restore(slot, record) }
        _ = log.advanceWatermark()
    }

    /// Tells the replica what happened.
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When, on the node's monotonic clock; never earlier than before.
    ///   - effects: What is to be done is appended here.
    public mutating func step(_ event: Event, at now: Instant, into effects: inout Effects) {
        begin(at: now, into: &effects)
        switch event {
        case .received(let envelope, let sender): receive(envelope, from: sender, at: now, into: &effects)
        case .proposed(let proposals): propose(proposals, at: now, into: &effects)
        case .readRequested(let token): reads.waiting.append(.init(waiter: .client(token), since: now))
        case .written(let write): written(write, at: now, into: &effects)
        case .snapshotWritten(let through): snapshot = max(snapshot, through)
        case .loaded(let first, let entries, let peer): answerFetch(of: peer, first: first, entries, into: &effects)
        case .disconnected(let peer): suspect(peer, at: now, into: &effects)
        case .handOverRequested: handOver(into: &effects)
        case .journalFull(let isFull): isJournalFull = isFull
        case .timePassed: timePassed(at: now, into: &effects)
        case .inputDrained: drain(at: now, into: &effects)
        }
        applyChosen(at: now, into: &effects)
    }

    /// When ``step(_:at:into:)`` wants to hear that time passed.
    public var nextDeadline: Instant? {
        if !durability.hasBegun || hasMoreToApply { return .zero }
        // Until the incarnation is durable there is nothing to be woken for: its write wakes the replica.
        guard durability.isReady else { return nil }
        return min(election.nextTick, election.standAt ?? .distantFuture)
    }

    private mutating func receive(
        _ envelope: Envelope, from sender: NodeID, at now: Instant, into effects: inout Effects
    ) {
        // Votes and marks of another configuration mean nothing here (rule 15), and a node keeps silent until its
        // incarnation is durable.
        guard envelope.group == group, envelope.configuration == configuration.number, durability.isReady,
            sender != node, let peer = configuration.index(of: sender)
        else { return }
        switch envelope.message {
        case .prepare(let prepare): receive(prepare, from: sender, at: now, into: &effects)
        case .promise(let promise): receive(promise, from: peer, at: now, into: &effects)
        case .refused(let refused): receive(refused, at: now, into: &effects)
        case .accept(let accept): receive(accept, from: sender, at: now, into: &effects)
        case .accepted(let accepted): receive(accepted, from: peer, into: &effects)
        case .chosen(let mark): receive(mark, from: sender, at: now, into: &effects)
        case .fetch(let fetch): receive(fetch, from: sender, into: &effects)
        case .learned(let learned): receive(learned, from: sender, at: now, into: &effects)
        case .forward(let forward): receive(forward, at: now, into: &effects)
        case .barrier(let barrier): receive(barrier, from: sender, into: &effects)
        case .barrierConfirmed(let confirmed): receive(confirmed, from: peer, into: &effects)
        case .readRequest(let request): receive(request, from: sender, peer: peer, at: now, into: &effects)
        case .readAnswer(let answer): receive(answer, into: &effects)
        case .probe(let probe): receive(probe, from: sender, into: &effects)
        case .probeAnswer(let answer): receive(answer, from: peer, into: &effects)
        case .heartbeat(let heartbeat): receive(heartbeat, from: sender, at: now, into: &effects)
        case .heartbeatReply(let reply): receive(reply, from: peer, at: now, into: &effects)
        case .handOver(let handOver): receive(handOver, from: sender, at: now, into: &effects)
        }
    }

    func has(_ flaw: Flaw) -> Bool { !flaws.isEmpty && flaws.contains(flaw) }

    func send(_ message: Message, to peer: NodeID, into effects: inout Effects) {
        let envelope = Envelope(group: group, configuration: configuration.number, message: message)
        effects.sends.append(Send(to: peer, envelope: envelope))
    }

    func broadcast(_ message: Message, into effects: inout Effects) {
        for member in configuration.members where member != node { send(message, to: member, into: &effects) }
    }
}

/// What a node does beside accepting and learning.
enum Role: Hashable, Sendable {
    case follower
    case candidate(Candidate)
    case leader(Leader)
}

extension Replica {
    /// The ballot of the leader that this replica follows or is; nil when it knows none.
    public var leader: Ballot? { election.leader == .zero ? nil : election.leader }

    public var isLeading: Bool { if case .leader = role { true } else { false } }

    /// Every slot up to here is chosen.
    public var watermark: Slot { log.watermark }

    /// Every slot up to here holds its chosen value on this node's stable storage. A snapshot that covers more must not
    /// take effect: after a restart the journal would hold, for slots in between, acceptances that were not chosen.
    public var durableWatermark: Slot { durability.watermark }

    /// Every slot up to here is in a snapshot and no longer in the journal.
    public var trimmed: Slot { log.trimmed }

    /// What belongs to a snapshot of the state machine taken after all applies so far were carried out.
    public func snapshotMetadata() -> SnapshotMetadata {
        SnapshotMetadata(applied: applied, configuration: configuration, origins: origins.marks)
    }
}

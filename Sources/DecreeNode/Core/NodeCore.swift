import DecreeWire
import PaxosBase
import PaxosLog

/// A node without I/O and without its machines: its groups' replicas, greeting and forming, the way to its end.
///
/// Not generic, so that it runs at full speed in whatever module drives it. Beside it stands a ``GroupMachine`` for each
/// group, which takes requests in and applies what is chosen. Host and simulator drive both through the same turn:
///
/// 1. what happened, in any order: ``step(_:at:into:)``, requests to ``GroupMachine/submit(_:core:at:)``;
/// 2. ``endInput(at:into:)``: batches for the journal first, then messages and loads;
/// 3. ``GroupMachine/endTurn(core:at:into:)``: applies, then what they push, outcomes and the queries that they release;
/// 4. ``GroupMachine/advanceSlices(core:at:into:while:)``, for as many steps as there is time for;
/// 5. ``GroupMachine/takeNews()``: for each port what was pushed to it, and behind that its completions.
public struct NodeCore: Sendable {
    public let node: NodeID
    public package(set) var limits: NodeLimits
    public package(set) var greeting: Greeting
    /// Ascending by number.
    package var groups: [GroupCore]
    var lifecycle = Lifecycle()
    var recording: IdentityRecording
    private var isJournalFull = false
    /// Durable writes whose replicas may not hear of them before the identity is recorded.
    private var heldWrites: [(GroupID, WriteID)] = []
    package var flaws: Set<Flaw> = []

    /// - Parameters:
    ///   - greeting: With the identity as it is recorded.
    ///   - groups: What each group found on disk, ascending by number; checked by ``GroupStart/check(identity:members:)``.
    ///   - replica: Times and sizes of the replicas.
    ///   - now: When the node starts.
    public init(
        greeting: Greeting, groups: [GroupStart], replica settings: Replica.Settings, limits: NodeLimits,
        at now: Instant
    ) {
        node = greeting.identity.node
        self.greeting = greeting
        self.limits = limits
        recording = IdentityRecording(recorded: greeting.identity)
        let members = greeting.members.members.map(\.node)
        self.groups = groups.map {
            $0.makeCore(node: greeting.identity.node, members: members, settings: settings, limits: limits, at: now)
        }
    }

    func has(_ flaw: Flaw) -> Bool { !flaws.isEmpty && flaws.contains(flaw) }

    /// The first thing that happens.
    public mutating func open(at now: Instant, into effects: inout NodeEffects) {
        if greeting.identity.formed != nil {
            lifecycle.isFormed = true
        } else if let members = greeting.complete {
            form(members, at: now, into: &effects)
        } else {
            effects.notices.append(.awaitingMembers)
        }
    }

    /// Tells the node what happened.
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: When, on the node's monotonic clock; never earlier than before.
    ///   - effects: What is to be done is appended here, if it cannot wait for the end of the turn.
    public mutating func step(_ event: NodeEvent, at now: Instant, into effects: inout NodeEffects) {
        guard !lifecycle.hasEnded else { return }
        switch event {
        case .received(let envelopes, let sender): receive(envelopes, from: sender, at: now)
        // Of who dials nothing is learnt: it may be anybody, in a member's name.
        case .greeted(let hello, let isAnswer): if isAnswer { greeted(hello, at: now, into: &effects) }
        case .disconnected(let peer): if lifecycle.isFormed { stepAll(.disconnected(peer), at: now) }
        case .written(let group, let write): written(write, of: group, at: now, into: &effects)
        case .loaded(let group, let first, let entries, let peer):
            step(.loaded(first: first, entries, for: peer), group: group, at: now)
        case .journalFull(let isFull): noteJournal(isFull: isFull, at: now, into: &effects)
        case .measured(let bytes, let free):
            for index in groups.indices {
                groups[index].snapshots.measured(journalBytes: bytes, freeBytes: free, at: now)
            }
        case .identityRecorded(let identity): identityRecorded(identity, at: now, into: &effects)
        case .identityNotRecorded(let reason):
            lifecycle.hasEnded = true
            effects.fault = .identityNotRecorded(reason: reason)
        case .snapshotBlocksWritten(let group, let count):
            if let index = index(of: group) { groups[index].snapshots.wroteBlocks(count) }
        case .snapshotEnded(let group, let result): snapshotEnded(result, of: group, at: now, into: &effects)
        case .snapshotRequested: for index in groups.indices { groups[index].snapshots.request() }
        case .handOverRequested: if lifecycle.isFormed { stepAll(.handOverRequested, at: now) }
        case .stopRequested(let isGraceful): beginStop(isGraceful: isGraceful, at: now, into: &effects)
        }
    }

    /// No more input is at hand: what the replicas gathered leaves. After this every group's machine ends its turn.
    public mutating func endInput(at now: Instant, into effects: inout NodeEffects) {
        if groups[0].snapshots.nextMeasurement <= now { effects.measuresJournal = true }
        guard lifecycle.takesPart else { return }
        for index in groups.indices { groups[index].endInput(at: now, into: &effects) }
    }

    /// When the next turn has to come, as far as no machine wants one earlier.
    public mutating func nextDeadline() -> Instant {
        guard !lifecycle.hasEnded else { return .distantFuture }
        var deadline = lifecycle.nextDeadline
        guard lifecycle.isFormed else { return deadline }
        for index in groups.indices { deadline = min(deadline, groups[index].replicaDeadline()) }
        return deadline
    }

    /// Whether the turn brought something for the machine at `place` to do: to apply, or to tell its clients.
    public mutating func hasWorkForMachine(_ place: Int) -> Bool { groups[place].hasWorkForMachine }

    /// Whether the snapshot of the group at `place` needs its machine now: to be begun, walked or finished.
    public mutating func snapshotNeedsMachine(_ place: Int, at now: Instant) -> Bool {
        groups[place].snapshotNeedsMachine(at: now)
    }

    // MARK: Events

    func index(of group: GroupID) -> Int? { groups.firstIndex { $0.number == group } }

    private mutating func step(_ event: Event, group: GroupID, at now: Instant) {
        guard lifecycle.isFormed, let index = index(of: group) else { return }
        groups[index].step(event, at: now)
    }

    private mutating func stepAll(_ event: Event, at now: Instant) {
        for index in groups.indices { groups[index].step(event, at: now) }
    }

    private mutating func receive(_ envelopes: [Envelope], from sender: NodeID, at now: Instant) {
        guard lifecycle.isFormed else { return }
        for envelope in envelopes {
            guard let index = index(of: envelope.group) else { continue }
            groups[index].step(.received(envelope, from: sender), at: now)
        }
    }

    private mutating func noteJournal(isFull: Bool, at now: Instant, into effects: inout NodeEffects) {
        effects.notices.append(.journalFull(isFull))
        isJournalFull = isFull
        if lifecycle.isFormed { stepAll(.journalFull(isFull), at: now) }
    }

    /// From the first durable write on, this directory without its journal is a lost promise and not a first start. That
    /// is recorded before any replica hears of a write, and so before anything leaves.
    private mutating func written(
        _ write: WriteID, of group: GroupID, at now: Instant, into effects: inout NodeEffects
    ) {
        guard !recording.recorded.hasBegun && !has(.votesBeforeFormed) else {
            return step(.written(write), group: group, at: now)
        }
        heldWrites.append((group, write))
        record(into: &effects) { $0.hasBegun = true }
    }

    private mutating func snapshotEnded(
        _ result: Result<WrittenSnapshot, SnapshotFailure>, of group: GroupID, at now: Instant,
        into effects: inout NodeEffects
    ) {
        guard let index = index(of: group), groups[index].snapshots.running != nil else { return }
        switch result {
        case .success(let written): groups[index].snapshotWritten(written, at: now, into: &effects)
        case .failure(let failure): groups[index].failSnapshot(failure.reason, at: now, into: &effects)
        }
    }
}

// Who the node is, and how a cluster is formed.
extension NodeCore {
    private mutating func greeted(_ hello: Hello, at now: Instant, into effects: inout NodeEffects) {
        greeting.noteIncarnation(of: hello)
        guard recording.wanted.formed == nil, let members = greeting.note(hello) else { return }
        form(members, at: now, into: &effects)
    }

    /// Every member is known with its store: recorded first, and only then do the replicas take part.
    private mutating func form(
        _ members: [NodeIdentity.FormedMember], at now: Instant, into effects: inout NodeEffects
    ) {
        record(into: &effects) { $0.formed = members }
        if has(.votesBeforeFormed) { becomeFormed(at: now, into: &effects) }
    }

    private mutating func record(into effects: inout NodeEffects, _ change: (inout NodeIdentity) -> Void) {
        if let identity = recording.want(change) { effects.identity = identity }
    }

    private mutating func identityRecorded(
        _ identity: NodeIdentity, at now: Instant, into effects: inout NodeEffects
    ) {
        if let next = recording.recorded(identity) { effects.identity = next }
        greeting.identity = identity
        if identity.formed != nil { becomeFormed(at: now, into: &effects) }
        guard identity.hasBegun else { return }
        let held = heldWrites
        heldWrites = []
        for (group, write) in held { step(.written(write), group: group, at: now) }
    }

    private mutating func becomeFormed(at now: Instant, into effects: inout NodeEffects) {
        guard !lifecycle.isFormed else { return }
        lifecycle.isFormed = true
        effects.notices.append(.formed((recording.wanted.formed ?? []).map(\.node)))
        if isJournalFull { stepAll(.journalFull(true), at: now) }
    }
}

// The way to the end.
extension NodeCore {
    public var phase: NodeStatus.Phase {
        if lifecycle.hasEnded { return .stopped }
        if lifecycle.isStopping { return .stopping }
        if groups.contains(where: \.isHalted) { return .halted }
        return lifecycle.isFormed ? .serving : .forming
    }

    public var isFormed: Bool { lifecycle.isFormed }

    public var hasEnded: Bool { lifecycle.hasEnded }

    private var standsAlone: Bool { greeting.members.members.count == 1 }

    private mutating func beginStop(isGraceful: Bool, at now: Instant, into effects: inout NodeEffects) {
        lifecycle.stop(until: isGraceful ? now + limits.handOverPatience : now)
        effects.notices.append(.stopping(isGraceful: isGraceful))
        guard isGraceful, lifecycle.isFormed, !standsAlone else { return }
        for index in groups.indices where groups[index].isLeading { groups[index].step(.handOverRequested, at: now) }
    }

    /// Ends the node once nothing is left to wait for: another leads, and no command is under way; or time is up.
    /// - Returns: Whether every machine must end now (``GroupMachine/end(core:)``).
    public mutating func advanceStop(at now: Instant, into effects: inout NodeEffects) -> Bool {
        guard let stopsAt = lifecycle.stopsAt, !lifecycle.hasEnded else { return false }
        guard stopsAt <= now || hasNothingToWaitFor() else { return false }
        lifecycle.hasEnded = true
        for index in groups.indices { groups[index].abandonSnapshot(into: &effects) }
        effects.hasEnded = true
        return true
    }

    private mutating func hasNothingToWaitFor() -> Bool {
        for index in groups.indices {
            if !groups[index].waiters.isEmpty || groups[index].isMachineBehind { return false }
            if groups[index].isLeading && !standsAlone { return false }
        }
        return true
    }

    /// Writes into `status` how the node stands; `group` is the place of the group that it tells of.
    public mutating func report(group: Int = 0, into status: inout LoopStatus) {
        groups[group].report(into: &status)
        status.phase = phase
    }
}

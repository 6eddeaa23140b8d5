import PaxosBase

/// What a replica holds whatever its role and configuration: promise, log, origins, commands, and how far they are
/// durable and applied.
///
/// Acceptor and learner are methods of it; leader, candidate, election and reads take it as an argument. What it does
/// has no influence on the role: where that must follow, its methods say so in what they return.
@usableFromInline
struct Core: Hashable, Sendable {
    let settings: Replica.Settings
    let incarnation: Incarnation

    /// No lower ballot is voted in any more.
    @usableFromInline var promised: Ballot
    @usableFromInline var log: SlotLog
    /// Every slot up to here was handed to the state machine.
    @usableFromInline var applied: Slot
    var origins: OriginTable
    /// The time of the log at ``applied``.
    var timeline: LogTimeline

    @usableFromInline var durability = Durability()
    var commands: PendingCommands
    var repair = Repair()
    /// The last promise that was told.
    var toldPromise: ToldPromise?
    /// The watermark that the journal holds.
    var recordedWatermark: Slot
    /// A snapshot that covers everything up to here is durable.
    var snapshotThrough: Slot

    var random: SeededRandom
    /// An entry that this version does not know stopped apply here.
    var isHalted = false
    var isJournalFull = false
    /// The state machine has not done all that it was handed: nothing more is handed to it.
    var isMachineBehind = false
    /// For a planted bug: what was durable when a promise was last asked for.
    var durableWhenAsked: WriteID?
    /// The rules that are left out, to see that a checker notices.
    var leftOut: Set<Flaw> = []

    init(
        of node: NodeID, durable: DurableState, snapshot: SnapshotMetadata?, settings: Replica.Settings, seed: UInt64
    ) {
        let applied = snapshot?.applied ?? .zero
        invariant(applied >= durable.trimmed, "a snapshot covers what the journal dropped: \(durable.trimmed)")
        self.settings = settings
        incarnation = durable.incarnation.next
        promised = durable.promised
        log = SlotLog(trimmed: durable.trimmed, applied: applied, watermark: durable.watermark)
        self.applied = applied
        origins = OriginTable(snapshot?.origins ?? [])
        timeline = LogTimeline(time: snapshot?.time ?? .zero, lineage: snapshot?.lineage ?? 0)
        commands = PendingCommands(of: node, in: durable.incarnation.next)
        recordedWatermark = durable.watermark
        durability.watermark = max(durable.watermark, applied)
        snapshotThrough = applied
        random = SeededRandom(seed: seed)
        for (slot, record) in durable.slots.sorted(by: { $0.key < $1.key }) { log.restore(slot, record) }
        log.advanceWatermark()
    }

    func has(_ flaw: Flaw) -> Bool { !leftOut.isEmpty && leftOut.contains(flaw) }

    /// Whether this node could carry out what a leader must: write, and apply what it reads.
    /// - Parameter extra: Time that the disk is given beyond the limit, where elections brought nothing.
    func isFitToLead(at now: Instant, granting extra: TimeSpan) -> Bool {
        !isHalted && !isJournalFull && !durability.isStalled(at: now, limit: settings.journalStallLimit + extra)
    }

    var hasRoomInMemory: Bool {
        log.residentBytes + log.gapBytes < settings.maximumResidentBytes + settings.maximumOpenBytes
    }

    /// Whether there is a record for the slot, or one may be made: one that lies far beyond a gap is taken for lost.
    func isWithinReach(_ slot: Slot) -> Bool { slot > .zero && log.reaches(slot, within: settings.maximumReach) }

    /// A disk that is full or far behind takes no more entries, or memory would hold them all.
    var hasRoomToWrite: Bool { !isJournalFull && durability.unsyncedBytes < settings.maximumUnsyncedBytes }
}

import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog

/// A node of a scenario: its disk, and while it runs its replica and journal.
struct ScenarioNode {
    let id: NodeID
    var disk = VirtualDisk()
    var snapshot: SnapshotMetadata?
    var replica: Replica?
    var journal: JournalCore?
    /// What happened to it and was not looked at yet.
    var inbox: [Event] = []
    private var effects = Effects()
    /// Its disk does not end what it begins.
    var isStalled = false
    /// A sync that was begun.
    var isSyncing = false
    /// What its clients' machine applied, in this life and, if it started from a snapshot, before.
    var applied: [String] = []
    var appliedAtSnapshot: [String] = []
    /// Counts what clients asked.
    var requests: UInt64 = 0

    init(id: NodeID) { self.id = id }

    var isUp: Bool { replica != nil }

    static let group = GroupID(0)

    var identity: JournalIdentity {
        JournalIdentity(cluster: ClusterID(1), node: id, store: StoreID(high: 0, low: id.rawValue))
    }

    private var options: JournalOptions {
        var options = JournalOptions()
        options.segmentByteCount = 64 << 10
        options.maximumBatchByteCount = 32 << 10
        options.spaceReserve = 0
        return options
    }

    /// Reads the journal.
    func recover() throws(ScenarioProblem) -> RecoveredJournal {
        do throws(JournalError) {
            var recovery = JournalRecovery(identity: identity, options: options)
            for segment in disk.segments {
                try segment.bytes.withBytes { bytes throws(JournalError) in
                    try recovery.scan(segment.number, bytes)
                }
            }
            return try recovery.finish()
        } catch {
            throw ScenarioProblem("the journal of \(id) cannot be read: \(error)")
        }
    }

    /// Begins a life with what the disk holds.
    mutating func start(_ configuration: Configuration, _ settings: Replica.Settings, at now: Instant)
        throws(ScenarioProblem)
    {
        let recovered = try recover()
        replica = Replica(
            node: id, group: Self.group, configuration: configuration, durable: recovered.state(of: Self.group),
            snapshot: snapshot, settings: settings, seed: id.rawValue, now: now)
        journal = recovered.core
        applied = appliedAtSnapshot
        step(.freeSpace(1 << 40))
        step(.opened)
    }

    /// One turn of the replica: all that came in, and then what it wants done.
    mutating func turn(isAwake: Bool, at now: Instant) -> Effects {
        effects.removeAll()
        let events = inbox + (isAwake ? [.timePassed] : []) + [.inputDrained]
        inbox = []
        for event in events { replica?.step(event, at: now, into: &effects) }
        if !effects.records.isEmpty {
            step(.append([JournalBatch(group: Self.group, id: effects.writeID, records: effects.records)]))
        }
        return effects
    }

    /// Steps the journal and carries out what needs no time; a write waits for its sync.
    mutating func step(_ event: JournalEvent) {
        var effects: [JournalEffect] = []
        journal?.step(event, into: &effects)
        for effect in effects {
            switch effect {
            case .write(let segment, let offset, let bytes): disk.write(segment, offset: offset, bytes.joined)
            case .sync(.anchor):
                // Is the journal's own affair, and takes no time here.
                disk.synced()
                step(.synced)
            case .sync: isSyncing = true
            case .prepare(let segment, let byteCount, let recycling):
                disk.begin(.prepare(segment, byteCount: byteCount, recycling: recycling))
                _ = disk.finishFileOperation()
                step(.prepared(segment))
            case .remove(let segment):
                disk.begin(.remove(segment))
                _ = disk.finishFileOperation()
                step(.removed(segment))
            case .durable(let writes): inbox += writes.map { .written($0.id) }
            case .full(let isFull): inbox.append(.journalFull(isFull))
            case .ready: break
            }
        }
    }

    /// The sync that was begun returns.
    mutating func synced() {
        isSyncing = false
        disk.synced()
        step(.synced)
    }

    /// Records that lie on the disk before the node starts, each in a batch of its own.
    mutating func lay(_ records: [Record]) throws(ScenarioProblem) {
        journal = try recover().core
        step(.freeSpace(1 << 40))
        step(.opened)
        if isSyncing { synced() }
        step(.append([JournalBatch(group: Self.group, id: WriteID(1), records: records)]))
        synced()
        step(.idle)
        journal = nil
        inbox = []
    }

    /// Entries that the replica wants back from the journal.
    func load(_ load: Load) -> Event {
        guard let journal, load.first <= load.last else { return .loaded(first: load.first, [], for: load.peer) }
        var read = journal.load(Self.group, load.first...load.last, maximumByteCount: 1 << 20)
        for extent in read.extents { disk.read(extent) { read.absorb(extent, $0) } }
        return .loaded(first: load.first, read.entries, for: load.peer)
    }

    /// Its power fails.
    /// - Parameter isTorn: The first sector of a write under way is on the disk.
    mutating func crash(isTorn: Bool) -> VirtualDisk.Aftermath {
        replica = nil
        journal = nil
        inbox = []
        effects = Effects()
        isSyncing = false
        return disk.crash(finishingFile: false) { isTorn && $0 == 0 }
    }
}

import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog

let testIdentity = JournalIdentity(
    cluster: ClusterID(0xC1), node: NodeID(7), store: StoreID(high: 0xAAAA_BBBB, low: 0xCCCC_DDDD))

func testOptions(segmentByteCount: Int = 16 << 10) -> JournalOptions {
    var options = JournalOptions()
    options.segmentByteCount = segmentByteCount
    options.spaceReserve = 64 << 10
    return options
}

func ballot(_ round: UInt64, _ node: UInt64 = 7) -> Ballot {
    Ballot(configuration: ConfigurationNumber(1), round: round, node: NodeID(node))
}

func command(_ sequence: UInt64, byteCount: Int = 100) -> Entry {
    let origin = Origin(node: NodeID(7), incarnation: Incarnation(1), sequence: sequence)
    return .command(
        Command(
            origin: origin, payload: Payload((0..<byteCount).map { UInt8(truncatingIfNeeded: sequence &+ UInt64($0)) }))
    )
}

/// A core over a virtual disk, with what it was given and what it promised.
struct JournalOnDisk {
    var disk = VirtualDisk()
    var core: JournalCore
    /// Effects not yet carried out, in order; `prepare` and `remove` run beside the others.
    var effects: [JournalEffect] = []
    var options: JournalOptions
    private(set) var recovered: RecoveredJournal
    /// All batches that were appended and not lost, in order.
    private(set) var appended: [JournalBatch] = []
    /// How many of them were reported durable, or were found by a recovery that reported itself ready.
    private(set) var durableCount = 0
    private var foundCount = 0
    private(set) var fullReports: [Bool] = []
    var hasSpace = true
    private var nextID = WriteID(1)

    init(options: JournalOptions = testOptions()) throws {
        self.options = options
        recovered = try JournalRecovery(identity: testIdentity, options: options).finish()
        core = recovered.core
        core.step(.opened, into: &effects)
    }

    static func recover(_ disk: VirtualDisk, options: JournalOptions = testOptions()) throws(JournalError)
        -> RecoveredJournal
    {
        var recovery = JournalRecovery(identity: testIdentity, options: options)
        for number in disk.numbers {
            let bytes = disk.bytes(of: number)
            var failure: JournalError?
            bytes.withUnsafeBytes { bytes in
                do throws(JournalError) { try recovery.scan(number, bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return try recovery.finish()
    }

    mutating func restart() throws(JournalError) {
        recovered = try Self.recover(disk, options: options)
        core = recovered.core
        effects = []
        core.step(.opened, into: &effects)
    }

    /// Notes that the recovery found so many of the appended batches.
    mutating func keep(_ count: Int) {
        appended.removeSubrange(count...)
        foundCount = count
    }

    mutating func step(_ event: JournalEvent) { core.step(event, into: &effects) }

    mutating func append(_ records: [Record], group: GroupID = GroupID(0)) {
        let batch = JournalBatch(group: group, id: nextID, records: records)
        nextID = nextID.next
        appended.append(batch)
        step(.append([batch]))
    }

    /// Carries out the first effect that may be.
    /// - Parameter maintaining: The first `prepare` or `remove` instead, which runs beside the others.
    /// - Returns: False when there was none.
    @discardableResult
    mutating func carryOutOne(maintaining: Bool = false) -> Bool {
        guard let index = effects.firstIndex(where: { $0.isMaintenance == maintaining }) else { return false }
        carryOut(effects.remove(at: index))
        return true
    }

    private mutating func carryOut(_ effect: JournalEffect) {
        switch effect {
        case .write(let segment, let offset, let bytes): disk.write(segment, at: offset, bytes.joined)
        case .sync(let segment):
            disk.sync(segment)
            step(.synced)
        case .prepare(let segment, let byteCount, let old):
            guard hasSpace || old != nil else { return step(.prepareFailed(segment)) }
            if let old { disk.recycle(old, as: segment) } else { disk.create(segment, byteCount: byteCount) }
            step(.prepared(segment))
        case .remove(let segment):
            disk.remove(segment)
            step(.removed(segment))
        case .durable(let writes):
            for write in writes {
                let index = appended.lastIndex { $0.group == write.group && $0.id <= write.id }!
                durableCount = max(durableCount, index + 1)
            }
        case .full(let isFull): fullReports.append(isFull)
        case .ready: durableCount = max(durableCount, foundCount)
        }
    }

    /// Carries out everything.
    mutating func settle() { while carryOutOne() || carryOutOne(maintaining: true) {} }

    mutating func write(_ records: [Record], group: GroupID = GroupID(0)) {
        append(records, group: group)
        settle()
    }
}

extension JournalEffect {
    var isMaintenance: Bool {
        switch self {
        case .prepare, .remove: true
        case .write, .sync, .durable, .full, .ready: false
        }
    }
}

/// The states of groups, kept beside the journal.
struct Model: Equatable {
    private(set) var states: [GroupID: DurableState] = [:]

    init() {}

    init(_ recovered: RecoveredJournal) {
        for group in recovered.groups { states[group.group] = group.state }
    }

    mutating func absorb(_ batch: JournalBatch) {
        for record in batch.records { states[batch.group, default: DurableState()].absorb(record) }
    }
}

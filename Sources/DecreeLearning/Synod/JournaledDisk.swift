import DecreeJournal
import DecreeSimulator
import DecreeSynod
import DecreeWire
import PaxosBase
import PaxosSynod

/// The journal that ships, on a disk whose every write and sync is a step and may be torn by a crash.
struct JournaledDisk {
    private let identity: NodeID
    private var disk = VirtualDisk()
    private var journal: JournalCore?
    private var durable: SynodWrite?
    /// Begun and not answered.
    private var underWay: [Operation] = []

    private enum Operation {
        case sync
        case file
    }

    init(of identity: NodeID) { self.identity = identity }

    private var options: JournalOptions {
        var options = JournalOptions()
        options.segmentByteCount = 16 << 10
        options.maximumBatchByteCount = 4 << 10
        options.spaceReserve = 0
        return options
    }

    mutating func open() -> SynodState {
        let recovered = recover()
        journal = recovered.core
        step(.freeSpace(1 << 40))
        step(.opened)
        return SynodJournal.state(of: identity, in: recovered)
    }

    /// Only the process's own writes lie on the disk, and a crash tears the last of them at most: nothing that the journal
    /// may refuse.
    private func recover() -> RecoveredJournal {
        do throws(JournalError) {
            let owner = JournalIdentity(
                cluster: ClusterID(1), node: identity, store: StoreID(high: 0, low: identity.rawValue))
            var recovery = JournalRecovery(identity: owner, options: options)
            for segment in disk.segments {
                try segment.bytes.withBytes { bytes throws(JournalError) in try recovery.scan(segment.number, bytes) }
            }
            return try recovery.finish()
        } catch {
            invariantFailure("a journal that only crashed can be read: \(error)")
        }
    }

    mutating func write(_ records: [SynodRecord], _ write: SynodWrite) {
        step(.append([SynodJournal.batch(records, write: write)]))
    }

    var isBusy: Bool { !underWay.isEmpty }

    mutating func sync() -> SynodWrite? {
        guard !underWay.isEmpty else { return nil }
        durable = nil
        switch underWay.removeFirst() {
        case .sync:
            disk.synced()
            step(.synced)
        case .file: finishFile()
        }
        return durable
    }

    private mutating func finishFile() {
        switch disk.finishFileOperation() {
        case .prepare(let segment, _, _): step(.prepared(segment))
        case .remove(let segment): step(.removed(segment))
        case nil: break
        }
    }

    private mutating func step(_ event: JournalEvent) {
        var effects: [JournalEffect] = []
        journal?.step(event, into: &effects)
        for effect in effects { carryOut(effect) }
    }

    private mutating func carryOut(_ effect: JournalEffect) {
        switch effect {
        case .write(let segment, let offset, let bytes): disk.write(segment, offset: offset, bytes.joined)
        case .sync: underWay.append(.sync)
        case .prepare(let segment, let byteCount, let recycling):
            disk.begin(.prepare(segment, byteCount: byteCount, recycling: recycling))
            underWay.append(.file)
        case .remove(let segment):
            disk.begin(.remove(segment))
            underWay.append(.file)
        case .durable(let writes): durable = SynodJournal.written(writes)
        case .full, .ready: break
        }
    }

    mutating func crash(_ choices: inout Choices) {
        journal = nil
        underWay = []
        _ = disk.crash(&choices)
    }
}

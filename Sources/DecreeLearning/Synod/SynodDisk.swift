import DecreeSimulator
import PaxosBase
import PaxosSynod

/// A process's disk in the laboratory: writes take a step of their own to become durable, and a crash takes what is not.
///
/// Not a protocol: explorations spend their time here, and generic code of a module is not made for the types of another.
enum SynodDisk {
    case plain(PlainDisk)
    case journaled(JournaledDisk)

    /// What a process that starts now finds.
    mutating func open() -> SynodState {
        switch self {
        case .plain(let disk): return disk.durable
        case .journaled(var disk):
            defer { self = .journaled(disk) }
            return disk.open()
        }
    }

    mutating func write(_ records: [SynodRecord], _ write: SynodWrite) {
        switch self {
        case .plain(var disk):
            disk.write(records, write)
            self = .plain(disk)
        case .journaled(var disk):
            disk.write(records, write)
            self = .journaled(disk)
        }
    }

    /// Something is on its way to the disk.
    var isBusy: Bool {
        switch self {
        case .plain(let disk): disk.isBusy
        case .journaled(let disk): disk.isBusy
        }
    }

    /// The disk is done with the oldest thing that it was asked.
    /// - Returns: The writes that are durable now; nil when these are not news.
    mutating func sync() -> SynodWrite? {
        switch self {
        case .plain(var disk):
            defer { self = .plain(disk) }
            return disk.sync()
        case .journaled(var disk):
            defer { self = .journaled(disk) }
            return disk.sync()
        }
    }

    /// The power fails. What becomes of what was on its way is a matter of choice.
    mutating func crash(_ choices: inout Choices) {
        switch self {
        case .plain(var disk):
            disk.crash()
            self = .plain(disk)
        case .journaled(var disk):
            disk.crash(&choices)
            self = .journaled(disk)
        }
    }
}

extension SynodDisk: Hashable {
    /// What a journal holds in memory cannot be compared: worlds with journals are drawn, not explored.
    private var comparable: PlainDisk {
        guard case .plain(let disk) = self else { invariantFailure("a world that is explored has plain disks") }
        return disk
    }

    static func == (left: SynodDisk, right: SynodDisk) -> Bool { left.comparable == right.comparable }

    func hash(into hasher: inout Hasher) { hasher.combine(comparable) }
}

/// The least that a disk is: what was synced, and what was not yet. A value that can be explored.
struct PlainDisk: Hashable {
    private struct Write: Hashable {
        let id: SynodWrite
        let records: [SynodRecord]

        // Names come in order: those under way are the last ones that the process gave away, whatever their numbers are.
        static func == (left: Write, right: Write) -> Bool { left.records == right.records }
        func hash(into hasher: inout Hasher) { hasher.combine(records) }
    }

    private(set) var durable = SynodState()
    private var underWay: [Write] = []

    mutating func write(_ records: [SynodRecord], _ write: SynodWrite) {
        underWay.append(Write(id: write, records: records))
    }

    var isBusy: Bool { !underWay.isEmpty }

    mutating func sync() -> SynodWrite? {
        guard !underWay.isEmpty else { return nil }
        let write = underWay.removeFirst()
        for record in write.records { durable.absorb(record) }
        return write.id
    }

    /// A write that came to the disk without its sync is one whose sync nobody was told of: the same as a crash right
    /// behind the sync. So nothing is to choose.
    mutating func crash() { underWay = [] }
}

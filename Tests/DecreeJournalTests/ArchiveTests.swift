import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeJournal

/// Journals that earlier versions wrote, which every later one must open.
///
/// `Archive/format-1` was made by dumping the files of `archived()` below, which drives the core over a virtual disk,
/// when format 1 was settled. A later format gets a folder and a sequence of its own; this one stays as it is.
@Suite struct ArchiveTests {
    private let folder = #filePath.dropLast("ArchiveTests.swift".count) + "Archive/format-1/"

    /// Every kind of record in two groups; segments that were started, trimmed and used again; a mark at the end.
    private func archived() throws -> (JournalOnDisk, Model) {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 6 << 10))
        var model = Model()
        journal.settle()
        func write(_ records: [Record], group: GroupID = GroupID(0)) {
            journal.write(records, group: group)
            model.absorb(JournalBatch(group: group, id: .zero, records: records))
        }
        write([.incarnation(Incarnation(1)), .promised(ballot(3))])
        write([.incarnation(Incarnation(1)), .promised(ballot(2))], group: GroupID(1))
        for number in UInt64(1)...10 { write([.accepted(Slot(number), ballot(3), command(number, byteCount: 300))]) }
        write([
            .accepted(Slot(11), ballot(4), .noOp),
            .accepted(Slot(12), ballot(4), .unknown(kind: 99, payload: Payload([1, 2]))),
        ])
        write([.learned(Slot(13), command(13)), .chosen(through: Slot(11))])
        write([.trimmed(through: Slot(8))])
        write([.accepted(Slot(1), ballot(2), command(1, byteCount: 40))], group: GroupID(1))
        journal.step(.idle)
        journal.settle()
        return (journal, model)
    }

    private func stored() throws -> VirtualDisk {
        var disk = VirtualDisk()
        for number in try SegmentDirectory(String(folder)).segments() {
            let file = try FileHandle(String(folder) + number.fileName, .reading)
            var bytes = [UInt8](repeating: 0, count: try file.byteCount)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            #expect(count == bytes.count)
            disk.put(number, bytes)
        }
        return disk
    }

    @Test("A journal of format 1 opens and holds what was written to it")
    func opens() throws {
        let (_, model) = try archived()
        let recovered = try JournalOnDisk.recover(try stored(), options: testOptions(segmentByteCount: 6 << 10))
        #expect(Model(recovered) == model)
        #expect(!recovered.isNew && recovered.tornTail == nil)
        #expect(recovered.state(of: GroupID(0)).slots[Slot(12)]?.entry == .unknown(kind: 99, payload: Payload([1, 2])))
    }
}

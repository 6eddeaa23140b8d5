import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeJournal

/// Journals that earlier versions wrote, which every later one must open.
///
/// `Archive/format-1` was made by dumping the files of `archived()` below, which drives the core over a virtual disk,
/// when format 1 was settled; `Archive/format-1-stamps` in the same way once records had stamps, before there was an
/// anchor; and `Archive/format-2`. A later format gets a folder and a sequence of its own; these stay as they are.
@Suite struct ArchiveTests {
    enum Archive: String, CaseIterable {
        case format1 = "format-1"
        case format1WithStamps = "format-1-stamps"
        case format2 = "format-2"

        var folder: String { #filePath.dropLast("ArchiveTests.swift".count) + "Archive/\(rawValue)/" }
        /// Only a later version had them.
        var hasStamps: Bool { self != .format1 }
        var hasAnchor: Bool { self == .format2 }
    }

    private var options: JournalOptions { testOptions(segmentByteCount: 6 << 10) }

    /// Every kind of record in two groups; segments that were started, trimmed and used again; a clean end.
    private func archived(_ archive: Archive) throws -> (JournalOnDisk, Model) {
        var journal = try JournalOnDisk(options: options)
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
        if archive.hasStamps {
            let origin = Origin(node: NodeID(7), incarnation: Incarnation(1), sequence: 14)
            let stamped = Command(origin: origin, stamp: LogTime(nanoseconds: 1 << 40), payload: Payload([3]))
            write([.accepted(Slot(14), ballot(4), .command(stamped))])
        }
        journal.step(.closing)
        journal.settle()
        return (journal, model)
    }

    private func stored(_ archive: Archive) throws -> VirtualDisk {
        var disk = VirtualDisk()
        for number in try SegmentDirectory(archive.folder).segments() {
            let file = try FileHandle(archive.folder + number.fileName, .reading)
            var bytes = [UInt8](repeating: 0, count: try file.byteCount)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            #expect(count == bytes.count)
            disk.put(number, bytes)
        }
        return disk
    }

    @Test("A journal of each format opens and holds what was written to it", arguments: Archive.allCases)
    func opens(archive: Archive) throws {
        let (_, model) = try archived(archive)
        let recovered = try JournalOnDisk.recover(try stored(archive), options: options)
        #expect(Model(recovered) == model)
        #expect(!recovered.isNew && recovered.tornTail == nil)
        #expect(recovered.endedCleanly == archive.hasAnchor)
        #expect(recovered.state(of: GroupID(0)).slots[Slot(12)]?.entry == .unknown(kind: 99, payload: Payload([1, 2])))
    }

    @Test("This version writes format 2, byte for byte")
    func writes() throws {
        let (journal, _) = try archived(.format2)
        let stored = try stored(.format2)
        #expect(journal.disk.numbers == stored.numbers)
        for number in stored.numbers {
            let isSame = journal.disk.bytes(of: number) == stored.bytes(of: number)
            #expect(isSame, "\(number)")
        }
    }

    @Test(
        "A journal without an anchor is carried over: what is written goes to a new segment, which an anchor guards",
        arguments: [Archive.format1, .format1WithStamps])
    func carriedOver(archive: Archive) throws {
        let (_, model) = try archived(archive)
        var journal = try JournalOnDisk(options: options)
        journal.disk = try stored(archive)
        let former = journal.disk
        try journal.restart()
        journal.settle()
        // Nothing of the older version's files is changed but by what is written anew, byte for byte.
        for number in former.segments {
            #expect(journal.disk.segments.contains(number))
            let isSame = journal.disk.bytes(of: number) == former.bytes(of: number)
            #expect(isSame, "\(number)")
        }
        let last = try #require(journal.core.segments.last?.number)
        let record = Record.accepted(Slot(15), ballot(5), command(15, byteCount: 40))
        journal.write([record])
        let newest = try #require(journal.core.segments.last?.number)
        #expect(newest > last)
        #expect(SegmentHeader.read(header: journal.disk.bytes(of: newest))?.format == 2)
        try journal.restart()
        var expected = model
        expected.absorb(JournalBatch(group: GroupID(0), id: .zero, records: [record]))
        #expect(Model(journal.recovered) == expected)

        var disk = journal.disk
        disk.remove(.anchor)
        #expect(throws: JournalError.missing(.anchor)) { try JournalOnDisk.recover(disk, options: options) }
    }
}

extension SegmentHeader {
    fileprivate static func read(header bytes: [UInt8]) -> SegmentHeader? {
        guard case .header(let header) = bytes.withUnsafeBytes({ read($0) }) else { return nil }
        return header
    }
}

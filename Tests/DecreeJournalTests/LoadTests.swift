@testable import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@Suite struct LoadTests {
    private func load(
        _ journal: JournalOnDisk, _ group: UInt32, _ slots: ClosedRange<UInt64>, maximumBytes: Int = .max
    ) -> [Entry] {
        let range = Slot(slots.lowerBound)...Slot(slots.upperBound)
        var load = journal.core.load(GroupID(group), range, maximumByteCount: maximumBytes)
        for extent in load.extents {
            journal.disk.bytes(of: extent.segment).withUnsafeBytes {
                load.absorb(extent, UnsafeRawBufferPointer(rebasing: $0[extent.range]))
            }
        }
        return load.entries
    }

    private func filled() throws -> JournalOnDisk {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 64 << 10))
        journal.settle()
        for number in UInt64(1)...500 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 600))])
            journal.write([.accepted(Slot(number * 2), ballot(3), .noOp)], group: GroupID(1))
        }
        return journal
    }

    @Test("Any run of slots is read back, before and after a restart")
    func runs() throws {
        var journal = try filled()
        for _ in 0..<2 {
            for first in stride(from: UInt64(1), through: 500, by: 37) {
                let last = min(first + 60, 500)
                let found = load(journal, 0, first...last)
                #expect(found == (first...last).map { command($0, byteCount: 600) })
            }
            #expect(load(journal, 1, 10...15) == [.noOp], "slot 11 has no record")
            #expect(load(journal, 1, 11...15).isEmpty)
            #expect(load(journal, 2, 1...500).isEmpty)
            #expect(load(journal, 0, 501...900).isEmpty)
            try journal.restart()
        }
    }

    @Test("Only the parts that hold the slots are read")
    func extents() throws {
        let journal = try filled()
        let all = journal.core.locate(GroupID(0), Slot(1)...Slot(500)).reduce(0) { $0 + $1.range.count }
        let few = journal.core.locate(GroupID(0), Slot(250)...Slot(255)).reduce(0) { $0 + $1.range.count }
        #expect(few * 3 < all)
    }

    @Test("A slot that was written several times is read as recovery would fold it")
    func overwritten() throws {
        var journal = try JournalOnDisk()
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1)), .accepted(Slot(2), ballot(1), command(2))])
        journal.write([.accepted(Slot(1), ballot(5), command(11)), .learned(Slot(3), command(3))])
        journal.write([.learned(Slot(2), command(22))])
        let state = try JournalOnDisk.recover(journal.disk).state(of: GroupID(0))
        let found = load(journal, 0, 1...3)
        #expect(found == [command(11), command(22), command(3)])
        #expect(found == [1, 2, 3].map { state.slots[Slot($0)]?.entry })
    }

    @Test("A batch that cannot be read back hides all: what an earlier one says of its slots may be out of date")
    func damaged() throws {
        var journal = try JournalOnDisk()
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1))])
        let start = journal.core.locate(GroupID(0), Slot(1)...Slot(1))[0].range.upperBound
        journal.write([.accepted(Slot(1), ballot(5), command(11))])
        #expect(load(journal, 0, 1...1) == [command(11)])
        for offset in [start + 3, start + 20, start + 60] {
            var damaged = journal
            damaged.disk.damage(SegmentNumber(1), at: offset)
            #expect(load(damaged, 0, 1...1) == [])
        }
    }

    @Test("What is being written is not read back yet")
    func inFlight() throws {
        var journal = try JournalOnDisk()
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1))])
        journal.append([.accepted(Slot(2), ballot(1), command(2))])
        #expect(load(journal, 0, 1...2) == [command(1)])
        journal.settle()
        #expect(load(journal, 0, 1...2) == [command(1), command(2)])
    }

    @Test("Of a run of large entries only a beginning is read")
    func largeEntries() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 1 << 20))
        journal.settle()
        for number in UInt64(1)...200 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 100_000))])
        }
        let (run, extents) = journal.core.locate(GroupID(0), Slot(1)...Slot(200), upTo: 1_000_000)
        #expect(run.lowerBound == Slot(1) && run.upperBound >= Slot(4))
        #expect(extents.reduce(0) { $0 + $1.range.count } <= 1_000_000)
        let one = journal.core.locate(GroupID(0), Slot(7)...Slot(200), upTo: 1)
        #expect(one.run == Slot(7)...Slot(7) && !one.extents.isEmpty)
    }

    @Test("Long answers are cut by bytes and by slots, but never to nothing")
    func limits() throws {
        let journal = try filled()
        #expect(load(journal, 0, 1...500, maximumBytes: 2000).count == 3)
        #expect(load(journal, 0, 1...500, maximumBytes: 1).count == 1)
        #expect(load(journal, 0, 1...UInt64.max >> 2).count == 500)
    }
}

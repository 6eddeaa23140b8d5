import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@Suite struct TornTailTests {
    /// Where the last batch went, and what the anchor told before it.
    private struct LastWrite {
        let segment: SegmentNumber
        let offset: Int
        let bytes: [UInt8]
        let anchorBefore: [UInt8]

        init(_ segment: SegmentNumber, _ offset: Int, _ bytes: [UInt8], _ anchorBefore: [UInt8]) {
            self.segment = segment
            self.offset = offset
            self.bytes = bytes
            self.anchorBefore = anchorBefore
        }
    }

    /// Three batches, the last one larger than a sector, and what the last write was.
    private func journal() throws -> (JournalOnDisk, states: [DurableState], last: LastWrite) {
        var journal = try JournalOnDisk()
        journal.settle()
        var state = DurableState()
        var states: [DurableState] = []
        var last: LastWrite?
        for number in UInt64(1)...3 {
            let records: [Record] = [
                .promised(ballot(number)), .accepted(Slot(number), ballot(number), command(number, byteCount: 600)),
            ]
            journal.append(records)
            if case .write(let segment, let offset, let bytes)? = journal.effects.first {
                last = LastWrite(segment, offset, bytes.joined.bytes, journal.disk.bytes(of: .anchor))
            }
            journal.settle()
            for record in records { state.absorb(record) }
            states.append(state)
        }
        return (journal, states, try #require(last))
    }

    /// The disk as it is when only `kept` bytes of the last write arrived and `filler` stands in place of the rest.
    private func torn(_ journal: JournalOnDisk, _ last: LastWrite, keeping kept: Int, filler: UInt8)
        -> VirtualDisk
    {
        var disk = journal.disk
        var bytes = disk.bytes(of: last.segment)
        for index in kept..<last.bytes.count { bytes[last.offset + index] = filler }
        disk.put(last.segment, bytes)
        // It is written when the batch is whole.
        disk.put(.anchor, last.anchorBefore)
        return disk
    }

    @Test(
        "A last batch that is torn at any byte is cut, and what is written next survives",
        arguments: [0, 0xA7] as [UInt8])
    func everyByte(filler: UInt8) throws {
        let (journal, states, last) = try journal()
        // A missing tail of the padding changes nothing when the filler is what stands there anyway.
        let whole = last.bytes.lastIndex { $0 != 0 }! + 1
        for kept in 0..<last.bytes.count {
            var next = journal
            next.disk = torn(journal, last, keeping: kept, filler: filler)
            try next.restart()
            let isWhole =
                kept >= whole || (filler == last.bytes[kept] && last.bytes[kept...].allSatisfy { $0 == filler })
            #expect(next.recovered.state(of: GroupID(0)) == states[isWhole ? 2 : 1], "\(kept) bytes kept")
            next.settle()
            next.write([.accepted(Slot(9), ballot(9), .noOp)])
            try next.restart()
            var expected = states[isWhole ? 2 : 1]
            expected.absorb(.accepted(Slot(9), ballot(9), .noOp))
            #expect(next.recovered.state(of: GroupID(0)) == expected, "\(kept) bytes kept")
        }
    }

    @Test("A torn batch is named for the log")
    func named() throws {
        let (journal, _, last) = try journal()
        let torn = try JournalOnDisk.recover(torn(journal, last, keeping: 100, filler: 0))
        #expect(torn.tornTail?.segment == last.segment)
        #expect(torn.tornTail?.offset == last.offset)
        let whole = try JournalOnDisk.recover(journal.disk)
        #expect(whole.tornTail == nil)
    }

    @Test("A segment whose first write is torn at any byte counts as not begun, or begins with it whole")
    func tornRoll() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1, byteCount: 3000))])
        journal.append([.accepted(Slot(2), ballot(1), command(2, byteCount: 3000))])
        guard case .write(let segment, 0, let bytes)? = journal.effects.first else {
            Issue.record("the second batch starts a segment")
            return
        }
        let disk = journal.disk
        for kept in stride(from: 0, through: bytes.count, by: 13) {
            var next = journal
            next.disk = disk
            var file = disk.bytes(of: segment)
            file.replaceSubrange(0..<kept, with: bytes.joined.bytes[..<kept])
            next.disk.put(segment, file)
            try next.restart()
            let found = next.recovered.state(of: GroupID(0))
            #expect(found.slots[Slot(1)] != nil && (found.slots[Slot(2)] != nil) == (kept == bytes.count))
            next.settle()
            for slot in UInt64(3)...6 { next.write([.accepted(Slot(slot), ballot(2), command(slot, byteCount: 2500))]) }
            try next.restart()
            #expect(next.recovered.state(of: GroupID(0)).slots.count == found.slots.count + 4, "\(kept) bytes kept")
        }
    }

    @Test("An anchor follows an idle journal's last batch once, and only then")
    func anchors() throws {
        var journal = try JournalOnDisk()
        journal.settle()
        journal.write([.promised(ballot(1))])
        #expect(!journal.core.needsMark)
        journal.append([.accepted(Slot(1), ballot(1), .noOp)])
        #expect(!journal.core.needsMark)
        journal.settle()
        #expect(journal.core.needsMark)
        journal.step(.idle)
        #expect(!journal.core.needsMark)
        journal.settle()
        #expect(!journal.core.needsMark)
        journal.step(.idle)
        #expect(journal.effects.isEmpty)
        try journal.restart()
        #expect(journal.recovered.summary.batches == 2)
        #expect(!journal.recovered.endedCleanly)
        journal.settle()
        #expect(!journal.core.needsMark)
        journal.step(.closing)
        journal.settle()
        try journal.restart()
        #expect(journal.recovered.endedCleanly)
    }
}

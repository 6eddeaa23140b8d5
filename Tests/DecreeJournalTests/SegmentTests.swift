import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@Suite struct SegmentTests {
    @Test("A segment's file name is its number with 20 digits, and nothing else is taken for one")
    func names() {
        #expect(SegmentNumber(1).fileName == "00000000000000000001.segment")
        #expect(SegmentNumber(fileName: "00000000000000000042.segment") == SegmentNumber(42))
        let others = [
            "", "42.segment", "0000000000000000004x.segment", "00000000000000000042.segmen",
            "+0000000000000000042.segment",
            "00000000000000000042.segment.preparing", "00000000000000000000.segment",
        ]
        for other in others { #expect(SegmentNumber(fileName: other) == nil) }
    }

    @Test("What comes while a write is in flight becomes one write, reported once")
    func groupCommit() throws {
        var journal = try JournalOnDisk()
        journal.settle()
        // The first segment is begun and another one is ready: nothing but writes is to be seen.
        for group: UInt32 in [0, 1] { journal.write([.promised(ballot(1))], group: GroupID(group)) }
        journal.append([.accepted(Slot(1), ballot(1), .noOp)])
        for slot in UInt64(2)...5 {
            journal.append([.accepted(Slot(slot), ballot(1), .noOp)], group: GroupID(UInt32(slot % 2)))
        }
        #expect(journal.effects.count == 2)
        #expect(journal.core.waitingRecords == 5)
        journal.carryOutOne()
        journal.carryOutOne()
        #expect(journal.effects.first == .durable([DurableWrite(group: GroupID(0), id: WriteID(3))]))
        let writes = journal.effects.filter { if case .write = $0 { true } else { false } }
        #expect(writes.count == 1)
        journal.carryOutOne()
        journal.carryOutOne()
        journal.carryOutOne()
        #expect(
            journal.effects.first
                == .durable([
                    DurableWrite(group: GroupID(0), id: WriteID(6)), DurableWrite(group: GroupID(1), id: WriteID(7)),
                ]))
        journal.settle()
        #expect(journal.core.waitingRecords == 0)
        #expect(journal.core.isIdle)
    }

    @Test("Never more than one write is in flight, and each is followed by its sync")
    func oneInFlight() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        var inFlight = 0
        var random = SeededRandom(seed: 5)
        for number in UInt64(1)...400 {
            if random.chance(1, in: 2) { journal.append([.accepted(Slot(number), ballot(1), command(number))]) }
            if case .write? = journal.effects.first(where: { !$0.isMaintenance }) { inFlight += 1 }
            if case .sync? = journal.effects.first(where: { !$0.isMaintenance }) { inFlight -= 1 }
            journal.carryOutOne(maintaining: random.chance(1, in: 5))
            #expect(journal.effects.filter { if case .write = $0 { true } else { false } }.count <= 1)
            #expect(journal.effects.filter(\.isMaintenance).count <= 1)
        }
    }

    @Test("A batch that is larger than a segment gets one of its own size")
    func oversized() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1))])
        journal.write([.accepted(Slot(2), ballot(1), command(2, byteCount: 50_000))])
        journal.write([.accepted(Slot(3), ballot(1), command(3))])
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.count == 3)
        #expect(journal.recovered.state(of: GroupID(0)).slots[Slot(2)]?.entry == command(2, byteCount: 50_000))
    }

    @Test(
        "Trimmed segments are used again or removed, so that their number stays bounded, and states survive in checkpoints"
    )
    func trimming() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        journal.write([.incarnation(Incarnation(3)), .promised(ballot(77))], group: GroupID(4))
        for number in UInt64(1)...200 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 300))])
            if number % 10 == 0 { journal.write([.trimmed(through: Slot(number - 5))]) }
            #expect(journal.disk.segments.count <= 9)
        }
        #expect(journal.disk.segments.first! > SegmentNumber(10))
        try journal.restart()
        let first = journal.recovered.state(of: GroupID(0))
        #expect(first.trimmed == Slot(195))
        #expect(first.slots.keys.sorted() == (196...200).map { Slot($0) })
        let other = journal.recovered.state(of: GroupID(4))
        #expect(other.incarnation == Incarnation(3))
        #expect(other.promised == ballot(77))
    }

    @Test("One group's untrimmed slots keep a segment for all")
    func groupsShareSegments() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1))], group: GroupID(9))
        for number in UInt64(1)...30 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 500))])
        }
        journal.write([.trimmed(through: Slot(30))])
        #expect(journal.disk.segments.first == SegmentNumber(1))
        journal.write([.trimmed(through: Slot(1))], group: GroupID(9))
        #expect(journal.disk.segments.first! > SegmentNumber(1))
    }

    @Test(
        "A full disk is reported before anything fails, writes wait for a segment, and all goes on when space is back")
    func fullDisk() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.step(.freeSpace(1 << 30))
        journal.settle()
        journal.write([.accepted(Slot(1), ballot(1), command(1))])
        #expect(journal.fullReports == [])
        journal.step(.freeSpace(60 << 10))
        journal.settle()
        #expect(journal.fullReports == [true])
        journal.hasSpace = false
        for number in UInt64(2)...40 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 500))])
        }
        #expect(journal.core.waitingRecords > 0)
        let durableCount = journal.durableCount
        #expect(durableCount > 5)
        journal.step(.freeSpace(66 << 10))
        journal.settle()
        #expect(journal.fullReports == [true])
        journal.hasSpace = true
        journal.step(.freeSpace(1 << 20))
        journal.settle()
        #expect(journal.fullReports == [true, false])
        #expect(journal.core.waitingRecords == 0)
        #expect(journal.durableCount == 40)
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.count == 40)
    }

    @Test("On a full disk what waits is cut to what the last segment still takes")
    func fillsUp() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 32 << 10))
        journal.settle()
        journal.write([.promised(ballot(1))])
        journal.hasSpace = false
        journal.step(.freeSpace(0))
        // While one is in flight so much gathers that no segment takes it at once.
        for number in UInt64(1)...200 {
            journal.append([.accepted(Slot(number), ballot(1), command(number, byteCount: 500))])
        }
        journal.settle()
        // The rest of the first segment and the one that was ready.
        #expect(journal.durableCount > 80)
        #expect(journal.core.waitingRecords > 80)
        journal.hasSpace = true
        journal.step(.freeSpace(1 << 30))
        journal.settle()
        #expect(journal.core.waitingRecords == 0)
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.count == 200)
    }

    @Test("On a full disk a snapshot makes room: a trimmed segment takes what waits")
    func trimmingWhenFull() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        for number in UInt64(1)...9 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 900))])
        }
        journal.hasSpace = false
        journal.step(.freeSpace(0))
        journal.write([.trimmed(through: Slot(9))])
        for number in UInt64(10)...40 {
            journal.write([
                .accepted(Slot(number), ballot(1), command(number, byteCount: 900)),
                .trimmed(through: Slot(number - 1)),
            ])
        }
        #expect(journal.core.waitingRecords == 0)
        #expect(journal.core.isFull)
    }

    @Test("A segment that is to be replaced by a larger one stays ready when there is no space for that")
    func failedReplacement() throws {
        var options = testOptions(segmentByteCount: 8 << 10)
        options.segmentsAhead = 2
        var journal = try JournalOnDisk(options: options)
        journal.step(.freeSpace(1 << 30))
        journal.write([.accepted(Slot(1), ballot(1), command(1))])
        let segments = journal.core.segmentCount
        journal.hasSpace = false
        journal.write([.accepted(Slot(2), ballot(1), command(2, byteCount: 50_000))])
        #expect(journal.core.segmentCount == segments)
        #expect(journal.core.waitingRecords == 1)
        journal.hasSpace = true
        for _ in 0..<3 {
            journal.step(.freeSpace(1 << 30))
            journal.settle()
        }
        #expect(journal.core.waitingRecords == 0)
        #expect(journal.fullReports == [true, false])
        #expect(journal.disk.segments.count <= segments + 1)
        for number in UInt64(3)...30 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 900))])
        }
        #expect(journal.core.waitingRecords == 0)
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.count == 30)
    }

    @Test("Where a quota hides the want of space, it is over only when a segment was made")
    func quota() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.step(.freeSpace(1 << 30))
        journal.hasSpace = false
        journal.settle()
        for _ in 0..<3 {
            #expect(journal.core.awaitsSpace)
            journal.step(.freeSpace(1 << 30))
            journal.settle()
        }
        #expect(journal.fullReports == [true])
        journal.hasSpace = true
        journal.step(.freeSpace(1 << 30))
        journal.settle()
        #expect(journal.fullReports == [true, false])
        #expect(!journal.core.awaitsSpace)
    }

    @Test("A write that is held up is reported, and news of space end it")
    func heldUp() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.step(.freeSpace(1 << 30))
        journal.settle()
        journal.step(.writeHeldUp)
        journal.step(.writeHeldUp)
        journal.settle()
        #expect(journal.fullReports == [true])
        journal.step(.freeSpace(1 << 30))
        journal.settle()
        #expect(journal.fullReports == [true, false])
    }

    @Test("Changing the segment size between lives is harmless")
    func resized() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        for size in [16 << 10, 8 << 10, 32 << 10] {
            for number in UInt64(1)...20 {
                journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 900))])
            }
            journal.options.segmentByteCount = size
            try journal.restart()
            journal.settle()
        }
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.count == 20)
    }
}

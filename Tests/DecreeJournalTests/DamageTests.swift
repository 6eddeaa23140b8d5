import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@Suite struct DamageTests {
    /// Where each batch of a journal of several segments stands.
    private struct Written {
        var journal: JournalOnDisk
        var batches: [(segment: SegmentNumber, offset: Int, end: Int)] = []

        init(batchCount: Int = 12) throws {
            journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
            journal.settle()
            for number in UInt64(1)...UInt64(batchCount) {
                journal.append([.accepted(Slot(number), ballot(1), command(number, byteCount: 700))])
                if case .write(let segment, let offset, let bytes)? = journal.effects.first {
                    // The first write of a segment has its header before the batch.
                    batches.append((segment, offset == 0 ? 4096 : offset, offset + bytes.count))
                }
                journal.settle()
            }
        }
    }

    private func damage(_ disk: VirtualDisk) -> JournalDamage? {
        do throws(JournalError) {
            _ = try JournalOnDisk.recover(disk, options: testOptions(segmentByteCount: 8 << 10))
        } catch {
            if case .damaged(let damage) = error { return damage }
        }
        return nil
    }

    @Test("Damage to any byte of any batch but the last is refused, by file and place")
    func everyBatch() throws {
        let written = try Written()
        #expect(Set(written.batches.map(\.segment)).count >= 3)
        for (index, batch) in written.batches.dropLast().enumerated() {
            for offset in stride(from: batch.offset, to: batch.end, by: 7) {
                var disk = written.journal.disk
                disk.damage(batch.segment, at: offset)
                // The bytes that pad a batch to a multiple of eight carry nothing.
                guard let found = damage(disk) else {
                    #expect(offset >= batch.end - 7, "batch \(index + 1), byte \(offset)")
                    continue
                }
                #expect(found.segment == batch.segment)
                #expect(found.offset == batch.offset)
                #expect(found.sequence == UInt64(index + 1))
            }
        }
    }

    @Test("Damage to the last batch is taken for a torn write, unless an anchor tells of it")
    func lastBatch() throws {
        var written = try Written()
        let last = written.batches.last!
        var disk = written.journal.disk
        disk.damage(last.segment, at: last.offset + 40)
        #expect(damage(disk) == nil)
        written.journal.step(.idle)
        written.journal.settle()
        disk = written.journal.disk
        disk.damage(last.segment, at: last.offset + 40)
        #expect(damage(disk)?.offset == last.offset)
    }

    @Test("Damage to a segment's header is refused", arguments: [0, 9, 17, 30, 50, 70, 83])
    func header(offset: Int) throws {
        let written = try Written()
        for segment in Set(written.batches.map(\.segment)) where segment != written.batches.last!.segment {
            var disk = written.journal.disk
            disk.damage(segment, at: offset, mask: 0x80)
            #expect(throws: JournalError.self) {
                try JournalOnDisk.recover(disk, options: testOptions(segmentByteCount: 8 << 10))
            }
        }
    }

    @Test("Damage to the header of the last segment is refused once its second batch is there")
    func lastHeader() throws {
        var written = try Written(batchCount: 4)
        while written.batches.last!.offset == 4096 { written = try Written(batchCount: written.batches.count + 1) }
        var disk = written.journal.disk
        disk.damage(written.batches.last!.segment, at: 20)
        #expect(damage(disk)?.finding == .segmentHeader)
    }

    @Test("A missing segment is refused: the first, one in the middle, one before a prepared one")
    func missing() throws {
        let written = try Written()
        let started = Set(written.batches.map(\.segment)).sorted()
        for segment in started {
            var disk = written.journal.disk
            disk.remove(segment)
            #expect(throws: JournalError.missing(segment)) {
                try JournalOnDisk.recover(disk, options: testOptions(segmentByteCount: 8 << 10))
            }
        }
    }

    @Test("A damaged segment that is no longer needed does not matter, nor does its absence")
    func notNeeded() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        for number in UInt64(1)...12 {
            journal.write([.accepted(Slot(number), ballot(1), command(number, byteCount: 700))])
        }
        journal.append([.trimmed(through: Slot(12))])
        while journal.carryOutOne() {}
        // Durable; the old segments were to go, but the node died before.
        journal.disk.damage(SegmentNumber(1), at: 5000)
        journal.disk.damage(SegmentNumber(2), at: 20)
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).trimmed == Slot(12))
        #expect(journal.recovered.state(of: GroupID(0)).promised == ballot(1))
        journal.settle()
        journal.write([.accepted(Slot(13), ballot(2), command(13))])
        try journal.restart()
        #expect(journal.recovered.state(of: GroupID(0)).slots.keys == [Slot(13)])
    }

    @Test("A newer format is refused as such, even where the rest of the header cannot be read")
    func newerFormat() throws {
        let written = try Written()
        var disk = written.journal.disk
        disk.damage(SegmentNumber(1), at: 8, mask: 2 ^ 7)
        #expect(throws: JournalError.newerFormat(SegmentNumber(1), found: 7, known: 2)) {
            try JournalOnDisk.recover(disk, options: testOptions(segmentByteCount: 8 << 10))
        }
    }

    @Test("The journal of another node, store or cluster is refused as such")
    func foreign() throws {
        let written = try Written()
        let others = [
            JournalIdentity(cluster: ClusterID(1), node: testIdentity.node, store: testIdentity.store),
            JournalIdentity(cluster: testIdentity.cluster, node: NodeID(8), store: testIdentity.store),
            JournalIdentity(cluster: testIdentity.cluster, node: testIdentity.node, store: StoreID(high: 1, low: 2)),
        ]
        for other in others {
            var recovery = JournalRecovery(identity: other, options: testOptions())
            let first = SegmentNumber(1)
            #expect(throws: JournalError.foreign(first, found: testIdentity, expected: other)) {
                try written.journal.disk.bytes(of: first).withUnsafeBytes { try recovery.scan(first, $0) }
            }
        }
    }

    @Test("Every refusal says which file it is about and what can be done")
    func texts() {
        let segment = SegmentNumber(3)
        let witness = JournalDamage.Witness(segment: segment, offset: 9000, sequence: 8)
        let errors: [JournalError] = [
            .damaged(
                JournalDamage(segment: segment, offset: 4096, sequence: 7, finding: .batchChecksum, witness: witness)),
            .missing(segment), .newerFormat(segment, found: 2, known: 1),
            .unknownRecord(segment, offset: 1, .unknownKind(what: .record, kind: 99)),
            .foreign(segment, found: testIdentity, expected: testIdentity),
        ]
        for error in errors { #expect(error.description.contains("00000000000000000003.segment")) }
        #expect(errors[0].description.contains("Replace this member"))
        #expect(errors[1].description.contains("Replace this member"))
        #expect(errors[2].description.contains("newer program"))
    }
}

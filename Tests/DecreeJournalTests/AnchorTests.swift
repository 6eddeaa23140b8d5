import DecreeWire
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeJournal

/// Damage to any one file of a journal: what was acknowledged is there, or the journal is refused.
@Suite struct AnchorTests {
    enum End: CaseIterable {
        case closed
        case killed
    }

    /// A journal that ended, what it was after each batch, and what its disk held then.
    private struct Ended {
        var journal: JournalOnDisk
        var models = [Model()]
        var disks: [VirtualDisk] = []
        /// How many batches may not get lost unnoticed.
        var anchored = 0

        init(_ end: End) throws {
            journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
            journal.settle()
            write([.incarnation(Incarnation(1)), .promised(ballot(3))])
            for number in UInt64(1)...14 {
                write([.accepted(Slot(number), ballot(3), command(number, byteCount: 500))])
            }
            write([.accepted(Slot(15), ballot(4), .noOp)])
            write([.chosen(through: Slot(6)), .trimmed(through: Slot(5))])
            for number in UInt64(16)...18 {
                write([.accepted(Slot(number), ballot(4), command(number, byteCount: 90))])
            }
            if end == .closed {
                journal.step(.closing)
                journal.settle()
                anchored = models.count - 1
            }
            disks.append(journal.disk)
        }

        private mutating func write(_ records: [Record]) {
            journal.write(records)
            var model = models.last!
            model.absorb(JournalBatch(group: GroupID(0), id: .zero, records: records))
            models.append(model)
            disks.append(journal.disk)
            if journal.core.anchoring.sequence + 1 == journal.core.nextSequence { anchored = models.count - 1 }
        }

        /// How many batches are there; nil when the journal is refused.
        func recovered(from disk: VirtualDisk) -> Int? {
            guard let found = try? JournalOnDisk.recover(disk, options: journal.options) else { return nil }
            return models.lastIndex(of: Model(found)) ?? -1
        }

        /// Why the journal is refused; nil when it is not.
        func refusal(of disk: VirtualDisk) -> JournalError? {
            do throws(JournalError) {
                _ = try JournalOnDisk.recover(disk, options: journal.options)
            } catch {
                return error
            }
            return nil
        }

        /// What is said to be damaged.
        func damage(to disk: VirtualDisk) -> JournalDamage? {
            if case .damaged(let damage)? = refusal(of: disk) { return damage }
            return nil
        }
    }

    /// Each file with each damage: zeroed, garbled, gone, cut at every length, an older copy, another file's content.
    private func damages(of ended: Ended) -> [(name: String, disk: VirtualDisk)] {
        var damages: [(String, VirtualDisk)] = []
        var random = SeededRandom(seed: 7)
        for number in ended.journal.disk.numbers {
            let whole = ended.journal.disk.bytes(of: number)
            func add(_ name: String, _ bytes: [UInt8]?) {
                var disk = ended.journal.disk
                if let bytes { disk.put(number, bytes) } else { disk.remove(number) }
                damages.append(("\(number) \(name)", disk))
            }
            add("gone", nil)
            add("zeroed", [UInt8](repeating: 0, count: whole.count))
            add("garbled", whole.map { _ in UInt8(truncatingIfNeeded: random.next()) })
            for length in stride(from: 0, to: whole.count, by: 61) { add("cut at \(length)", Array(whole[..<length])) }
            for (age, disk) in ended.disks.enumerated() where disk.files[number] != nil {
                let older = disk.bytes(of: number)
                if older != whole { add("as of batch \(age)", older) }
            }
            for other in ended.journal.disk.numbers where other != number {
                var disk = ended.journal.disk
                disk.put(number, disk.bytes(of: other))
                disk.put(other, whole)
                damages.append(("\(number) swapped with \(other)", disk))
            }
        }
        return damages
    }

    @Test(
        "After any damage to one file all that was anchored is there, or the journal is refused",
        arguments: End.allCases)
    func singleFiles(end: End) throws {
        let ended = try Ended(end)
        #expect(ended.anchored == ended.models.count - (end == .closed ? 1 : 5))
        #expect(ended.recovered(from: ended.journal.disk) == ended.models.count - 1)
        var refused = 0
        for (name, disk) in damages(of: ended) {
            guard let found = ended.recovered(from: disk) else {
                refused += 1
                continue
            }
            #expect(found >= ended.anchored, "\(name)")
        }
        #expect(refused > 100)
    }

    @Test("The newest segment of a closed journal zeroed, garbled, cut or gone is refused by its name")
    func newestSegment() throws {
        let ended = try Ended(.closed)
        let newest = try #require(ended.journal.core.segments.last?.number)
        for bytes: [UInt8] in [[], [UInt8](repeating: 0, count: 8 << 10), [UInt8](repeating: 0xA5, count: 8 << 10)] {
            var disk = ended.journal.disk
            disk.put(newest, bytes)
            let damage = try #require(ended.damage(to: disk), "\(bytes.count) bytes")
            #expect(damage.segment == newest && damage.finding == .segmentHeader)
            #expect(damage.witness.segment == .anchor)
            #expect(JournalError.damaged(damage).description.contains("as the file anchor tells"))
        }
        var disk = ended.journal.disk
        for ready in disk.segments where ready > newest { disk.remove(ready) }
        disk.remove(newest)
        #expect(ended.refusal(of: disk) == .missing(newest))
    }

    @Test("Without an anchor, or with one of which neither copy can be read, a journal is refused")
    func withoutAnchor() throws {
        let ended = try Ended(.killed)
        var disk = ended.journal.disk
        disk.remove(.anchor)
        #expect(ended.refusal(of: disk) == .missing(.anchor))
        disk.put(.anchor, [UInt8](repeating: 0, count: 8 << 10))
        let damage = try #require(ended.damage(to: disk))
        #expect(damage.segment == .anchor && damage.finding == .anchor)
    }

    @Test("Promises, incarnations and the beginning of a segment are anchored before they are acknowledged")
    func anchoredFirst() throws {
        var journal = try JournalOnDisk(options: testOptions(segmentByteCount: 8 << 10))
        journal.settle()
        let batches: [([Record], Bool)] = [
            ([.accepted(Slot(1), ballot(1), command(1, byteCount: 2500))], true),
            ([.accepted(Slot(2), ballot(1), command(2))], false), ([.promised(ballot(2))], true),
            ([.promised(ballot(2))], false), ([.incarnation(Incarnation(1))], true),
            ([.chosen(through: Slot(2))], false),
            ([.accepted(Slot(3), ballot(3), .noOp)], true), ([.learned(Slot(4), command(4, byteCount: 2500))], true),
        ]
        for (records, isAnchored) in batches {
            journal.append(records)
            while !journal.effects.contains(where: { if case .durable = $0 { true } else { false } }) {
                if !journal.carryOutOne() { journal.carryOutOne(maintaining: true) }
            }
            #expect((journal.core.anchoring.sequence + 1 == journal.core.nextSequence) == isAnchored, "\(records)")
            journal.settle()
        }
    }

    /// A core whose disk does all at once and remembers nothing.
    private struct Busy {
        var core: JournalCore
        /// Acknowledged, and not in an anchor that was synced: batches, and the bytes of all but the last.
        var unanchored = 0
        var unanchoredBytes = 0
        var most = (batches: 0, bytes: 0)
        private var lastSync = SegmentNumber.anchor

        init(core: JournalCore) { self.core = core }

        mutating func settle(_ event: JournalEvent, byteCount: Int = 0) {
            var effects: [JournalEffect] = []
            core.step(event, into: &effects)
            var next = 0
            while next < effects.count {
                switch effects[next] {
                case .sync(let segment):
                    if segment == .anchor { (unanchored, unanchoredBytes) = (0, 0) }
                    lastSync = segment
                    core.step(.synced, into: &effects)
                case .prepare(let segment, _, _): core.step(.prepared(segment), into: &effects)
                case .remove(let segment): core.step(.removed(segment), into: &effects)
                // What was withheld until the anchor was synced is in it.
                case .durable: if lastSync != .anchor { acknowledge(byteCount) }
                case .write, .full, .ready: break
                }
                next += 1
            }
        }

        private mutating func acknowledge(_ byteCount: Int) {
            most = (max(most.batches, unanchored + 1), max(most.bytes, unanchoredBytes))
            unanchored += 1
            unanchoredBytes += byteCount
        }
    }

    @Test("However busy a journal is, at most 256 batches are acknowledged and not anchored, 16 MiB and one batch")
    func bound() throws {
        let options = testOptions(segmentByteCount: 64 << 20)
        var busy = Busy(core: try JournalRecovery(identity: testIdentity, options: options).finish().core)
        busy.settle(.opened)
        var random = SeededRandom(seed: 3)
        for number in UInt64(1)...2500 {
            let byteCount = random.chance(1, in: number < 1200 ? 5000 : 8) ? 1_000_000 : 40
            let record = Record.accepted(Slot(number), ballot(1), command(1, byteCount: byteCount))
            let batch = JournalBatch(group: GroupID(0), id: WriteID(number), records: [record])
            busy.settle(.append([batch]), byteCount: byteCount)
        }
        #expect(busy.most.batches == 256)
        #expect(busy.most.bytes < 16 << 20 && busy.most.bytes > 14 << 20)
        #expect((6...60).contains(busy.core.anchoring.generation))
    }

    @Test("An anchor whose promise the segments do not hold is believed")
    func promise() throws {
        let ended = try Ended(.closed)
        let core = ended.journal.core
        let anchor = JournalAnchor(
            generation: 99, fileByteCount: 8 << 10, identity: testIdentity, sequence: 1, segment: SegmentNumber(1),
            end: 0,
            isClean: false, votes: [.init(group: GroupID(0), incarnation: Incarnation(1), promised: ballot(9))])
        var disk = ended.journal.disk
        var bytes = disk.bytes(of: .anchor)
        bytes.replaceSubrange(anchor.offset..<anchor.offset + anchor.byteCount, with: anchor.encode().bytes)
        disk.put(.anchor, bytes)
        #expect(core.anchoring.generation < 99)
        let damage = try #require(ended.damage(to: disk))
        #expect(damage.finding == .promise)
    }

    @Test("Anchors come back as they were, those of later versions and of other nodes are refused as such")
    func reading() throws {
        let votes = [
            JournalAnchor.Vote(group: GroupID(1), incarnation: Incarnation(2), promised: ballot(3)),
            JournalAnchor.Vote(group: GroupID(7), incarnation: Incarnation(4), promised: .zero),
        ]
        let anchor = JournalAnchor(
            generation: 5, fileByteCount: 8192, identity: testIdentity, sequence: 9, segment: SegmentNumber(3),
            end: 4200,
            isClean: true, votes: votes)
        let bytes = anchor.encode().bytes
        #expect(bytes.count == anchor.byteCount)
        func read(_ change: (inout [UInt8]) -> Void) -> JournalAnchor.Reading {
            var changed = bytes
            change(&changed)
            let checksum = changed.dropLast(4).withUnsafeBytes { CRC32C.checksum($0) }
            withUnsafeBytes(of: checksum.littleEndian) { changed.replaceSubrange((changed.count - 4)..., with: $0) }
            return changed.withUnsafeBytes { JournalAnchor.read($0) }
        }
        #expect(read { _ in } == .anchor(anchor))
        #expect(read { $0[8] = 3 } == .newerFormat(3))
        #expect(read { $0[24] = 3 } == .newerFlags(3))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(changed.withUnsafeBytes { JournalAnchor.read($0) } == .unreadable, "byte \(index)")
            #expect(bytes[..<index].withUnsafeBytes { JournalAnchor.read($0) } == .unreadable)
        }
        var random = SeededRandom(seed: 1)
        for _ in 0..<5_000 {
            _ = read { bytes in bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
        }
    }
}

import DecreeJournal
import PaxosBase
import PaxosLog
import Testing

@Suite struct CrashTests {
    /// One node's life after the other: random appends, effects carried out one by one, a crash at any point.
    private struct Lives {
        var journal: JournalOnDisk
        /// The fold of the first `firm` batches.
        var base = Model()
        var firm = 0
        var random: SeededRandom
        var slots: [UInt64] = [0, 0]
        var trimmed: [UInt64] = [0, 0]
        var round: UInt64 = 1

        init(seed: UInt64) throws {
            journal = try JournalOnDisk(options: testOptions(segmentByteCount: 12 << 10))
            random = SeededRandom(seed: seed)
        }

        mutating func live(steps: Int) {
            for _ in 0..<steps {
                switch random.below(10) {
                case 0..<3: appendSomething()
                case 3..<8: journal.carryOutOne()
                case 8: journal.carryOutOne(maintaining: true)
                default: journal.step(.idle)
                }
            }
        }

        private mutating func appendSomething() {
            let group = Int(random.below(2))
            var records: [Record] = []
            for _ in 0...random.below(4) { records.append(someRecord(of: group)) }
            journal.append(records, group: GroupID(UInt32(group)))
        }

        private mutating func someRecord(of group: Int) -> Record {
            slots[group] += 1
            round += random.below(2)
            let slot = Slot(slots[group])
            let entry = command(slots[group], byteCount: Int(random.below(random.chance(1, in: 30) ? 9000 : 700)))
            switch random.below(12) {
            case 0: return .promised(ballot(round))
            case 1: return .learned(slot, entry)
            case 2: return .chosen(through: slot.previous)
            case 3:
                trimmed[group] = max(trimmed[group], slots[group] - min(slots[group], random.below(6)))
                return .trimmed(through: Slot(trimmed[group]))
            case 4: return .incarnation(Incarnation(round))
            default: return .accepted(slot, ballot(round), entry)
            }
        }

        mutating func crash() {
            let inFlight = journal.effects.first { $0.isMaintenance }
            if let inFlight, random.chance(1, in: 2) { carryOutUnreported(inFlight) }
            if random.chance(1, in: 5), case .sync(let segment)? = journal.effects.first(where: { $0.isSync }) {
                // The sync failed and the process died of it; some of what was written got through.
                if random.chance(1, in: 2) { journal.disk.failSync(segment) }
                return
            }
            if random.chance(1, in: 5) { return }
            let tearing = VirtualDisk.Tearing.allCases[Int(random.below(3))]
            journal.disk.losePower(tearing, using: &random)
        }

        private mutating func carryOutUnreported(_ effect: JournalEffect) {
            switch effect {
            case .prepare(let segment, let byteCount, let old):
                if let old {
                    journal.disk.recycle(old, as: segment)
                } else {
                    journal.disk.create(segment, byteCount: byteCount)
                }
            case .remove(let segment): journal.disk.remove(segment)
            case .write, .sync, .durable, .full, .ready: break
            }
        }

        /// What was recovered is the fold of a prefix of what was appended, and holds all that was reported durable.
        mutating func restart() throws -> Bool {
            try journal.restart()
            let found = Model(journal.recovered)
            var model = base
            for count in firm...journal.appended.count {
                if count > firm { model.absorb(journal.appended[count - 1]) }
                guard count >= journal.durableCount else { continue }
                // Batches before this point can never be lost again.
                if firm < count, count == journal.durableCount { (base, firm) = (model, count) }
                if model == found {
                    journal.keep(count)
                    return true
                }
            }
            return false
        }
    }

    @Test(
        "Whatever a crash loses or tears, recovery finds a prefix that holds all that was reported durable, life after life",
        arguments: 0..<20 as Range<UInt64>)
    func crashes(block: UInt64) throws {
        for seed in block * 5..<block * 5 + 5 {
            var lives = try Lives(seed: seed)
            for life in 0..<6 {
                let steps = Int(lives.random.below(120))
                lives.live(steps: steps)
                lives.crash()
                #expect(try lives.restart(), "seed \(seed), life \(life)")
            }
        }
    }

    @Test("Segments come, go and are used again under crashes: the test above is not vacuous")
    func sometimes() throws {
        var recycled = 0
        var removed = 0
        var torn = 0
        for seed in UInt64(0)..<40 {
            var lives = try Lives(seed: seed)
            for _ in 0..<4 {
                for _ in 0..<80 {
                    for effect in lives.journal.effects {
                        if case .prepare(_, _, .some) = effect { recycled += 1 }
                        if case .remove = effect { removed += 1 }
                    }
                    lives.live(steps: 1)
                }
                lives.crash()
                #expect(try lives.restart())
                if lives.journal.recovered.tornTail != nil { torn += 1 }
            }
        }
        #expect(recycled > 0 && removed > 0 && torn > 0, "\(recycled) \(removed) \(torn)")
    }
}

extension JournalEffect {
    fileprivate var isSync: Bool { if case .sync = self { true } else { false } }
}

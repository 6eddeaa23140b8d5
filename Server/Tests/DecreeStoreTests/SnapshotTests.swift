import DecreeStore
import PaxosBase
import PaxosLog
import Testing

@Suite("Snapshots", .timeLimit(.minutes(5)))
struct SnapshotTests {
    private static func filled(puts: Int = 6_000) -> Store {
        let store = Store()
        for index in 0..<puts { store.put("key-\(index % 2_500)", "value \(index)") }
        store.delete(.prefix(Payload("key-12".utf8)))
        store.compact(Revision(Int64(puts - 1_000)))
        return store
    }

    @Test("A snapshot holds the state of the moment when it began, history included, beside later changes")
    func besideWrites() throws {
        let store = Self.filled()
        let digest = store.digest
        let revisions = stride(from: Int64(5_000), through: 6_002, by: 40)
        let expected = revisions.map {
            store.range(RangeRequest(.everything, revision: Revision($0), keysOnly: true))?.keyValues
        }
        var walk = store.beginSnapshot()
        var blocks: [[UInt8]] = []
        while let block = store.nextBlock(of: &walk) {
            #expect(block.count <= 1 << 20)
            blocks.append(block)
            for index in 0..<500 { store.put("key-\(index * 3)", "later") }
            store.delete(.prefix(Payload("key-2".utf8)))
            store.compact(store.status.currentRevision)
            store.clean()
        }
        #expect(blocks.count > 3)
        let restored = try Store.restored(from: blocks)
        #expect(restored.digest == digest)
        #expect(restored.status.currentRevision == 6_002)
        let found = revisions.map {
            restored.range(RangeRequest(.everything, revision: Revision($0), keysOnly: true))?.keyValues
        }
        #expect(found == expected)
        store.clean()
        #expect(store.status.pinnedReaders == 0)
    }

    @Test("A block looks at a bounded number of keys, those that the snapshot passes over included")
    func passedOver() throws {
        let store = Store()
        func key(_ index: Int) -> String { "key-\(index % 10)-\(index)" }
        for index in 0..<3_000 { store.put(key(index), "old") }
        for index in 0..<3_000 where index % 3 != 0 { store.delete(.key(key(index))) }
        // What was deleted lies below the floor: not written, and freed while the walk goes on.
        store.put("last", "")
        store.compact(store.status.currentRevision)
        let digest = store.digest
        var walk = store.beginSnapshot()
        // What comes later is not written either.
        for index in 3_000..<30_000 { store.put(key(index), "later") }
        var blocks: [[UInt8]] = []
        var serial = 0
        while let block = store.nextBlock(of: &walk) {
            blocks.append(block)
            _ = store.performMaintenance()
            // Freed memory is used again at once.
            for _ in 0..<40 {
                store.put("key-\(serial % 10)-x\(serial)", "in its place")
                serial += 1
            }
        }
        #expect(blocks.count > 30_000 / 512)
        let restored = try Store.restored(from: blocks)
        #expect(restored.digest == digest)
        #expect(restored.status.keyCount == 1_001)
        #expect(store.status.pinnedReaders == 0)
    }

    @Test("A restored store goes on as the original does")
    func goesOn() throws {
        let original = Self.filled()
        let copy = try Store.restored(from: original.snapshot())
        for store in [original, copy] {
            for index in 0..<3_000 { store.put("key-\(index * 17 % 5_000)", "\(index)") }
            store.compact(store.status.currentRevision)
            store.clean()
        }
        #expect(original.digest == copy.digest)
        #expect(original.ask(.hashKV(0)) == copy.ask(.hashKV(0)))
        #expect(original.status.versionCount == copy.status.versionCount)
        #expect(original.snapshot() == copy.snapshot())
    }

    @Test("An empty store is restored as one")
    func empty() throws {
        let restored = try Store.restored(from: Store().snapshot())
        #expect(restored.digest == Store().digest)
        #expect(restored.put("a", "1") == .put(2, []))
    }

    @Test("Blocks that are damaged, missing, doubled or out of order are refused, and the store is empty then")
    func damage() throws {
        let blocks = Self.filled(puts: 3_000).snapshot()
        var random = SeededRandom(seed: 3)
        func refuses(_ damaged: [[UInt8]]) -> Bool {
            let store = Store()
            store.put("old", "state")
            store.beginRestore()
            do {
                for block in damaged { try block.withUnsafeBytes { try store.restore($0) } }
                try store.endRestore()
                return false
            } catch {
                return store.status.keyCount == 0 && store.put("a", "1") == .put(2, [])
            }
        }
        #expect(!refuses(blocks))
        #expect(refuses([]))
        for index in blocks.indices {
            var without = blocks
            without.remove(at: index)
            #expect(refuses(without))
            var doubled = blocks
            doubled.insert(blocks[index], at: index)
            #expect(refuses(doubled))
        }
        #expect(refuses(blocks.reversed()))
        for _ in 0..<30 {
            var damaged = blocks
            let index = Int(random.below(UInt64(blocks.count)))
            let position = Int(random.below(UInt64(min(damaged[index].count, 4_000))))
            damaged[index][position] ^= UInt8(1 << random.below(8))
            #expect(refuses(damaged))
        }
    }

    @Test("Queries that a restoration interrupts are asked anew, and walks that it interrupts end without an end")
    func interrupted() throws {
        let store = Store(settings: Store.Settings(workPerSlice: 10))
        for index in 0..<1_000 { store.put("a\(index)", "") }
        guard case .unfinished(let cursor) = store.begin(.range(RangeRequest(.everything))),
            case .unfinished(let other) = store.begin(.range(RangeRequest(.everything)))
        else {
            Issue.record("a range of a thousand keys takes more than one step")
            return
        }
        var walk = store.beginSnapshot()
        let started = store.nextBlock(of: &walk)
        let source = Store()
        source.put("b", "1")
        store.beginRestore()
        for block in source.snapshot() { try block.withUnsafeBytes { try store.restore($0) } }
        try store.endRestore()
        store.abandon(other)
        #expect(started != nil)
        #expect(store.nextBlock(of: &walk) == nil)
        guard case .finished(let answer) = store.advance(cursor), case .range(let response) = answer.outcome else {
            Issue.record("the query is answered on the new state")
            return
        }
        #expect(response.keyValues.keyValues.map(\.keyText) == ["b"])
        #expect(store.status.pinnedReaders == 0)
    }
}

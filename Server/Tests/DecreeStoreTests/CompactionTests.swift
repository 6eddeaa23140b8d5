import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import PaxosLog
import Testing

@Suite("Compaction and memory", .timeLimit(.minutes(5)))
struct CompactionTests {
    @Test("A compaction is refused at or below the floor and above the current revision")
    func bounds() {
        let store = Store()
        for value in ["1", "2", "3"] { store.put("a", value) }
        #expect(store.compact(5) == .failure(.futureRevision, 4))
        #expect(store.compact(3) == .compacted(4))
        #expect(store.compact(3) == .failure(.compacted, 4))
        #expect(store.compact(2) == .failure(.compacted, 4))
        #expect(store.range(RangeRequest(.key("a"), revision: 3))?.keyValues.first?.valueText == "2")
    }

    @Test("Cleaning is done in steps, tells when it is finished and waits for readers")
    func reclaiming() {
        let store = Store(settings: Store.Settings(workPerSlice: 10))
        for round in 0..<3 { for index in 0..<1_000 { store.put("k\(index)", "\(round)") } }
        guard case .unfinished(let cursor) = store.begin(.range(RangeRequest(.everything, revision: 1_500))) else {
            Issue.record("a range of a thousand keys takes more than one step")
            return
        }
        store.compact(3_001)
        #expect(store.performMaintenance())
        #expect(store.status.reclaimedRevision == nil)
        store.clean()
        #expect(store.status.reclaimedRevision == 1_500)
        #expect(store.status.versionCount == 2_501)
        store.abandon(cursor)
        store.clean()
        #expect(store.status.reclaimedRevision == 3_001)
        #expect(store.status.versionCount == 1_000)
    }

    @Test("A deletion at the floor itself is kept, one below it is forgotten")
    func tombstones() {
        let store = Store()
        store.put("a", "1")
        store.delete(.key("a"))
        store.compact(3)
        store.clean()
        #expect(store.status.versionCount == 1)
        store.put("b", "1")
        store.compact(4)
        store.clean()
        #expect(store.status.versionCount == 1)
        #expect(store.range(RangeRequest(.everything))?.count == 1)
    }

    @Test("Memory comes back when keys are deleted and compacted, and keys can come again")
    func memory() {
        let store = Store()
        let empty = store.status.bytesInUse
        for round in 0..<3 {
            let value = String(repeating: "v", count: 100)
            for index in 0..<4_000 { store.put("key-\((index * 7_919) % 4_000)-\(round)", value) }
            let full = store.status
            #expect(full.keyCount == 4_000)
            store.delete(.prefix(Payload("key-1".utf8)))
            store.delete(.everything)
            store.put("last", "")
            store.delete(.key("last"))
            store.put("last", "")
            store.compact(store.status.currentRevision)
            store.clean()
            store.delete(.key("last"))
            store.put("end", "")
            store.compact(store.status.currentRevision)
            store.clean()
            #expect(store.status.versionCount == 1)
            #expect(store.status.bytesInUse < empty + 100_000)
            #expect(store.status.bytesReserved < full.bytesReserved / 2 + 4_000_000)
            store.delete(.key("end"))
        }
    }

    @Test("Keys of up to 100,000 bytes that begin alike, and values of megabytes, are held")
    func largeKeysAndValues() throws {
        let store = Store()
        var prefix = [UInt8](repeating: 0x61, count: 99_990)
        var keys: [Payload] = []
        for index in 0..<220 {
            prefix[50_000 + index % 7] ^= UInt8(index & 3)
            let key = Payload(prefix + Array(String(index).utf8))
            keys.append(key)
            store.apply(.put(PutRequest(key: key, value: Payload([UInt8(truncatingIfNeeded: index)]))))
        }
        let megabytes = Payload([UInt8](repeating: 7, count: 3 << 20))
        store.apply(.put(PutRequest(key: Payload("large".utf8), value: megabytes)))
        #expect(store.range(RangeRequest(.everything, countOnly: true))?.count == 221)
        #expect(store.range(RangeRequest(.key("large")))?.keyValues.first?.value == megabytes)
        func listed() -> [[UInt8]] {
            store.range(RangeRequest(.prefix(Payload([0x61])), keysOnly: true))?.keyValues.keyValues.map(\.key.bytes)
                ?? []
        }
        let sorted = keys.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(listed().isEmpty == false)
        #expect(listed() == sorted)
        for key in keys { #expect(store.range(RangeRequest(KeyRange(key: key)))?.count == 1) }
        #expect(TreeCheck.firstFault(in: store) == nil)
        let restored = try Store.restored(from: store.snapshot())
        #expect(restored.digest == store.digest)
        #expect(restored.range(RangeRequest(.everything)) == store.range(RangeRequest(.everything)))
        // Most go, so that leaves merge and separators of 50,000 bytes are freed.
        let between = KeyRange(key: Payload(sorted[5]), rangeEnd: Payload(sorted[200]))
        #expect(store.delete(between) == .deleteRange(store.status.currentRevision.rawValue, 195, []))
        store.put("large", "")
        store.compact(store.status.currentRevision)
        store.clean()
        #expect(listed() == Array(sorted[..<5] + sorted[200...]))
        #expect(TreeCheck.firstFault(in: store) == nil)
    }
}

@Suite("etcd's hash of the history", .timeLimit(.minutes(5)))
struct HashTests {
    private func pick(_ index: Int) -> String {
        if index % 142 == 30 { return "zenek" }
        if index % 71 == 30 { return "xavery" }
        return ["alice", "bob", "celine", "dominik", "eve", "frederica", "gorge"][index % 7]
    }

    /// The cycles of etcd's own test: puts, hash, compaction.
    private func hashes(at revision: (Int, Int) -> Int, cleaning: Bool) -> [UInt32] {
        let store = Store(settings: Store.Settings(workPerSlice: 20))
        var result: [UInt32] = []
        func cycle(_ start: Int, _ count: Int) {
            for index in start...(start + count) { store.put(pick(index), "\(index)") }
            let asked = revision(start, count)
            guard case .hashKV(let response) = store.ask(.hashKV(Revision(Int64(asked)))).outcome else {
                Issue.record("the history up to \(asked) is hashed")
                return
            }
            result.append(response.hash)
            store.compact(response.hashRevision)
            if cleaning { store.clean() }
        }
        for start in stride(from: 0, to: 1_210, by: 71) { cycle(start, 71) }
        cycle(1_278, 1_210)
        return result
    }

    @Test("The hash of etcd's own test sequence is etcd's, however far cleaning has come", arguments: [true, false])
    func atOldRevisions(cleaning: Bool) {
        let expected: [UInt32] = [
            4_082_599_214, 2_279_933_401, 3_284_231_217, 126_286_495, 900_108_730, 2_475_485_232, 1_226_296_507,
            2_503_661_030, 4_155_130_747, 106_915_399, 406_914_006, 1_882_211_381, 806_177_088, 664_311_366,
            1_496_914_449, 2_434_525_091, 3_988_652_253, 1_122_462_288, 724_436_716,
        ]
        #expect(hashes(at: { $0 + $1 / 2 }, cleaning: cleaning) == expected)
    }

    @Test("The same at the current revision", arguments: [true, false])
    func atCurrentRevision(cleaning: Bool) {
        let expected: [UInt32] = [
            1_913_897_190, 224_860_069, 1_565_167_519, 1_566_261_620, 2_037_173_024, 691_659_396, 2_713_730_748,
            3_919_322_507, 769_967_540, 2_909_194_793, 1_576_921_157, 4_067_701_532, 2_226_384_237, 2_923_408_134,
            2_680_329_256, 1_546_717_673, 2_713_657_846, 1_046_575_299, 2_017_735_779,
        ]
        #expect(hashes(at: { _, _ in 0 }, cleaning: cleaning) == expected)
    }

    @Test("Hashes below the floor and above the current revision are refused")
    func bounds() {
        let store = Store()
        for value in ["1", "2", "3"] { store.put("a", value) }
        store.compact(3)
        #expect(Shown(store.ask(.hashKV(2))) == .failure(.compacted, 4))
        #expect(Shown(store.ask(.hashKV(5))) == .failure(.futureRevision, 4))
        guard case .hashKV(let response) = store.ask(.hashKV(3)).outcome else {
            Issue.record("the floor itself is hashed")
            return
        }
        #expect(response.compactRevision == 3)
        #expect(response.hashRevision == 3)
    }
}

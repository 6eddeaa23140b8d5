import DecreeStore
import DecreeStoreSimulation
import DecreeTestSupport
import PaxosBase
import Testing

@Suite("Ranges", .timeLimit(.minutes(5)))
struct RangeTests {
    private static func filled(_ count: Int = 10) -> Store {
        let store = Store()
        for index in 0..<count { store.put(name(index), "v\(index)") }
        return store
    }

    private static func name(_ index: Int) -> String {
        let digits = String(index)
        return "k" + String(repeating: "0", count: 6 - digits.count) + digits
    }

    private func keys(_ store: Store, _ request: RangeRequest) -> [String]? {
        store.range(request)?.keyValues.keyValues.map(\.keyText)
    }

    @Test("Single keys, intervals, prefixes, open ends and everything select what they say; inverted ends nothing")
    func bounds() {
        let store = Store()
        for key in ["a", "aa", "ab", "b", "c"] { store.put(key, "") }
        #expect(keys(store, RangeRequest(.key("a"))) == ["a"])
        #expect(keys(store, RangeRequest(.from("aa", to: "b"))) == ["aa", "ab"])
        #expect(keys(store, RangeRequest(.prefix(Payload("a".utf8)))) == ["a", "aa", "ab"])
        #expect(keys(store, RangeRequest(.onwards("ab"))) == ["ab", "b", "c"])
        #expect(keys(store, RangeRequest(.everything))?.count == 5)
        #expect(keys(store, RangeRequest(.from("c", to: "a"))) == [])
        #expect(store.range(RangeRequest(.from("b", to: "b")))?.count == 0)
        #expect(KeyRange.prefix(Payload([1, 0xFF])).rangeEnd.bytes == [2])
        #expect(KeyRange.prefix(Payload([0xFF])).rangeEnd.bytes == [0])
    }

    @Test("A limit cuts, says that there is more, and leaves the count exact")
    func limits() {
        let store = Self.filled()
        let page = store.range(RangeRequest(.everything, limit: 3))
        #expect(page?.keyValues.count == 3)
        #expect(page?.more == true)
        #expect(page?.count == 10)
        let exact = store.range(RangeRequest(.everything, limit: 10))
        #expect(exact?.more == false)
        let filtered = store.range(RangeRequest(.everything, limit: 2, minModRevision: 9))
        #expect(filtered?.keyValues.keyValues.map(\.keyText) == [Self.name(7), Self.name(8)])
        #expect(filtered?.more == true)
        #expect(filtered?.count == 10)
    }

    @Test("Bounds of revisions are off at zero alone: nothing lies below a negative one")
    func negativeBounds() {
        let store = Self.filled()
        #expect(keys(store, RangeRequest(.everything, maxModRevision: -1)) == [])
        #expect(keys(store, RangeRequest(.key(Self.name(1)), maxCreateRevision: -5)) == [])
        #expect(store.range(RangeRequest(.everything, limit: 1, maxCreateRevision: -1))?.count == 10)
        #expect(keys(store, RangeRequest(.everything, minModRevision: -1, minCreateRevision: -1))?.count == 10)
    }

    @Test("Old revisions stay readable down to the floor, which a compaction moves at once")
    func history() {
        let store = Self.filled()
        store.delete(.everything)
        #expect(store.range(RangeRequest(.everything, revision: 6))?.count == 5)
        #expect(store.range(RangeRequest(.everything, revision: 6))?.revision == 12)
        store.compact(6)
        #expect(Shown(store.ask(.range(RangeRequest(.everything, revision: 5)))) == .failure(.compacted, 12))
        #expect(Shown(store.ask(.range(RangeRequest(.everything, revision: 13)))) == .failure(.futureRevision, 12))
        store.clean()
        #expect(keys(store, RangeRequest(.everything, revision: 6))?.count == 5)
    }

    @Test("keysOnly leaves out values alone, countOnly leaves out everything but the count")
    func stripped() {
        let store = Self.filled()
        let entry = store.range(RangeRequest(.everything, keysOnly: true))?.keyValues.first
        #expect(entry?.value.isEmpty == true)
        #expect(entry?.modRevision == 2)
        let counted = store.range(RangeRequest(.everything, limit: 3, countOnly: true))
        #expect(counted?.keyValues.isEmpty == true)
        #expect(counted?.more == false)
        #expect(counted?.count == 10)
    }

    @Test("Every target sorts in either direction, with equals in key order")
    func sorting() {
        let store = Store()
        for (key, value) in [("a", "3"), ("b", "1"), ("c", "2"), ("a", "2")] { store.put(key, value) }
        func order(_ target: RangeRequest.SortTarget, _ order: RangeRequest.SortOrder) -> String? {
            keys(store, RangeRequest(.everything, sortOrder: order, sortTarget: target))?.joined()
        }
        #expect(order(.key, .none) == "abc")
        #expect(order(.key, .descend) == "cba")
        #expect(order(.version, .none) == "bca")
        #expect(order(.version, .descend) == "abc")
        #expect(order(.create, .descend) == "cba")
        #expect(order(.mod, .ascend) == "bca")
        #expect(order(.value, .ascend) == "bac")
        #expect(order(.value, .descend) == "acb")
        #expect(keys(store, RangeRequest(.everything, limit: 1, sortOrder: .descend)) == ["c"])
    }

    @Test("Pages at a pinned revision add up to the range at that revision, with counts that fall by what was shown")
    func pages() {
        let store = Store(settings: Store.Settings(workPerSlice: 50))
        for index in 0..<5_000 { store.put(Self.name(index), "v") }
        let whole = keys(store, RangeRequest(.everything))
        var start = Payload([0])
        var revision = Revision.zero
        var collected: [String] = []
        while true {
            let request = RangeRequest(
                KeyRange(key: start, rangeEnd: Payload([0])), limit: 300, revision: revision)
            guard let page = store.range(request) else { break }
            if revision == .zero { revision = page.revision }
            #expect(page.count == 5_000 - collected.count)
            let entries = page.keyValues.keyValues
            collected += entries.map(\.keyText)
            guard page.more, let last = entries.last else { break }
            start = Payload(last.key.bytes + [0])
            store.delete(.key(Self.name(collected.count + 7)))
            store.put("k00" + String(collected.count) + "x", "new")
        }
        #expect(collected == whole)
    }

    @Test("A page before few changes is counted by them, however many deleted keys lie in its range")
    func countOverDeletedKeys() {
        let store = Store(settings: Store.Settings(workPerSlice: 100))
        for index in 0..<50_000 { store.put(Self.name(index), "") }
        store.delete(.everything)
        let revision = store.status.currentRevision
        for index in 0..<30 { store.put("z\(index)", "") }
        var steps = 0
        var step = store.begin(.range(RangeRequest(.onwards("a"), revision: revision, countOnly: true)))
        while case .unfinished(let cursor) = step {
            steps += 1
            step = store.advance(cursor)
        }
        #expect(steps < 10)
        guard case .finished(let answer) = step, case .range(let response) = answer.outcome else {
            Issue.record("the range is answered")
            return
        }
        #expect(response.count == 0)
    }

    @Test("Pages and deletions do not look at the deleted keys between those that exist")
    func deletedStretches() {
        let store = Store()
        let count = 250_000
        for index in 0..<count { store.put(Self.name(index), "") }
        store.delete(.everything)
        store.put(Self.name(0), "")
        store.put(Self.name(count - 1), "")
        let time = ProcessorTime()
        for _ in 0..<20_000 {
            let page = store.range(RangeRequest(.everything, limit: 1))
            #expect(page?.count == 2 && page?.more == true)
            let last = store.range(RangeRequest(.everything, limit: 1, sortOrder: .descend))
            #expect(last?.more == true)
            let between = store.apply(.deleteRange(DeleteRangeRequest(.from(Self.name(1), to: Self.name(count - 1)))))
            #expect(between?.revision == Revision(Int64(count) + 4))
        }
        #expect(time.comparableMilliseconds < 1_000)
    }

    @Test("A long answer is of one revision, whatever is changed and compacted between its steps")
    func isolation() {
        let store = Store(settings: Store.Settings(workPerSlice: 100))
        for index in 0..<3_000 { store.put(Self.name(index), "v") }
        guard let expected = keys(store, RangeRequest(.everything)),
            case .unfinished(let first) = store.begin(.range(RangeRequest(.everything)))
        else {
            Issue.record("a range of 3,000 keys takes more than one step")
            return
        }
        var cursor = first
        for index in 0... {
            store.put(Self.name(index * 3), "changed")
            store.delete(.key(Self.name(index * 5)))
            if index == 3 { store.compact(store.status.currentRevision) }
            store.clean()
            switch store.advance(cursor) {
            case .unfinished(let next): cursor = next
            case .finished(let answer):
                guard case .range(let response) = answer.outcome else {
                    Issue.record("a range is answered by one: \(answer.outcome)")
                    return
                }
                #expect(response.keyValues.keyValues.map(\.keyText) == expected)
                #expect(response.keyValues.keyValues.allSatisfy { $0.valueText == "v" })
                #expect(response.count == 3_000)
                #expect(answer.revision == 3_001)
                store.clean()
                #expect(store.status.reclaimedRevision == store.status.compactRevision)
                return
            }
        }
    }

    @Test("A long answer misses nothing when compaction frees the key at which it paused", arguments: 1...9)
    func pausesAtFreedKey(slice: Int) {
        let store = Store(settings: Store.Settings(workPerSlice: slice))
        for index in 0..<40 { store.put(Self.name(index), "v") }
        for index in stride(from: 0, to: 40, by: 2) { store.delete(.key(Self.name(index))) }
        let revision = store.status.currentRevision
        store.put("later", "v")
        let expected = stride(from: 1, to: 40, by: 2).map { Self.name($0) }
        guard case .unfinished(var cursor) = store.begin(.range(RangeRequest(.everything, revision: revision))) else {
            Issue.record("a range of 40 keys takes more than one step")
            return
        }
        store.compact(revision)
        store.clean()
        while true {
            switch store.advance(cursor) {
            case .unfinished(let next): cursor = next
            case .finished(let answer):
                guard case .range(let response) = answer.outcome else {
                    Issue.record("a range is answered by one: \(answer.outcome)")
                    return
                }
                return #expect(response.keyValues.keyValues.map(\.keyText) == expected)
            }
        }
    }

    @Test("An answer that would be too large is an error, not a heap of memory")
    func tooLarge() {
        let store = Store(settings: Store.Settings(responseByteLimit: 1_000))
        for index in 0..<100 { store.put(Self.name(index), "value") }
        #expect(Shown(store.ask(.range(RangeRequest(.everything)))) == .failure(.responseTooLarge, 101))
        let sorted = RangeRequest(.everything, sortOrder: .descend, sortTarget: .mod)
        #expect(Shown(store.ask(.range(sorted))) == .failure(.responseTooLarge, 101))
        #expect(store.range(RangeRequest(.everything, limit: 5))?.keyValues.count == 5)
        #expect(store.status.pinnedReaders == 0)
    }
}

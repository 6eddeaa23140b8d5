import DecreeStoreSimulation
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeStore

@Suite("How much an answer gathers, and how long a step takes", .timeLimit(.minutes(5)))
struct LimitTests {
    /// Twenty keys of about 100 bytes.
    private static func filled(_ settings: Store.Settings, count: Int = 20) -> Store {
        let store = Store(settings: settings)
        for index in 0..<count { store.put("k\(100_000 + index)", String(repeating: "v", count: 50)) }
        return store
    }

    private static func previous(_ key: String) -> RequestOperation {
        .put(PutRequest(key: Payload(key.utf8), value: Payload("new".utf8), previousKeyValue: true))
    }

    @Test("All ranges of a reading transaction share one limit")
    func readingTransaction() {
        let store = Self.filled(Store.Settings(responseByteLimit: 5_000))
        let everything = RequestOperation.range(RangeRequest(.everything))
        let nested = RequestOperation.txn(TxnRequest(success: [everything]))
        guard case .txn = Shown(store.ask(.txn(TxnRequest(success: [everything, .get("k100000")])))) else {
            Issue.record("once is not too much")
            return
        }
        for operations in [[everything, everything, everything], [everything, nested, nested]] {
            #expect(Shown(store.ask(.txn(TxnRequest(success: operations)))) == .failure(.responseTooLarge, 21))
        }
        #expect(store.state.gatheredByteCount == 0)
        #expect(store.status.pinnedReaders == 0)
    }

    @Test("All ranges and previous values of a writing transaction share one limit; beyond it the answer says so")
    func writingTransaction() {
        let range = RequestOperation.range(RangeRequest(.everything))
        let deletion = RequestOperation.deleteRange(DeleteRangeRequest(.everything, previousKeyValues: true))
        let puts = (0..<20).map { Self.previous("k\(100_000 + $0)") }
        let branches = [
            [range, range, range, .put("a", "")], [.put("a", ""), range, range, deletion],
            [range, .txn(TxnRequest(success: [range, range])), .put("a", "")], [range, range] + puts,
        ]
        for branch in branches {
            let store = Self.filled(Store.Settings(responseByteLimit: 5_000))
            let silent = Self.filled(Store.Settings())
            _ = silent.apply(.txn(TxnRequest(success: branch)), isAwaited: false)
            let answer = store.apply(.txn(TxnRequest(success: branch))).map(Shown.init)
            #expect(answer == .failure(.appliedResponseTooLarge, 22))
            #expect(store.digest == silent.digest)
        }
    }

    @Test("A deletion and a put that cannot show what was there say that they took effect")
    func previousValues() {
        let store = Self.filled(Store.Settings(responseByteLimit: 90))
        let deletion = DeleteRangeRequest(.from("k100001", to: "k100009"), previousKeyValues: true)
        #expect(store.apply(.deleteRange(deletion)).map(Shown.init) == .failure(.appliedResponseTooLarge, 22))
        #expect(store.range(RangeRequest(.everything, countOnly: true))?.count == 12)
        guard case .put(let put) = Self.previous("k100000") else { return }
        #expect(store.apply(.put(put)).map(Shown.init) == .failure(.appliedResponseTooLarge, 23))
        #expect(store.delete(.everything) == .deleteRange(24, 12, []))
    }

    @Test("The outputs of one batch of commands share a limit")
    func batches() {
        let store = Self.filled(Store.Settings(responseByteLimit: 4_000, gatheredByteLimit: 10_000))
        let request = TxnRequest(success: [.put("a", ""), .range(RangeRequest(.everything))])
        let commands = (1...10).map {
            ChosenCommand(slot: Slot($0), payload: StoreOperation.txn(request).encode(), isAwaited: true)
        }
        var outputs: [StoreOutput] = []
        store.apply(commands, into: &outputs)
        let refused = outputs.filter { $0.outcome == .failure(.appliedResponseTooLarge) }.count
        #expect(outputs.count == 10 && refused > 2 && refused < 9)
        #expect(store.status.currentRevision == 31)
    }

    @Test("Queries under way that hold too much together are refused, not those that hold little")
    func openQueries() {
        let store = Self.filled(Store.Settings(workPerSlice: 50, gatheredByteLimit: 1_000_000), count: 4_000)
        let questions: [StoreQuery] = [
            .range(RangeRequest(.everything)), .range(RangeRequest(.everything, sortTarget: .mod)),
            .txn(
                TxnRequest(success: [
                    .range(RangeRequest(.everything, limit: 1_000)), .range(RangeRequest(.everything)),
                ])),
        ]
        var open = (0..<12).compactMap { index -> StoreCursor? in
            if case .unfinished(let cursor) = store.begin(questions[index % 3]) { return cursor }
            return nil
        }
        #expect(open.count == 12)
        var refused = 0
        var answered = 0
        var highest = 0
        while !open.isEmpty {
            open.removeAll { cursor in
                guard case .finished(let answer) = store.advance(cursor) else { return false }
                if case .failure(.overloaded) = answer.outcome { refused += 1 } else { answered += 1 }
                return true
            }
            highest = max(highest, store.state.gatheredByteCount)
        }
        #expect(refused > 0 && answered > 0, "refused \(refused), answered \(answered)")
        #expect(highest > 500_000 && highest <= 1_000_000)
        #expect(store.state.gatheredByteCount == 0)
        #expect(store.status.pinnedReaders == 0)
        for question in questions {
            if case .failure(let error) = store.ask(question).outcome { Issue.record("alone it is answered: \(error)") }
        }
    }

    @Test("The oldest or newest of many keys is found without collecting all", arguments: [1, 7, 400])
    func oldestKeys(limit: Int) {
        let settings = Store.Settings(responseByteLimit: 150_000, workPerSlice: 300)
        let store = Self.filled(settings, count: 20_000)
        var random = SeededRandom(seed: UInt64(limit))
        for _ in 0..<20_000 { store.put("k\(100_000 + random.below(20_000))", "\(random.below(50))") }
        let targets: [RangeRequest.SortTarget] = [.version, .create, .mod]
        for target in targets {
            for order in [RangeRequest.SortOrder.ascend, .descend] {
                var request = RangeRequest(.everything, limit: limit, sortOrder: order, sortTarget: target)
                var highest = 0
                var step = store.begin(.range(request))
                while case .unfinished(let cursor) = step {
                    highest = max(highest, store.state.gatheredByteCount)
                    step = store.advance(cursor)
                }
                #expect(highest < 150_000)
                guard case .finished(let answer) = step, case .range(let found) = answer.outcome else {
                    Issue.record("the range is answered")
                    continue
                }
                request.limit = 0
                #expect(found.more && found.count == 20_000)
                let all = Self.sorted(store, request)
                #expect(found.keyValues.keyValues.map(\.key) == Array(all.prefix(limit)))
            }
        }
    }

    /// All keys in the order of `request`, sorted plainly.
    private static func sorted(_ store: Store, _ request: RangeRequest) -> [Payload] {
        var entries: [KeyValue] = []
        for index in stride(from: 100_000, to: 120_000, by: 500) {
            let range = KeyRange.from("k\(index)", to: "k\(index + 500)")
            entries += store.range(RangeRequest(range))?.keyValues.keyValues ?? []
        }
        func precedes(_ left: KeyValue, _ right: KeyValue) -> Bool {
            switch request.sortTarget {
            case .key: left.key.bytes.lexicographicallyPrecedes(right.key.bytes)
            case .version: left.version < right.version
            case .create: left.createRevision < right.createRevision
            case .mod: left.modRevision < right.modRevision
            case .value: left.value.bytes.lexicographicallyPrecedes(right.value.bytes)
            }
        }
        let isDescending = request.sortOrder == .descend
        return entries.enumerated().sorted { left, right in
            if precedes(left.element, right.element) { return !isDescending }
            if precedes(right.element, left.element) { return isDescending }
            return left.offset < right.offset
        }.map(\.element.key)
    }

    @Test("Long values that begin alike are compared and sorted in short steps")
    func longValues() {
        let store = Store(settings: Store.Settings(workPerSlice: 1_000))
        let value = [UInt8](repeating: 7, count: 200_000)
        for index in 0..<64 {
            store.apply(.put(PutRequest(key: Payload("\(index)".utf8), value: Payload(value + [UInt8(index % 9)]))))
        }
        let sorted = RangeRequest(.everything, sortTarget: .value, keysOnly: true)
        let compare = Compare(.everything, .greater, .value(Payload(value)))
        var sortedKeys: [[String]] = []
        for question in [StoreQuery.range(sorted), .txn(TxnRequest(compares: [compare]))] {
            var steps = 0
            var step = store.begin(question)
            while case .unfinished(let cursor) = step {
                steps += 1
                step = store.advance(cursor)
            }
            #expect(steps >= 10)
            guard case .finished(let answer) = step else { continue }
            if case .range(let response) = answer.outcome {
                sortedKeys.append(response.keyValues.keyValues.map(\.keyText))
            }
            if case .txn(let response) = answer.outcome { #expect(response.succeeded) }
        }
        let plainly = (0..<9).flatMap { last in
            (0..<64).filter { $0 % 9 == last }.map(String.init).sorted()
        }
        #expect(sortedKeys == [plainly])
    }

    @Test("A transaction that finds nothing takes steps too: comparisons, gets and nested transactions")
    func stepsOfTransactions() {
        let store = Self.filled(Store.Settings(workPerSlice: 100))
        let compare = Compare(.key("missing"), .equal, .version(0))
        let range = Compare(.from("x", to: "y"), .equal, .version(0))
        let nested = RequestOperation.txn(TxnRequest(success: [.txn(TxnRequest())]))
        let requests = [
            TxnRequest(compares: Array(repeating: compare, count: 2_000)),
            TxnRequest(compares: Array(repeating: range, count: 2_000)),
            TxnRequest(success: Array(repeating: .get("missing"), count: 2_000)),
            TxnRequest(success: Array(repeating: nested, count: 2_000)),
        ]
        for request in requests {
            var steps = 0
            var step = store.begin(.txn(request))
            while case .unfinished(let cursor) = step {
                steps += 1
                step = store.advance(cursor)
            }
            #expect(steps >= 20)
            if case .finished(let answer) = step, case .txn(let response) = answer.outcome {
                #expect(response.succeeded && response.responses.count == request.success.count)
            } else {
                Issue.record("the transaction is answered")
            }
        }
    }
}

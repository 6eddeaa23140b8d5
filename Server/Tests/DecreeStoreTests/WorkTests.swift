import DecreeStoreSimulation
import DecreeTestSupport
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeStore

@Suite("What one command may cost", .timeLimit(.minutes(5))) struct WorkTests {
    private static let keyCount = 50_000

    private static func filled(_ count: Int = keyCount) -> Store {
        let store = Store()
        for index in 0..<count { store.put("key/\(1_000_000 + index)", "value \(index &* 7_919 % 100_003)") }
        return store
    }

    /// Applies a transaction beside a replica where nobody waits for the answer.
    /// - Returns: What the asked replica answered, and the milliseconds of its processor that it took, as where the bounds were set.
    @discardableResult
    private func run(_ request: TxnRequest, on store: Store, _ other: Store) -> (Shown?, Double) {
        let clock = ProcessorTime()
        let output = store.apply(.txn(request))
        let spent = clock.comparableMilliseconds
        _ = other.apply(.txn(request), isAwaited: false)
        #expect(store.digest == other.digest)
        return (output.map { Shown($0) }, spent)
    }

    /// Fifty thousand keys, compared thirty thousand times over by nested transactions.
    private static func nestedComparisons() -> TxnRequest {
        let compare = Compare(.everything, .greater, .version(0))
        func nested(_ levels: Int) -> TxnRequest {
            let below = levels > 1 ? [RequestOperation.txn(nested(levels - 1))] : []
            return TxnRequest(
                compares: Array(repeating: compare, count: 32),
                success: Array(repeating: below, count: 31).flatMap { $0 })
        }
        var request = nested(3)
        request.success.append(.put("zz", ""))
        return request
    }

    private static func sortedRanges(_ target: RangeRequest.SortTarget, limit: Int = 0) -> TxnRequest {
        let range = RangeRequest(
            .everything, limit: limit, sortOrder: .ascend, sortTarget: target, keysOnly: true)
        return TxnRequest(success: [.put("zz", "")] + Array(repeating: .range(range), count: 127))
    }

    @Test("Commands that together are much work are done in several turns, to the same end as in one")
    func inTurns() {
        let (store, other) = (Self.filled(5_000), Self.filled(5_000))
        let scan = TxnRequest(compares: [Compare(.everything, .greater, .version(0))], success: [.put("zz", "")])
        let long = StoreOperation.txn(scan).encode()
        let short = StoreOperation.put(PutRequest(key: Payload("key".utf8), value: Payload("v".utf8))).encode()
        // Each scan is about 10,000 units, a put about 40.
        let payloads = Array(repeating: long, count: 60) + Array(repeating: short, count: 1_000)
        let commands = payloads.enumerated().map {
            ChosenCommand(slot: Slot(UInt64($0) + 1), payload: $1, isAwaited: $0 % 3 != 0)
        }
        var (outputs, expected): ([StoreOutput], [StoreOutput]) = ([], [])
        var counts: [Int] = []
        while counts.reduce(0, +) < commands.count {
            counts.append(store.apply(commands, from: counts.reduce(0, +), into: &outputs))
        }
        #expect(counts.count == 4 && counts[0] == counts[1] && (15...21).contains(counts[0]))
        other.apply(commands, into: &expected)
        #expect(outputs.map { Shown($0) } == expected.map { Shown($0) } && store.digest == other.digest)
    }

    @Test("However much work a command is, a turn does at least that one")
    func atLeastOne() {
        let store = Store(settings: Store.Settings(workPerTurn: 0))
        var outputs: [StoreOutput] = []
        let put = StoreOperation.put(PutRequest(key: Payload("key".utf8), value: Payload("v".utf8))).encode()
        let commands = (1...2).map { ChosenCommand(slot: Slot($0), payload: put, isAwaited: true) }
        #expect(store.apply(commands, from: 0, into: &outputs) == 1)
        #expect(store.apply(commands, from: 1, into: &outputs) == 1)
        #expect(outputs.map(\.revision) == [Revision(2), Revision(3)])
    }

    @Test("What would hold others up is refused on all replicas alike, soon, and changes nothing")
    func refused() {
        let (store, other) = (Self.filled(), Self.filled())
        let everything = RequestOperation.range(RangeRequest(.everything))
        let past = RequestOperation.range(RangeRequest(.everything, revision: Revision(10)))
        var deep = TxnRequest(success: [everything, .put("zz", "")])
        for _ in 0..<120 { deep = TxnRequest(success: [.txn(deep), everything]) }
        let requests = [
            Self.nestedComparisons(), Self.sortedRanges(.value), Self.sortedRanges(.value, limit: 1),
            Self.sortedRanges(.mod), Self.sortedRanges(.version, limit: 1), deep,
            TxnRequest(compares: Array(repeating: Compare(.everything, .greater, .version(0)), count: 128)),
            TxnRequest(success: [.put("zz", "")] + Array(repeating: past, count: 100)),
        ]
        let revision = store.status.currentRevision
        for (index, request) in requests.enumerated() {
            let (answer, spent) = run(request, on: store, other)
            #expect(answer == .failure(.tooMuchWork, revision.rawValue), "request \(index)")
            #expect(spent < 300, "request \(index)")
        }
        #expect(store.status.currentRevision == revision)
    }

    @Test("Half a thousand nested writes on a hundred levels are refused before anybody searches them for duplicates")
    func duplicates() {
        var next = 0
        func puts(_ count: Int) -> [RequestOperation] {
            (0..<count).map { _ in
                next += 1
                return .put("\(next)", "")
            }
        }
        var deep = TxnRequest(success: puts(2_000))
        for _ in 0..<100 { deep = TxnRequest(success: [.txn(deep)]) }
        let clock = ProcessorTime()
        #expect(throws: StoreError.tooMuchWork) { try deep.validate(maximumOperations: .max) }
        #expect(clock.comparableMilliseconds < 100)
    }

    @Test("What clients do of that kind is done, and within the time")
    func done() {
        let (store, other) = (Self.filled(), Self.filled())
        let oldest = RangeRequest(.everything, limit: 1, sortOrder: .ascend, sortTarget: .create)
        let isAbsent = Compare(.everything, .equal, .version(0))
        let requests = [
            // Of a range the first key decides.
            TxnRequest(compares: Array(repeating: isAbsent, count: 128), success: [.put("zz", "")]),
            TxnRequest(compares: [Compare(.everything, .greater, .version(0))], success: [.put("zz", "")]),
            TxnRequest(success: [.put("zz", ""), .range(oldest)]),
            TxnRequest(success: [.put("zz", ""), .range(RangeRequest(.everything, sortTarget: .value))]),
            TxnRequest(
                success: [.put("zz", "")] + (0..<127).map { _ in .range(RangeRequest(.everything, countOnly: true)) }),
            TxnRequest(
                success: [.put("zz", "")] + (0..<127).map { _ in .range(RangeRequest(.everything, limit: 100)) }),
        ]
        for (index, request) in requests.enumerated() {
            let (answer, spent) = run(request, on: store, other)
            if case .failure(let error, _)? = answer { Issue.record("request \(index): \(error)") }
            #expect(spent < 300, "request \(index)")
        }
    }

    @Test("Keys are counted as deleted once, however often they are")
    func deletions() {
        let (store, other) = (Self.filled(), Self.filled())
        let deletion = RequestOperation.deleteRange(DeleteRangeRequest(.everything, previousKeyValues: true))
        let (answer, spent) = run(TxnRequest(success: Array(repeating: deletion, count: 128)), on: store, other)
        if case .failure(let error, _)? = answer { Issue.record("\(error)") }
        #expect(store.status.keyCount == 0)
        #expect(spent < 300)
    }

    @Test("A deletion of more keys than others may be kept waiting for is refused; in parts it is done")
    func largeDeletion() {
        let store = Self.filled(300_100)
        #expect(
            store.apply(.deleteRange(DeleteRangeRequest(.everything))).map { Shown($0) }
                == .failure(.tooMuchWork, 300_101))
        let half = KeyRange.from("key/1", to: "key/1150000")
        guard case .deleteRange(_, 150_000, _)? = store.delete(half) else {
            Issue.record("half of it is not too much")
            return
        }
    }

    @Test("Long values that begin alike are not sorted in one piece; the answer says that the rest was done")
    func longValues() {
        let store = Store()
        let value = [UInt8](repeating: 7, count: 1_000_000)
        for index in 0..<60 {
            _ = store.apply(.put(PutRequest(key: Payload("\(index)".utf8), value: Payload(value + [UInt8(index)]))))
        }
        let range = RequestOperation.range(RangeRequest(.everything, sortTarget: .value, keysOnly: true))
        let request = TxnRequest(success: [.put("zz", "")] + Array(repeating: range, count: 100))
        let clock = ProcessorTime()
        #expect(store.apply(.txn(request)).map { Shown($0) } == .failure(.appliedResponseTooLarge, 62))
        #expect(clock.comparableMilliseconds < 400)
    }

    @Test("Large values are not kept by many puts at once")
    func keptValues() {
        let store = Store()
        let value = Payload([UInt8](repeating: 7, count: 1_000_000))
        for index in 0..<100 { _ = store.apply(.put(PutRequest(key: Payload("\(index)".utf8), value: value))) }
        func kept(_ count: Int) -> TxnRequest {
            TxnRequest(
                success: (0..<count).map {
                    .put(PutRequest(key: Payload("\($0)".utf8), value: Payload(), ignoreValue: true))
                })
        }
        #expect(store.apply(.txn(kept(100))).map { Shown($0) } == .failure(.tooMuchWork, 101))
        let clock = ProcessorTime()
        if case .failure(let error, _)? = store.apply(.txn(kept(90))).map({ Shown($0) }) { Issue.record("\(error)") }
        #expect(clock.comparableMilliseconds < 300)
    }

    @Test("Values of a command's answer take no more than may be gathered in one piece")
    func largeAnswers() {
        let store = Store()
        for index in 0..<70 {
            let value = Payload([UInt8](repeating: 7, count: 1_000_000))
            _ = store.apply(.put(PutRequest(key: Payload("\(index)".utf8), value: value)))
        }
        let everything = RequestOperation.range(RangeRequest(.everything))
        let clock = ProcessorTime()
        #expect(
            store.apply(.txn(TxnRequest(success: [.put("zz", ""), everything]))).map { Shown($0) }
                == .failure(.appliedResponseTooLarge, 72))
        #expect(clock.comparableMilliseconds < 200)
    }
}

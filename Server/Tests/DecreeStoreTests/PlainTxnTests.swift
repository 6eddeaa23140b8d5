import PaxosBase
import PaxosLog
import Testing

@testable import DecreeStore

@Suite("Transactions that run from the bytes of their command", .timeLimit(.minutes(5))) struct PlainTxnTests {
    private func put(_ key: String, previous: Bool = false) -> RequestOperation {
        .put(PutRequest(key: Payload(key.utf8), value: Payload("v\(key)".utf8), previousKeyValue: previous))
    }

    private func isPlain(_ request: TxnRequest) -> Bool {
        StoreOperation.txn(request).encode().withUnsafeBytes { bytes in
            var reader = OperationReader(bytes)
            _ = try? reader.kind()
            return PlainTxn(reader, on: StoreState(settings: Store.Settings())) != nil
        }
    }

    @Test("Few distinct puts, gets, one deletion of a key and comparisons of single keys are plain")
    func plain() {
        let key = KeyRange(key: Payload("a".utf8))
        let compares = [
            Compare(key, .equal, .modRevision(.zero)), Compare(key, .notEqual, .value(Payload("x".utf8))),
            Compare(key, .less, .lease(LeaseID(3))),
        ]
        let all: [RequestOperation] = [put("a", previous: true), put("b"), .range(RangeRequest(key, limit: 3))]
        #expect(isPlain(TxnRequest(compares: compares, success: all, failure: [.deleteRange(DeleteRangeRequest(key))])))
    }

    @Test("What could fail, or needs more than one look, goes the long way")
    func notPlain() {
        let key = KeyRange(key: Payload("a".utf8))
        let kept = PutRequest(key: Payload("a".utf8), value: Payload(), ignoreValue: true)
        let leased = PutRequest(key: Payload("a".utf8), value: Payload(), lease: LeaseID(1))
        let past = RangeRequest(key, revision: Revision(2))
        let sorted = RangeRequest(key, sortOrder: .descend)
        let long: [TxnRequest] = [
            TxnRequest(success: [put("a"), put("a")]), TxnRequest(failure: [.put(kept)]),
            TxnRequest(success: [.put(leased)]),
            TxnRequest(success: [put("a"), .deleteRange(DeleteRangeRequest(key))]), TxnRequest(success: [.range(past)]),
            TxnRequest(success: [.range(sorted)]), TxnRequest(success: [.txn(TxnRequest())]),
            TxnRequest(success: [.unset]), TxnRequest(success: [put("")]),
            TxnRequest(success: (0..<9).map { put("\($0)") }),
            TxnRequest(compares: [
                Compare(KeyRange(key: Payload("a".utf8), rangeEnd: Payload([0])), .equal, .version(1))
            ]),
            TxnRequest(success: [.range(RangeRequest(.everything, limit: 1))]),
            TxnRequest(success: [.deleteRange(DeleteRangeRequest(.everything))]),
            TxnRequest(success: Array(repeating: .range(RangeRequest(key)), count: 513)),
            TxnRequest(compares: [Compare(key, .unknown, .version(1))]),
            TxnRequest(compares: [Compare(key, .equal, .unknown)]),
        ]
        for request in long { #expect(!isPlain(request), "\(request)") }
    }

    @Test("Both ways give the same outputs and the same state over a thousand random transactions")
    func equalWays() throws {
        var random = SeededRandom(seed: 5)
        let (short, long) = (Store(), Store())
        for slot: UInt64 in 1...1_000 {
            let request = makeTxn(&random)
            let plain = StoreOperation.txn(request)
            // A nested transaction that does nothing sends the same work the long way.
            var nested = request
            nested.success.append(.txn(TxnRequest()))
            nested.failure.append(.txn(TxnRequest()))
            var first = output(of: plain, short, slot)
            var second = output(of: .txn(nested), long, slot)
            strip(&second)
            strip(&first)
            #expect(first == second, "\(request)")
            #expect(short.digest == long.digest)
        }
        #expect(short.status.currentRevision > Revision(300))
    }

    private func output(of operation: StoreOperation, _ store: Store, _ slot: UInt64) -> StoreOutput {
        var outputs: [StoreOutput] = []
        store.apply([ChosenCommand(slot: Slot(slot), payload: operation.encode(), isAwaited: true)], into: &outputs)
        return outputs[0]
    }

    /// Takes out what the nested transaction adds.
    private func strip(_ output: inout StoreOutput) {
        guard case .txn(var response) = output.outcome else { return }
        response.responses.removeAll { if case .txn = $0 { true } else { false } }
        output.outcome = .txn(response)
    }

    private func makeTxn(_ random: inout SeededRandom) -> TxnRequest {
        func key() -> Payload { Payload("k\(random.below(9))".utf8) }
        func operations() -> [RequestOperation] {
            if random.chance(1, in: 6) {
                return [.deleteRange(DeleteRangeRequest(KeyRange(key: key()), previousKeyValues: true))]
            }
            return (0..<random.below(4)).map { _ in
                random.chance(1, in: 3)
                    ? .range(RangeRequest(KeyRange(key: key()), limit: Int(random.below(3))))
                    : .put(PutRequest(key: key(), value: key(), previousKeyValue: random.chance(1, in: 2)))
            }
        }
        let compares = (0..<random.below(3)).map { _ -> Compare in
            let relation: Compare.Relation = [.equal, .greater, .less, .notEqual][Int(random.below(4))]
            let target: Compare.Target =
                [.version(Int64(random.below(4))), .modRevision(Revision(Int64(random.below(50)))), .value(key())][
                    Int(random.below(3))]
            return Compare(KeyRange(key: key()), relation, target)
        }
        return TxnRequest(compares: compares, success: operations(), failure: operations())
    }
}

import DecreeStore
import DecreeStoreSimulation
import DecreeTestSupport
import PaxosBase
import Testing

@Suite("Transactions", .timeLimit(.minutes(5)))
struct TxnTests {
    private func run(_ store: Store, _ request: TxnRequest) -> Shown? { store.apply(.txn(request)).map(Shown.init) }

    private func holds(_ store: Store, _ compare: Compare) -> Bool? {
        guard case .txn(_, let succeeded, _) = Shown(store.ask(.txn(TxnRequest(compares: [compare])))) else {
            return nil
        }
        return succeeded
    }

    @Test("Every target compares in every way, on present keys, missing keys and ranges")
    func compareTable() {
        let store = Store()
        store.put("a", "m")
        store.put("a", "n")
        store.put("b", "n")
        let relations: [Compare.Relation] = [.equal, .notEqual, .greater, .less]
        func table(_ range: KeyRange, _ target: Compare.Target) -> [Bool?] {
            relations.map { holds(store, Compare(range, $0, target)) }
        }
        #expect(table(.key("a"), .version(2)) == [true, false, false, false])
        #expect(table(.key("a"), .version(1)) == [false, true, true, false])
        #expect(table(.key("a"), .createRevision(3)) == [false, true, false, true])
        #expect(table(.key("a"), .modRevision(3)) == [true, false, false, false])
        #expect(table(.key("a"), .lease(0)) == [true, false, false, false])
        #expect(table(.key("a"), .value(Payload("m".utf8))) == [false, true, true, false])
        #expect(table(.key("x"), .version(0)) == [true, false, false, false])
        #expect(table(.key("x"), .createRevision(0)) == [true, false, false, false])
        #expect(table(.key("x"), .modRevision(1)) == [false, true, false, true])
        #expect(table(.key("x"), .value(Payload())) == [false, false, false, false])
        #expect(table(.from("a", to: "c"), .value(Payload("n".utf8))) == [true, false, false, false])
        #expect(table(.from("a", to: "c"), .version(1)) == [false, false, false, false])
        #expect(table(.from("x", to: "z"), .version(0)) == [true, false, false, false])
        #expect(table(.from("x", to: "z"), .value(Payload())) == [false, false, false, false])
        #expect(holds(store, Compare(.key("a"), .unknown, .version(7))) == true)
        #expect(holds(store, Compare(.key("a"), .equal, .unknown)) == true)
    }

    @Test("Operations run in order at one revision, and reads see what was written before them")
    func order() {
        let store = Store()
        store.put("a", "old")
        let answer = run(
            store,
            TxnRequest(success: [.get("a"), .put("a", "new"), .get("a"), .delete(.key("c")), .put("b", "1")]))
        guard case .txn(3, true, let parts)? = answer, parts.count == 5 else {
            Issue.record("five answers at revision 3: \(answer as Any)")
            return
        }
        guard case .range(2, let before, _, _) = parts[0], case .range(3, let after, _, _) = parts[2] else {
            Issue.record("the headers tell before from after")
            return
        }
        #expect(before.map(\.valueText) == ["old"])
        #expect(after.map(\.valueText) == ["new"])
        #expect(parts[3] == .deleteRange(3, 0, []))
        #expect(parts[4] == .put(3, []))
        #expect(store.range(RangeRequest(.everything))?.keyValues.keyValues.map(\.modRevision) == [3, 3])
    }

    @Test("All branches are decided on the state before the transaction")
    func nesting() {
        let store = Store()
        let nested = TxnRequest(
            compares: [Compare(.key("a"), .equal, .createRevision(0))], success: [.put("b", "missing")],
            failure: [.put("b", "present")])
        let answer = run(store, TxnRequest(success: [.put("a", "1"), .txn(nested), .get("b")]))
        guard case .txn(2, true, let parts)? = answer else {
            Issue.record("the transaction runs: \(answer as Any)")
            return
        }
        #expect(parts[1] == .txn(2, true, [.put(2, [])]))
        #expect(store.range(RangeRequest(.key("b")))?.keyValues.first?.valueText == "missing")
    }

    @Test("What cannot be done makes the whole transaction fail without effect")
    func allOrNothing() {
        let store = Store()
        store.put("a", "1")
        store.put("a", "2")
        store.compact(3)
        let ignoring = PutRequest(key: Payload("a".utf8), value: Payload(), ignoreValue: true)
        let cases: [(RequestOperation, StoreError)] = [
            (.range(RangeRequest(.key("a"), revision: 2)), .compacted),
            (.range(RangeRequest(.key("a"), revision: 4)), .futureRevision),
            (.put(PutRequest(key: Payload("x".utf8), value: Payload(), ignoreValue: true)), .keyNotFound),
            (.put(PutRequest(key: Payload("x".utf8), value: Payload(), lease: 9)), .leaseNotFound),
            (.txn(TxnRequest(success: [.range(RangeRequest(.key("a"), revision: 9))])), .futureRevision),
        ]
        for (operation, error) in cases {
            let digest = store.digest
            #expect(run(store, TxnRequest(success: [.put("b", "1"), operation])) == .failure(error, 3))
            #expect(store.digest == digest)
        }
        let deletedBefore = TxnRequest(success: [.delete(.onwards("a")), .put(ignoring)])
        #expect(run(store, deletedBefore) == .failure(.keyNotFound, 3))
        #expect(store.range(RangeRequest(.everything))?.count == 1)
    }

    @Test("A range within a transaction may name the current revision, and then does not see its writes")
    func explicitRevision() {
        let store = Store()
        store.put("a", "old")
        let request = TxnRequest(success: [.put("a", "new"), .range(RangeRequest(.key("a"), revision: 2))])
        guard case .txn(3, true, let parts)? = run(store, request), case .range(3, let found, _, 1) = parts[1] else {
            Issue.record("the transaction runs")
            return
        }
        #expect(found.map(\.valueText) == ["old"])
    }

    @Test("Deleting everything and putting again in one transaction starts a new life")
    func deleteThenPut() {
        let store = Store()
        store.put("a", "1")
        store.put("b", "1")
        let request = TxnRequest(success: [.delete(.everything), .put("a", "2")])
        #expect(run(store, request) == .txn(4, true, [.deleteRange(4, 2, []), .put(4, [])]))
        let entry = store.range(RangeRequest(.everything))?.keyValues.first
        #expect(entry?.createRevision == 4)
        #expect(entry?.version == 1)
        store.compact(4)
        store.clean()
        #expect(store.range(RangeRequest(.everything, revision: 4))?.count == 1)
        store.put("c", "")
        store.compact(5)
        store.clean()
        #expect(store.status.versionCount == 2)
    }

    @Test("Too many operations, in any list and with what outer transactions took, are refused")
    func operationBudget() {
        let gets = [RequestOperation](repeating: .get("a"), count: 129)
        #expect(throws: StoreError.tooManyOperations) { try TxnRequest(success: gets).validate() }
        let allowed = Array(gets.prefix(64))
        #expect(throws: Never.self) {
            try TxnRequest(success: [.txn(TxnRequest(failure: Array(gets.prefix(127))))]).validate()
        }
        #expect(throws: StoreError.tooManyOperations) {
            try TxnRequest(success: allowed + [.txn(TxnRequest(failure: allowed))]).validate()
        }
        var deep = TxnRequest()
        for _ in 0..<200 { deep = TxnRequest(success: [.txn(deep)]) }
        #expect(throws: StoreError.tooManyOperations) { try deep.validate() }
        #expect(throws: Never.self) { try deep.validate(maximumOperations: 1_000) }
        for _ in 0..<100 { deep = TxnRequest(success: [.txn(deep)]) }
        #expect(throws: StoreError.tooManyOperations) { try deep.validate(maximumOperations: 1_000) }
    }

    @Test("A branch that writes a key twice is refused, and etcd's exceptions pass")
    func duplicates() {
        func validate(_ operations: RequestOperation...) -> StoreError? {
            do throws(StoreError) {
                try TxnRequest(success: operations).validate()
                return nil
            } catch {
                return error
            }
        }
        let put = RequestOperation.put("b", "")
        func nested(_ success: [RequestOperation], _ failure: [RequestOperation] = []) -> RequestOperation {
            .txn(TxnRequest(success: success, failure: failure))
        }
        #expect(validate(put, put) == .duplicateKey)
        #expect(validate(put, nested([put])) == .duplicateKey)
        #expect(validate(put, nested([], [put])) == .duplicateKey)
        #expect(validate(nested([put]), nested([put])) == .duplicateKey)
        #expect(validate(put, .delete(.from("a", to: "c"))) == .duplicateKey)
        #expect(validate(put, nested([.delete(.key("b"))])) == .duplicateKey)
        #expect(validate(nested([.delete(.key("b"))]), nested([put])) == .duplicateKey)
        #expect(validate(nested([put], [put])) == nil)
        #expect(validate(nested([put]), nested([.delete(.key("b"))])) == nil)
        #expect(validate(.delete(.key("a")), .delete(.from("a", to: "c"))) == nil)
        #expect(validate(put, .delete(.from("c", to: "z"))) == nil)
        #expect(validate(.delete(.onwards("a")), put) == nil)
        #expect(validate(.unset) == .keyNotFound)
        #expect(validate(nested([.get("")])) == .keyNotProvided)
    }

    @Test("Transactions that only read run as queries, others do not")
    func readOnly() {
        let store = Store()
        store.put("a", "1")
        let reading = TxnRequest(success: [.get("a"), .txn(TxnRequest(success: [.get("b")]))])
        #expect(reading.isReadOnly)
        guard case .txn(2, true, let parts) = Shown(store.ask(.txn(reading))) else {
            Issue.record("a reading transaction answers")
            return
        }
        #expect(parts.count == 2)
        #expect(parts[1] == .txn(2, true, [.range(2, [], false, 0)]))
        let writing = TxnRequest(failure: [.put("a", "")])
        #expect(Shown(store.ask(.txn(writing))) == .failure(.notReadOnly, 2))
    }

    /// Operations by the thousands, below a few nested transactions as a client may send them.
    private func nested(_ operations: [RequestOperation]) -> TxnRequest {
        let parts = stride(from: 0, to: operations.count, by: 100).map { start in
            RequestOperation.txn(TxnRequest(success: Array(operations[start..<min(start + 100, operations.count)])))
        }
        return TxnRequest(success: parts)
    }

    @Test(
        "As many deletions and puts as one transaction may have and puts are checked in well under the time of a step for each pair"
    )
    func manyWrites() {
        func key(_ index: Int) -> String { String(1_000_000 + (index * 7_919) % 16_000) }
        let deletions = (0..<16_000).map { index in
            RequestOperation.delete(index % 2 == 0 ? .key(key(index)) : .from(key(index), to: key(index) + "x"))
        }
        let keeping = (0..<8_000).map { index in
            RequestOperation.put(PutRequest(key: Payload(("k" + key(index)).utf8), value: Payload(), ignoreValue: true))
        }
        let store = Store()
        for index in 0..<8_000 { store.put("k" + key(index), "kept") }
        let time = ProcessorTime()
        #expect(throws: Never.self) { try nested(deletions).validate(maximumOperations: .max) }
        #expect(throws: StoreError.duplicateKey) {
            try nested(deletions + [.put(key(15_998), "")]).validate(maximumOperations: .max)
        }
        let answer = run(store, nested(deletions + keeping))
        guard case .txn(8_002, true, _)? = answer else {
            Issue.record("the transaction runs")
            return
        }
        #expect(time.comparableMilliseconds < 2_000)
    }

    @Test("Puts that keep a value see what the same transaction did to their key last, one by one or by ranges")
    func earlierWrites() {
        var random = SeededRandom(seed: 8)
        func key() -> String { String(Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(random.below(12))))) }
        var outcomes: Set<Bool> = []
        for _ in 0..<3_000 {
            let store = Store()
            var model = StoreModel()
            for _ in 0..<4 {
                let put = StoreOperation.put(PutRequest(key: Payload(key().utf8), value: Payload()))
                store.apply(put)
                _ = model.apply(put)
            }
            let operations = (0..<1 + random.below(30)).map { _ in
                switch random.below(6) {
                case 0: RequestOperation.delete(.key(key()))
                case 1: RequestOperation.delete(.from(key(), to: key()))
                case 2: RequestOperation.delete(random.chance(1, in: 6) ? .onwards(key()) : .key(key()))
                case 3, 4: RequestOperation.put(key(), "")
                default:
                    RequestOperation.put(PutRequest(key: Payload(key().utf8), value: Payload(), ignoreValue: true))
                }
            }
            // Each in a transaction of its own, as deletions that come later may be.
            let request = TxnRequest(success: operations.map { .txn(TxnRequest(success: [$0])) })
            let expected = model.apply(.txn(request))
            #expect(run(store, request) == expected)
            if case .failure(.keyNotFound, _) = expected { outcomes.insert(false) }
            if case .txn = expected { outcomes.insert(true) }
        }
        #expect(outcomes == [true, false])
    }
}

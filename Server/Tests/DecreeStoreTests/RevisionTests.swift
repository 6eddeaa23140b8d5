import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import Testing

@Suite("Revisions and the metadata of keys", .timeLimit(.minutes(5)))
struct RevisionTests {
    @Test("An empty store is at revision 1 and its first change is revision 2")
    func firstRevision() {
        let store = Store()
        #expect(store.range(RangeRequest(.everything))?.revision == 1)
        #expect(store.put("a", "1") == .put(2, []))
    }

    @Test("Failed transactions, empty deletions, reads and compactions leave the revision alone")
    func noBump() {
        let store = Store()
        store.put("a", "1")
        #expect(store.delete(.key("b")) == .deleteRange(2, 0, []))
        let failing = TxnRequest(
            compares: [Compare(.key("a"), .equal, .version(9))], success: [.put("a", "2")], failure: [.get("a")])
        guard case .txn(2, false, _)? = store.apply(.txn(failing)).map(Shown.init) else {
            Issue.record("a failed transaction that only reads stays at revision 2")
            return
        }
        #expect(store.compact(2) == .compacted(2))
        #expect(store.status.currentRevision == 2)
    }

    @Test("A key counts its puts from its creation, and a deletion ends its life")
    func metadata() {
        let store = Store()
        var seen: [(Int64, Int64, Int64)] = []
        func look() {
            guard let entry = store.range(RangeRequest(.key("a")))?.keyValues.first else { return }
            seen.append((entry.createRevision.rawValue, entry.modRevision.rawValue, entry.version))
        }
        store.put("a", "1")
        look()
        store.put("a", "2")
        look()
        store.delete(.key("a"))
        look()
        store.put("a", "3")
        look()
        #expect(seen.map { "\($0)" } == ["(2, 2, 1)", "(2, 3, 2)", "(5, 5, 1)"])
    }

    @Test("Putting the same value again is a change")
    func identicalPut() {
        let store = Store()
        store.put("a", "1")
        #expect(store.put("a", "1") == .put(3, []))
    }

    @Test("A deletion of many keys takes one revision, and shows them in key order when asked")
    func deletionOfMany() {
        let store = Store()
        for key in ["c", "a", "b", "d"] { store.put(key, key) }
        let request = DeleteRangeRequest(.from("a", to: "d"), previousKeyValues: true)
        guard case .deleteRange(6, 3, let previous)? = store.apply(.deleteRange(request)).map(Shown.init) else {
            Issue.record("three keys are deleted at revision 6")
            return
        }
        #expect(previous.map(\.keyText) == ["a", "b", "c"])
        #expect(store.put("e", "") == .put(7, []))
    }

    @Test("An empty value is a value")
    func emptyValue() {
        let store = Store()
        store.put("a", "")
        #expect(store.range(RangeRequest(.key("a")))?.count == 1)
    }
}

@Suite("Puts", .timeLimit(.minutes(5)))
struct PutTests {
    private func put(_ store: Store, _ change: (inout PutRequest) -> Void) -> Shown? {
        var request = PutRequest(key: Payload("a".utf8), value: Payload())
        change(&request)
        return store.apply(.put(request)).map(Shown.init)
    }

    @Test("The previous key-value is shown only when asked for and when there was one")
    func previous() {
        let store = Store()
        #expect(put(store) { $0.previousKeyValue = true } == .put(2, []))
        store.put("a", "x")
        guard case .put(4, let previous)? = put(store, { $0.previousKeyValue = true }) else {
            Issue.record("a put answers")
            return
        }
        #expect(previous.map(\.valueText) == ["x"])
        #expect(previous.map(\.version) == [2])
    }

    @Test("An ignored value is kept, and needs a key and no other value")
    func ignoreValue() {
        let store = Store()
        #expect(put(store) { $0.ignoreValue = true } == .failure(.keyNotFound, 1))
        store.put("a", "x")
        let withValue = put(store) {
            $0.ignoreValue = true
            $0.value = Payload("y".utf8)
        }
        #expect(withValue == .failure(.valueProvided, 2))
        #expect(put(store) { $0.ignoreValue = true } == .put(3, []))
        let entry = store.range(RangeRequest(.key("a")))?.keyValues.first
        #expect(entry?.valueText == "x")
        #expect(entry?.version == 2)
    }

    @Test("An ignored lease needs a key and no other lease, and unknown leases are refused")
    func leases() {
        let store = Store()
        #expect(put(store) { $0.ignoreLease = true } == .failure(.keyNotFound, 1))
        let withLease = put(store) {
            $0.ignoreLease = true
            $0.lease = 5
        }
        #expect(withLease == .failure(.leaseProvided, 1))
        #expect(put(store) { $0.lease = 5 } == .failure(.leaseNotFound, 1))
    }

    @Test("Requests without a key are refused")
    func emptyKeys() {
        let store = Store()
        let empty = KeyRange(key: Payload())
        #expect(put(store) { $0.key = Payload() } == .failure(.keyNotProvided, 1))
        #expect(store.delete(empty) == .failure(.keyNotProvided, 1))
        #expect(Shown(store.ask(.range(RangeRequest(empty)))) == .failure(.keyNotProvided, 1))
        #expect(throws: StoreError.keyNotProvided) { try RangeRequest(empty).validate() }
    }
}

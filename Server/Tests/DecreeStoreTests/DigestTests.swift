import DecreeStoreSimulation
import PaxosBase
import Testing

@testable import DecreeStore

@Suite("What the digest of the state covers", .timeLimit(.minutes(1)))
struct DigestTests {
    /// A state of one key, of which each field can be another.
    private struct Fields {
        var key = "key"
        var value = "value of more than sixteen bytes"
        var head = Version.Head(modRevision: 7, createRevision: 5, number: 2, lease: 0, subRevision: 0)
        var revision: Int64 = 9
        var floor: Int64 = 3
        var members = [MemberAttributes(memberID: 1, name: "one", clientURLs: ["http://one", "http://two"])]

        var digest: StateDigest {
            var state = StoreState(settings: Store.Settings())
            let node = Array(key.utf8).withUnsafeBytes { KeyNode.make(key: ByteSpan($0), in: &state.slabs) }
            let bytes = Array(value.utf8)
            let version = Version.make(head, valueLength: bytes.count, key: node, in: &state.slabs)
            bytes.withUnsafeBytes { version.valueStart.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            version.hash = version.computeHash()
            state.digestSum.add(version)
            state.revision = revision
            state.floor = floor
            for member in members { state.members.publish(member) }
            return state.digest
        }

        func with(_ change: (inout Fields) -> Void) -> Fields {
            var fields = self
            change(&fields)
            return fields
        }
    }

    /// Every field of the replicated state, changed alone. Which change of its revision it was is told by the order of the
    /// log, which snapshots sum up apart (``Version/historyHash``).
    private static let changes: [(field: String, fields: Fields)] = {
        let fields = Fields()
        return [
            ("nothing", fields),
            ("key", fields.with { $0.key = "kez" }),
            ("key, longer", fields.with { $0.key = "key\0" }),
            ("value", fields.with { $0.value = "value of more than sixteen bytez" }),
            ("value, shorter", fields.with { $0.value.removeLast() }),
            ("value, its first byte", fields.with { $0.value = "walue of more than sixteen bytes" }),
            ("mod revision", fields.with { $0.head.modRevision = 8 }),
            ("create revision", fields.with { $0.head.createRevision = 6 }),
            ("version", fields.with { $0.head.number = 3 }),
            ("lease", fields.with { $0.head.lease = 1 }),
            ("another lease", fields.with { $0.head.lease = 2 }),
            ("revision", fields.with { $0.revision = 10 }),
            ("floor", fields.with { $0.floor = 4 }),
            ("no floor", fields.with { $0.floor = -1 }),
            ("member's identifier", fields.with { $0.members[0].memberID = 2 }),
            ("member's name", fields.with { $0.members[0].name = "two" }),
            ("member's address", fields.with { $0.members[0].clientURLs[0] = "http://three" }),
            ("member's addresses", fields.with { $0.members[0].clientURLs.removeLast() }),
            ("no member", fields.with { $0.members = [] }),
        ]
    }()

    @Test("No two states that differ in one field have one digest, and neither half of it is alike")
    func everyField() {
        for (index, change) in Self.changes.enumerated() {
            for other in Self.changes[..<index] {
                let (digest, former) = (change.fields.digest, other.fields.digest)
                #expect(digest.low != former.low, "\(change.field) against \(other.field)")
                #expect(digest.high != former.high, "\(change.field) against \(other.field)")
            }
        }
    }

    @Test("Through requests: every change of the state shows, and what changes nothing does not")
    func throughRequests() {
        let store = Store()
        var seen: Set<StateDigest> = [store.digest]
        func changes(_ operation: StoreOperation, _ isChanged: Bool = true) {
            store.apply(operation)
            #expect(seen.insert(store.digest).inserted == isChanged, "after \(seen.count) states")
        }
        let put = PutRequest(key: Payload("a".utf8), value: Payload("1".utf8))
        changes(.put(put))
        changes(.put(put))
        changes(.put(PutRequest(key: put.key, value: Payload(), ignoreValue: true)))
        changes(.deleteRange(DeleteRangeRequest(.key("b"))), false)
        changes(.txn(TxnRequest(success: [.get("a")])), false)
        changes(.compact(CompactionRequest(revision: 2)))
        changes(.compact(CompactionRequest(revision: 2)), false)
        changes(.deleteRange(DeleteRangeRequest(.key("a"))))
        changes(.put(put))
        changes(.txn(TxnRequest(success: [.put("b", "2"), .put("c", "3")])))
        changes(.publishMember(MemberAttributes(memberID: 1, name: "one", clientURLs: [])))
        changes(.publishMember(MemberAttributes(memberID: 1, name: "one", clientURLs: [])), false)
    }

    @Test("A restored store and its original hold the same in memory, after a compaction and its cleaning too")
    func physically() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            var generator = RequestGenerator(
                seed: seed, keyCount: 300, keySpace: seed % 2 == 0 ? .short : .sharedPrefixes)
            let original = Store()
            for _ in 0..<40 { original.apply(.txn(generator.manyPuts())) }
            for _ in 0..<10 { original.apply(.txn(generator.manyDeletions())) }
            let current = original.status.currentRevision.rawValue
            original.compact(Revision(current / 2))
            let copy = try Store.restored(from: original.snapshot())
            for store in [original, copy] { store.clean() }
            expectSame(original, copy, "restored")
            for _ in 0..<10 {
                let operation = StoreOperation.txn(generator.manyPuts())
                for store in [original, copy] { store.apply(operation) }
            }
            for store in [original, copy] {
                store.compact(store.status.currentRevision)
                store.clean()
            }
            expectSame(original, copy, "compacted behind it")
        }
    }

    private func expectSame(_ original: Store, _ copy: Store, _ when: Comment) {
        #expect(original.snapshot() == copy.snapshot(), when)
        #expect(original.digest == copy.digest, when)
        #expect(original.status.versionCount == copy.status.versionCount, when)
        #expect(original.status.keyCount == copy.status.keyCount, when)
        #expect(original.status.liveBytes == copy.status.liveBytes, when)
        #expect(original.state.tree.keyCount == copy.state.tree.keyCount, when)
        for store in [original, copy] { #expect(TreeCheck.firstFault(in: store) == nil, when) }
    }
}

import DecreeStoreSimulation
import PaxosBase
import Testing

@testable import DecreeStore

@Suite("What a command may cost, told before it is proposed", .timeLimit(.minutes(5))) struct WorkEstimateTests {
    private let store: Store

    init() {
        store = Store()
        for index in 0..<5_000 { store.put("key/\(1_000_000 + index)", "value") }
    }

    private func isShort(_ operation: StoreOperation) -> Bool { store.isShort(operation.encode()) }

    private func milliseconds(_ operation: StoreOperation) -> Double {
        Double(store.timeToApply(operation.encode()).nanoseconds) / 1e6
    }

    @Test("Puts, deletions of a key and transactions of a few single keys are short, whatever the store holds")
    func short() {
        let put = PutRequest(key: Payload("key".utf8), value: Payload("v".utf8))
        let plain = TxnRequest(
            compares: [Compare(.key("key"), .equal, .version(1))], success: [.put("key", "1")],
            failure: [.range(RangeRequest(.key("key")))])
        #expect(isShort(.put(put)) && isShort(.deleteRange(DeleteRangeRequest(.key("key")))) && isShort(.txn(plain)))
        #expect(isShort(.compact(CompactionRequest(revision: Revision(2)))))
        #expect(store.isShort(AskedOperation(.put(put), by: Asker(user: "u", rolesRevision: 1)).encode()))
        #expect(store.isShort(Payload([200, 1])), "what nobody understands changes nothing")
    }

    @Test("Others take as long as their ranges have keys")
    func long() {
        let scan = TxnRequest(
            compares: Array(repeating: Compare(.everything, .greater, .version(0)), count: 10),
            success: [.put("zz", "")])
        let deletion = StoreOperation.deleteRange(DeleteRangeRequest(.everything))
        let single = StoreOperation.deleteRange(DeleteRangeRequest(.from("key/1000010", to: "key/1000020")))
        #expect(!isShort(.txn(scan)) && !isShort(deletion) && !isShort(single))
        #expect((7...8).contains(milliseconds(.txn(scan))))
        #expect((1...2).contains(milliseconds(deletion)) && milliseconds(single) < 0.1)
        let nested = TxnRequest(success: [.txn(scan), .range(RangeRequest(.everything, sortTarget: .value))])
        #expect((10...13).contains(milliseconds(.txn(nested))))
    }

    @Test("Nothing is counted for long: what is very long counts as the longest that there is")
    func veryLong() {
        let many = TxnRequest(
            compares: Array(repeating: Compare(.everything, .greater, .version(0)), count: 9_000),
            success: [.put("zz", "")])
        let payload = StoreOperation.txn(many).encode()
        #expect(payload.count > 64 << 10 && store.timeToApply(payload) == .milliseconds(75))
        #expect(store.timeToApply(Payload([3, 9])) == .zero)
    }
}

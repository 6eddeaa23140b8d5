import PaxosBase
import PaxosLog
import Testing

@testable import DecreeStore

@Suite("Who asks", .timeLimit(.minutes(5))) struct AskerTests {
    private let asker = Asker(user: "alice", rolesRevision: 7)
    private let operations: [StoreOperation] = [
        .put(PutRequest(key: Payload("k".utf8), value: Payload("v".utf8))),
        .deleteRange(DeleteRangeRequest(KeyRange(key: Payload("k".utf8)))),
        .txn(TxnRequest(success: [.put(PutRequest(key: Payload("k".utf8), value: Payload()))])),
        .txn(TxnRequest(success: [.txn(TxnRequest())])), .compact(CompactionRequest(revision: 1)),
    ]

    @Test("An operation without an asker is what it was before there were any, byte for byte")
    func absent() throws {
        for operation in operations {
            #expect(AskedOperation(operation, by: nil).encode() == operation.encode())
            #expect(try AskedOperation(decoding: operation.encode()) == AskedOperation(operation, by: nil))
        }
    }

    @Test("An asker comes back with the operation, and applying it gives what the operation alone gives")
    func present() throws {
        let (plain, asked) = (Store(), Store())
        for (index, operation) in operations.enumerated() {
            let payload = AskedOperation(operation, by: asker).encode()
            #expect(try AskedOperation(decoding: payload) == AskedOperation(operation, by: asker))
            #expect(try StoreOperation(decoding: payload) == operation)
            #expect(output(of: payload, asked, index) == output(of: operation.encode(), plain, index))
            #expect(plain.digest == asked.digest)
        }
    }

    @Test("An asker that is cut, or that asks for another asker, is no operation and changes nothing")
    func malformed() {
        let payload = AskedOperation(operations[0], by: asker).encode()
        let store = Store()
        for count in 1..<payload.count {
            let outcome = output(of: payload.slice(0..<count), store, count).outcome
            #expect(outcome == .failure(.malformedOperation))
        }
        let twice = Payload(payload.bytes[..<15] + payload.bytes)
        #expect(output(of: twice, store, 99).outcome == .failure(.unknownOperation(kind: 6)))
        #expect(store.status.currentRevision == .initial)
    }

    private func output(of payload: Payload, _ store: Store, _ slot: Int) -> StoreOutput {
        var outputs: [StoreOutput] = []
        store.apply([ChosenCommand(slot: Slot(UInt64(slot) + 1), payload: payload, isAwaited: true)], into: &outputs)
        return outputs[0]
    }
}

import DecreeStore
import DecreeStoreSimulation
import PaxosBase
import Testing

@Suite("Operations in the log", .timeLimit(.minutes(5)))
struct OperationTests {
    @Test("Every operation reads back as it was written, sharing the buffer")
    func roundTrip() throws {
        var generator = RequestGenerator(seed: 5)
        for _ in 0..<1_000 {
            let operation = generator.operation(floor: 3, current: 50)
            let payload = operation.encode()
            #expect(payload.count == operation.encodedByteCount)
            #expect(try StoreOperation(decoding: payload) == operation)
        }
    }

    @Test("An operation of a later version is answered with an error and changes nothing")
    func laterKinds() {
        let store = Store()
        for kind in [UInt8(0), 77, 0x80, 0x81, 255] {
            let output = store.apply(payload: Payload([kind, 1, 2, 3]))
            #expect(output.map(Shown.init) == .failure(.unknownOperation(kind: kind), 1))
        }
    }

    @Test("Damaged operations are answered alike by all replicas and crash none")
    func damage() {
        var generator = RequestGenerator(seed: 17, keySpace: .short)
        let first = Store()
        let second = Store()
        var refused = 0
        for index in 0..<4_000 {
            let status = first.status
            let operation = generator.operation(
                floor: status.compactRevision?.rawValue ?? -1, current: status.currentRevision.rawValue)
            var bytes = operation.encode().bytes
            if bytes.count > 5_000 { continue }
            switch index % 4 {
            case 0: bytes.removeLast(Int(generator.choices.below(UInt64(bytes.count))) + 1)
            case 1: bytes[Int(generator.choices.below(UInt64(bytes.count)))] ^= UInt8(1 << generator.choices.below(8))
            case 2: bytes = (0..<generator.choices.below(60)).map { _ in UInt8(generator.choices.below(6)) }
            default: bytes.append(0)
            }
            let outputs = [first, second].map { $0.apply(payload: Payload(bytes)) }
            #expect(outputs[0] == outputs[1])
            if case .failure(.malformedOperation)? = outputs[0]?.outcome { refused += 1 }
        }
        #expect(refused > 1_000)
        #expect(first.digest == second.digest)
    }
}

import DecreeRPC
import DecreeStore
import Foundation
import PaxosBase
import SwiftProtobuf
import Testing

@testable import DecreeEtcd

@Suite("Transactions that are carried over without a tree") struct PlainTxnMessageTests {
    /// What the long way makes of the same message.
    private func longWay(_ bytes: UnsafeRawBufferPointer) throws(RPCStatus) -> (Payload, isReadOnly: Bool) {
        try MessageReader.read(bytes) { (reader, bytes) throws(RPCStatus) in
            let request = try reader.txn(bytes)
            do throws(StoreError) { try request.validate() } catch { throw RPCStatus(error) }
            return (StoreOperation.txn(request).encode(), request.isReadOnly)
        }
    }

    @Test("Whatever is carried over is byte for byte what the long way writes, over ten thousand random transactions")
    func equalBytes() throws {
        var random = SeededRandom(seed: 9)
        var carried = 0
        for _ in 0..<10_000 {
            let bytes: [UInt8] = try makeTxn(&random).serializedBytes()
            try bytes.withUnsafeBytes { bytes in
                guard let payload = PlainTxnMessage(bytes, maximumOperations: 128)?.encode() else { return }
                carried += 1
                let (expected, isReadOnly) = try longWay(bytes)
                #expect(payload == expected && !isReadOnly)
            }
        }
        #expect(carried > 2_000)
    }

    @Test("A list that is too long, and a message that is cut, go the long way")
    func refused() throws {
        let message = EtcdTxnRequest.with {
            $0.success = (0..<3).map { index in .with { $0.requestPut = .with { $0.key = Data("k\(index)".utf8) } } }
        }
        let bytes: [UInt8] = try message.serializedBytes()
        bytes.withUnsafeBytes { bytes in
            #expect(PlainTxnMessage(bytes, maximumOperations: 3) != nil)
            #expect(PlainTxnMessage(bytes, maximumOperations: 2) == nil)
            for count in 1..<bytes.count where count % 8 != 0 {
                #expect(PlainTxnMessage(UnsafeRawBufferPointer(rebasing: bytes[..<count]), maximumOperations: 3) == nil)
            }
        }
    }

    @Test("A target that nobody knows goes the long way, whatever its number", arguments: [-1, -4, 5, .min, .max])
    func strangeTargets(target: Int32) throws {
        for field: UInt8 in [4, 5, 6, 7, 8] {
            // A comparison of the key k, by hand: the generated type would not write such a number.
            let operand: [UInt8] = field == 7 ? [field << 3 | 2, 1, 1] : [field << 3, 1]
            var varint: [UInt8] = []
            var rest = UInt64(bitPattern: Int64(target))
            while rest > 127 {
                varint.append(UInt8(rest & 127) | 128)
                rest >>= 7
            }
            varint.append(UInt8(rest))
            let compare: [UInt8] = [0x10] + varint + [0x1A, 1, 0x6B] + operand
            let put: [UInt8] = [0x12, 5, 0x12, 3, 0x0A, 1, 0x6B]
            let message: [UInt8] = [0x0A, UInt8(compare.count)] + compare + put
            try message.withUnsafeBytes { bytes in
                #expect(PlainTxnMessage(bytes, maximumOperations: 128) == nil)
                let work = try RequestDecoder().decode(.transaction, bytes)
                guard case .operation = work else { return #expect(Bool(false), "\(work)") }
            }
        }
    }

    private func makeTxn(_ random: inout SeededRandom) -> EtcdTxnRequest {
        func key() -> Data { random.chance(1, in: 40) ? Data() : Data("k\(random.below(6))".utf8) }
        func operation() -> EtcdRequestOp {
            .with {
                switch random.below(12) {
                case 0..<7:
                    $0.requestPut = .with {
                        $0.key = key()
                        $0.value = Data(repeating: 7, count: Int(random.below(300)))
                        $0.prevKv = random.chance(1, in: 3)
                        $0.lease = random.chance(1, in: 30) ? 5 : 0
                        $0.ignoreValue = random.chance(1, in: 30)
                    }
                case 7, 8, 9:
                    $0.requestRange = .with {
                        $0.key = key()
                        $0.rangeEnd = random.chance(1, in: 2) ? Data([0]) : Data()
                        $0.limit = Int64(random.below(3))
                        $0.serializable = random.chance(1, in: 3)
                        $0.keysOnly = random.chance(1, in: 3)
                        $0.countOnly = random.chance(1, in: 3)
                        $0.revision = random.chance(1, in: 20) ? 3 : 0
                        $0.sortOrder = random.chance(1, in: 20) ? .descend : .none
                    }
                case 10:
                    $0.requestDeleteRange = .with {
                        $0.key = key()
                        $0.prevKv = random.chance(1, in: 2)
                    }
                default: if random.chance(1, in: 5) { $0.requestTxn = EtcdTxnRequest() }
                }
            }
        }
        func compare() -> EtcdCompare {
            .with {
                $0.key = key()
                $0.result = [.equal, .greater, .less, .notEqual][Int(random.below(4))]
                switch random.below(6) {
                case 0:
                    $0.target = .version
                    $0.version = 2
                case 1:
                    $0.target = .mod
                    $0.modRevision = 4
                case 2:
                    $0.target = .value
                    $0.value = Data("x".utf8)
                case 3:
                    $0.target = .lease
                    $0.lease = 1
                case 4: $0.target = .create
                default:
                    $0.target = .version
                    $0.modRevision = 4
                }
            }
        }
        return .with {
            $0.compare = (0..<random.below(3)).map { _ in compare() }
            $0.success = (0..<random.below(4)).map { _ in operation() }
            $0.failure = (0..<random.below(3)).map { _ in operation() }
        }
    }
}

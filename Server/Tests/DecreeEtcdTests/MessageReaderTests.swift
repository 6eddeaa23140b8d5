import DecreeRPC
import DecreeStore
import PaxosBase
import SwiftProtobuf
import Testing

@testable import DecreeEtcd

/// The hand-written reader against the generated messages.
@Suite struct MessageReaderTests {
    private func read<Result>(
        _ message: some Message, _ body: (inout MessageReader, UnsafeRawBufferPointer) throws(RPCStatus) -> Result
    ) throws -> Result {
        let bytes: [UInt8] = try message.serializedBytes()
        return try bytes.withUnsafeBytes { try MessageReader.read($0, body) }
    }

    @Test("A range is read as the generated code reads it", arguments: 0..<200 as Range<UInt64>)
    func ranges(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let message = messages.range()
        let isSerializable = try read(message) { (reader, bytes) throws(RPCStatus) in
            #expect(try reader.range(bytes) == Expected.range(message))
            return reader.serializableCount == 1
        }
        #expect(isSerializable == message.serializable)
    }

    @Test("A put is read as the generated code reads it", arguments: 0..<200 as Range<UInt64>)
    func puts(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let message = messages.put()
        let request = try read(message) { (reader, bytes) throws(RPCStatus) in try reader.put(bytes) }
        #expect(request == Expected.put(message))
    }

    @Test("A deletion is read as the generated code reads it", arguments: 0..<200 as Range<UInt64>)
    func deletions(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let message = messages.deleteRange()
        let request = try read(message) { (reader, bytes) throws(RPCStatus) in try reader.deleteRange(bytes) }
        #expect(request == Expected.deleteRange(message))
    }

    @Test("A transaction is read as the generated code reads it", arguments: 0..<200 as Range<UInt64>)
    func transactions(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let message = messages.txn(depth: 3)
        let request = try read(message) { (reader, bytes) throws(RPCStatus) in try reader.txn(bytes) }
        #expect(request == Expected.txn(message))
    }

    @Test("Fields that this version does not know are passed over, whatever their form")
    func unknownFields() throws {
        let unknown: [UInt8] = [
            0xF8, 0x06, 0x96, 0x01,  // 111: varint 150
            0xF9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8,  // 111: eight bytes
            0xFD, 0x06, 1, 2, 3, 4,  // 111: four bytes
            0xFA, 0x06, 0x03, 1, 2, 3,  // 111: three bytes
            0xFB, 0x06, 0x08, 0x01, 0x13, 0x14, 0xFC, 0x06,  // 111: a group with a field and a group in it
        ]
        let key: [UInt8] = try EtcdRangeRequest.with { $0.key = .init([1, 2]) }.serializedBytes()
        for bytes in [unknown + key, key + unknown] {
            let work = try bytes.withUnsafeBytes { try RequestDecoder().decode(.range, $0) }
            guard case .query(.range(let request), true) = work else {
                Issue.record("not a linearizable range: \(work)")
                return
            }
            #expect(request.range.key.bytes == [1, 2])
        }
    }

    @Test(
        "Bytes that are no message are refused with the code that gRPC uses",
        arguments: [
            [0x0A], [0x0A, 0x05, 1, 2], [0x08, 0x01], [0x00, 0x01], [0x18], [0x18, 0xFF],
            [0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x0C], [0x0B], [0x0B, 0x14], [0x0F],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        let error = #expect(throws: RPCStatus.self) {
            try bytes.withUnsafeBytes { try RequestDecoder().decode(.range, $0) }
        }
        #expect(error?.code == .internalError)
        #expect(error?.message.hasPrefix("grpc: error unmarshalling request: ") == true)
    }

    @Test("No cut or scrambled request does anything but be read or refused", arguments: 0..<30 as Range<UInt64>)
    func scrambled(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let whole: [UInt8] = try messages.txn(depth: 2).serializedBytes()
        let decoder = RequestDecoder()
        for length in stride(from: 0, through: whole.count, by: max(1, whole.count / 200)) {
            var bytes = Array(whole.prefix(length))
            for _ in 0..<messages.random.below(3) where !bytes.isEmpty {
                bytes[Int(messages.random.below(UInt64(bytes.count)))] = UInt8(messages.random.below(256))
            }
            for method in [EtcdMethod.transaction, .range, .put, .deleteRange, .compact] {
                _ = try? bytes.withUnsafeBytes { try decoder.decode(method, $0) }
            }
        }
    }

    @Test("Transactions nested deeper than the stack allows are refused before they are read")
    func depth() {
        var bytes: [UInt8] = []
        for _ in 0..<20_000 {
            // success { request_txn { ... } }
            bytes = [0x12] + varint(1 + varint(bytes.count).count + bytes.count) + [0x22] + varint(bytes.count) + bytes
            if bytes.count > 100_000 { break }
        }
        let error = #expect(throws: RPCStatus.self) {
            try bytes.withUnsafeBytes { try RequestDecoder().decode(.transaction, $0) }
        }
        #expect(error == EtcdError.tooManyOperations.status)
    }

    private func varint(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
    }
}

/// What the store should be asked for, made from the generated messages.
enum Expected {
    static func range(_ message: EtcdRangeRequest) -> RangeRequest {
        RangeRequest(
            KeyRange(key: Payload(message.key), rangeEnd: Payload(message.rangeEnd)), limit: Int(message.limit),
            revision: Revision(message.revision),
            sortOrder: RangeRequest.SortOrder(rawValue: UInt8(message.sortOrder.rawValue)) ?? .none,
            sortTarget: RangeRequest.SortTarget(rawValue: UInt8(message.sortTarget.rawValue)) ?? .key,
            keysOnly: message.keysOnly, countOnly: message.countOnly,
            minModRevision: Revision(message.minModRevision), maxModRevision: Revision(message.maxModRevision),
            minCreateRevision: Revision(message.minCreateRevision),
            maxCreateRevision: Revision(message.maxCreateRevision))
    }

    static func put(_ message: EtcdPutRequest) -> PutRequest {
        PutRequest(
            key: Payload(message.key), value: Payload(message.value), lease: LeaseID(message.lease),
            previousKeyValue: message.prevKv, ignoreValue: message.ignoreValue, ignoreLease: message.ignoreLease)
    }

    static func deleteRange(_ message: EtcdDeleteRangeRequest) -> DeleteRangeRequest {
        DeleteRangeRequest(
            KeyRange(key: Payload(message.key), rangeEnd: Payload(message.rangeEnd)), previousKeyValues: message.prevKv)
    }

    static func txn(_ message: EtcdTxnRequest) -> TxnRequest {
        TxnRequest(
            compares: message.compare.map(compare), success: message.success.map(operation),
            failure: message.failure.map(operation))
    }

    private static func operation(_ message: EtcdRequestOp) -> RequestOperation {
        switch message.request {
        case nil: .unset
        case .requestRange(let request): .range(range(request))
        case .requestPut(let request): .put(put(request))
        case .requestDeleteRange(let request): .deleteRange(deleteRange(request))
        case .requestTxn(let request): .txn(txn(request))
        }
    }

    private static func compare(_ message: EtcdCompare) -> Compare {
        // The accessors answer zero for an arm that is not set.
        let target: Compare.Target =
            switch message.target {
            case .version: .version(message.version)
            case .create: .createRevision(Revision(message.createRevision))
            case .mod: .modRevision(Revision(message.modRevision))
            case .value: .value(Payload(message.value))
            case .lease: .lease(LeaseID(message.lease))
            case .UNRECOGNIZED: .unknown
            }
        return Compare(
            KeyRange(key: Payload(message.key), rangeEnd: Payload(message.rangeEnd)),
            Compare.Relation(rawValue: UInt8(message.result.rawValue)) ?? .unknown, target)
    }
}

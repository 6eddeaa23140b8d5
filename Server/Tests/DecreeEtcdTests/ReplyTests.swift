import DecreeRPC
import Foundation
import PaxosBase
import SwiftProtobuf
import Testing

@testable import DecreeEtcd
@testable import DecreeStore

/// The hand-written writer against the generated messages.
@Suite struct ReplyTests {
    private let fields = HeaderFields(clusterID: 0xC1, memberID: UInt64.max, term: 3)

    private func list(_ keyValues: [MVCCKeyValue]) -> KeyValueList {
        let byteCount = keyValues.reduce(0) { $0 + EntryHeader.byteCount + $1.key.count + $1.value.count }
        let storage = KeyValueStorage(capacity: byteCount)
        for kv in keyValues {
            kv.key.withUnsafeBytes { key in
                kv.value.withUnsafeBytes { value in
                    storage.append(
                        KeyValueView(
                            key: key, value: value, createRevision: Revision(kv.createRevision),
                            modRevision: Revision(kv.modRevision), version: kv.version, lease: LeaseID(kv.lease)))
                }
            }
        }
        return KeyValueList(storage: storage)
    }

    private func keyValues(_ messages: inout RandomMessages, upTo limit: UInt64 = 6) -> [MVCCKeyValue] {
        (0..<messages.random.below(limit)).map { _ in
            var kv = MVCCKeyValue()
            kv.key = messages.bytes()
            kv.value = messages.bytes(upTo: messages.random.chance(1, in: 16) ? 20_000 : 300)
            kv.createRevision = messages.number()
            kv.modRevision = messages.number()
            kv.version = messages.number()
            kv.lease = messages.number()
            return kv
        }
    }

    private func header(_ revision: Int64) -> EtcdResponseHeader {
        .with {
            $0.clusterID = 0xC1
            $0.memberID = UInt64.max
            $0.revision = revision
            $0.raftTerm = 3
        }
    }

    private func nested(_ revision: Int64) -> EtcdResponseHeader { .with { $0.revision = revision } }

    private func expectEqual<Response: Message & Equatable>(_ reply: Reply, _ message: Response) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        #expect(reply.byteCount == bytes.count)
        #expect(reply.bytes == bytes)
        #expect(try Response(serializedBytes: reply.bytes) == message)
    }

    @Test(
        "A large answer is written in portions that make up the whole, a list cut between its entries, whatever is nested"
    )
    func portions() throws {
        var messages = RandomMessages(seed: 4)
        func entries(_ count: Int) -> [MVCCKeyValue] {
            (0..<count).map { number in
                .with {
                    $0.key = Data("key \(number)".utf8)
                    $0.value = messages.bytes(upTo: 3_000)
                    $0.modRevision = Int64(number)
                }
            }
        }
        let range = RangeResponse(revision: 7, keyValues: list(entries(700)), more: true, count: 900)
        let deletion = DeleteRangeResponse(revision: 7, deleted: 500, previous: list(entries(500)))
        let inner = TxnResponse(
            revision: 7, succeeded: false, responses: [.range(range), .put(PutResponse(revision: 7))])
        let txn = TxnResponse(
            revision: 7, succeeded: true, responses: [.deleteRange(deletion), .txn(inner), .range(range)])
        for outcome in [StoreAnswer.Outcome.range(range), .txn(txn)] {
            let reply = try Reply(StoreAnswer(revision: Revision(7), outcome: outcome), fields)
            var portions = try #require(reply.portions)
            var (bytes, count, largest): ([UInt8], Int, Int) = ([], 0, 0)
            while case let size = portions.nextByteCount(), size > 0 {
                var part = [UInt8](repeating: 0, count: size)
                part.withUnsafeMutableBytes { portions.write(to: $0) }
                (bytes, count, largest) = (bytes + part, count + 1, max(largest, size))
            }
            #expect(bytes == reply.bytes && count > 5 && largest < ReplyPortions.portionByteCount + 4_000)
        }
        let small = RangeResponse(revision: 7, keyValues: list(entries(3)), count: 3)
        #expect(try Reply(StoreAnswer(revision: Revision(7), outcome: .range(small)), fields).portions == nil)
    }

    @Test("A range's answer has the bytes of the generated message", arguments: 0..<100 as Range<UInt64>)
    func ranges(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let message = EtcdRangeResponse.with {
            $0.header = header(messages.number())
            $0.kvs = keyValues(&messages)
            $0.more = messages.coin()
            $0.count = messages.number()
        }
        let response = RangeResponse(
            revision: 1, keyValues: list(message.kvs), more: message.more, count: Int(message.count))
        let answer = StoreAnswer(revision: Revision(message.header.revision), outcome: .range(response))
        try expectEqual(Reply(answer, fields), message)
    }

    @Test("The answers to writes have the bytes of the generated messages", arguments: 0..<100 as Range<UInt64>)
    func writes(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        let revision = messages.number()
        let previous = keyValues(&messages, upTo: 2)
        let put = EtcdPutResponse.with {
            $0.header = header(revision)
            if let first = previous.first { $0.prevKv = first }
        }
        let putOutput = StoreOutput(
            revision: Revision(revision), outcome: .put(PutResponse(revision: 1, previous: list(previous))))
        try expectEqual(Reply(putOutput, fields), put)

        let deletion = EtcdDeleteRangeResponse.with {
            $0.header = header(revision)
            $0.deleted = 70_000
            $0.prevKvs = keyValues(&messages)
        }
        let deletionOutput = StoreOutput(
            revision: Revision(revision),
            outcome: .deleteRange(DeleteRangeResponse(revision: 1, deleted: 70_000, previous: list(deletion.prevKvs))))
        try expectEqual(Reply(deletionOutput, fields), deletion)

        let compaction = EtcdCompactionResponse.with { $0.header = header(revision) }
        try expectEqual(Reply(StoreOutput(revision: Revision(revision), outcome: .compacted), fields), compaction)
    }

    @Test("A transaction's answer has the bytes of the generated message", arguments: 0..<100 as Range<UInt64>)
    func transactions(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        var (message, response) = txn(&messages, depth: 3)
        message.header = header(55)
        try expectEqual(Reply(StoreOutput(revision: 55, outcome: .txn(response)), fields), message)
        try expectEqual(Reply(StoreAnswer(revision: 55, outcome: .txn(response)), fields), message)
    }

    /// The message, with the header that a nested one has, and what the store would have answered.
    private func txn(_ messages: inout RandomMessages, depth: Int) -> (EtcdTxnResponse, TxnResponse) {
        var message = EtcdTxnResponse.with {
            $0.header = EtcdResponseHeader()
            $0.succeeded = messages.coin()
        }
        var response = TxnResponse(revision: 9, succeeded: message.succeeded, responses: [])
        for _ in 0..<messages.random.below(4) {
            let (one, other) = operation(&messages, depth: depth)
            message.responses.append(one)
            response.responses.append(other)
        }
        return (message, response)
    }

    private func operation(_ messages: inout RandomMessages, depth: Int) -> (EtcdResponseOp, ResponseOperation) {
        let revision = Int64(messages.random.below(1000))
        let kvs = keyValues(&messages)
        var message = EtcdResponseOp()
        switch messages.random.below(depth > 0 ? 4 : 3) {
        case 0:
            message.responseRange = .with {
                $0.header = nested(revision)
                $0.kvs = kvs
                $0.count = 5
            }
            return (message, .range(RangeResponse(revision: Revision(revision), keyValues: list(kvs), count: 5)))
        case 1:
            message.responsePut = .with { $0.header = nested(revision) }
            return (message, .put(PutResponse(revision: Revision(revision))))
        case 2:
            message.responseDeleteRange = .with {
                $0.header = nested(revision)
                $0.deleted = 2
                $0.prevKvs = kvs
            }
            return (
                message,
                .deleteRange(DeleteRangeResponse(revision: Revision(revision), deleted: 2, previous: list(kvs)))
            )
        default:
            let (one, other) = txn(&messages, depth: depth - 1)
            message.responseTxn = one
            return (message, .txn(other))
        }
    }

    @Test("The header of an operation within a transaction shows the revision alone, that of a nested one nothing")
    func nestedHeaders() throws {
        let inner = TxnResponse(revision: 8, succeeded: true, responses: [.put(PutResponse(revision: 8))])
        let outer = TxnResponse(
            revision: 8, succeeded: true,
            responses: [.range(RangeResponse(revision: 7, keyValues: KeyValueList(), count: 0)), .txn(inner)])
        let reply = try Reply(StoreOutput(revision: 8, outcome: .txn(outer)), fields)
        let message = try EtcdTxnResponse(serializedBytes: reply.bytes)
        #expect(message.header == header(8))
        #expect(message.responses[0].responseRange.header == nested(7))
        #expect(message.responses[1].responseTxn.hasHeader)
        #expect(message.responses[1].responseTxn.header == EtcdResponseHeader())
        #expect(message.responses[1].responseTxn.responses[0].responsePut.header == nested(8))
    }

    @Test("Every refusal of the store has its code and text")
    func refusals() {
        let expected: [(StoreError, EtcdError)] = [
            (.keyNotProvided, .emptyKey), (.keyNotFound, .keyNotFound), (.valueProvided, .valueProvided),
            (.leaseProvided, .leaseProvided), (.leaseNotFound, .leaseNotFound),
            (.tooManyOperations, .tooManyOperations), (.duplicateKey, .duplicateKey),
            (.invalidSortOption, .invalidSortOption), (.compacted, .compacted), (.futureRevision, .futureRevision),
        ]
        for (error, status) in expected {
            #expect(throws: status.status) { try Reply(StoreOutput(revision: 4, outcome: .failure(error)), fields) }
            #expect(throws: status.status) { try Reply(StoreAnswer(revision: 4, outcome: .failure(error)), fields) }
        }
        #expect(RPCStatus(StoreError.responseTooLarge).code == .resourceExhausted)
        #expect(RPCStatus(StoreError.notReadOnly).code == .internalError)
        #expect(RPCStatus(StoreError.malformedOperation).code == .internalError)
        #expect(RPCStatus(StoreError.unknownOperation(kind: 9)).code == .failedPrecondition)
    }

    @Test("The list of members shows no revision in its header")
    func members() throws {
        let member = MemberDescription(
            memberID: 7, name: "a", peerURLs: ["http://a:2380"], clientURLs: ["http://a:2379"], isLearner: true)
        let message = try EtcdMemberListResponse(serializedBytes: Reply(members: [member], fields).bytes)
        #expect(message.header == header(0))
        #expect(message.members == [member.generated])
    }

    @Test("A member's status names leader, slots, sizes and what is wrong")
    func status() throws {
        var status = MemberStatus(
            revision: 12, leader: 7, chosenSlot: 20, appliedSlot: 19, storeBytes: 1000, storeBytesInUse: 900,
            quotaBytes: 0)
        var message = try EtcdStatusResponse(serializedBytes: Reply(status, fields).bytes)
        #expect(message.header == header(12))
        #expect(message.version == "3.6.14")
        #expect(message.storageVersion == "3.6.0")
        #expect(message.leader == 7 && message.raftIndex == 20 && message.raftAppliedIndex == 19)
        #expect(message.raftTerm == 3 && message.dbSize == 1000 && message.dbSizeInUse == 900)
        #expect(message.errors.isEmpty && !message.isLearner)

        status.leader = 0
        status.alarms = [Alarm(memberID: 18, kind: .noSpace)]
        message = try EtcdStatusResponse(serializedBytes: Reply(status, fields).bytes)
        #expect(message.errors == ["etcdserver: no leader", "memberID:18 alarm:NOSPACE "])
    }

    @Test("Alarms are listed with their members, and defragmentation answers without a header")
    func alarmsAndDefragmentation() throws {
        let reply = Reply(alarms: [Alarm(memberID: 18, kind: .corrupt)], revision: 5, fields)
        let message = try EtcdAlarmResponse(serializedBytes: reply.bytes)
        #expect(message.header == header(5))
        #expect(message.alarms.map(\.memberID) == [18] && message.alarms.map(\.alarm) == [.corrupt])
        #expect(Reply.defragmented.bytes.isEmpty)
    }

    @Test("The hash of a store that was never compacted shows minus one for the floor")
    func hash() throws {
        let answer = StoreAnswer(
            revision: 9, outcome: .hashKV(HashKVResponse(hash: 77, compactRevision: nil, hashRevision: 8)))
        let message = try EtcdHashKVResponse(serializedBytes: Reply(answer, fields).bytes)
        #expect(message.header == header(9))
        #expect(message.hash == 77 && message.compactRevision == -1 && message.hashRevision == 8)
    }

    @Test("Health is served under the empty name alone")
    func health() throws {
        #expect(try Reply(healthOf: "", isServing: true).bytes == [0x08, 1])
        #expect(try Reply(healthOf: "", isServing: false).bytes == [0x08, 2])
        #expect(throws: RPCStatus(.notFound, "unknown service")) { try Reply(healthOf: "x", isServing: true) }
        #expect(Reply(.unknownService).bytes == [0x08, 3])
    }
}

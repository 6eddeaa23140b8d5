import DecreeRPC
import DecreeStore
import Foundation
import PaxosBase
import SwiftProtobuf
import Testing

@testable import DecreeEtcd

@Suite struct RequestDecoderTests {
    private let decoder = RequestDecoder()

    private func decode(_ method: EtcdMethod, _ message: some Message, _ decoder: RequestDecoder? = nil) throws -> Work
    {
        let bytes: [UInt8] = try message.serializedBytes()
        return try bytes.withUnsafeBytes { try (decoder ?? self.decoder).decode(method, $0) }
    }

    private func refusal(_ method: EtcdMethod, _ message: some Message, _ decoder: RequestDecoder? = nil) -> RPCStatus?
    {
        #expect(throws: RPCStatus.self) { try decode(method, message, decoder) }
    }

    private func put(_ key: String, _ value: String = "v") -> EtcdRequestOp {
        .with {
            $0.requestPut = .with {
                $0.key = Data(key.utf8)
                $0.value = Data(value.utf8)
            }
        }
    }

    private func range(_ key: String, serializable: Bool = false) -> EtcdRequestOp {
        .with {
            $0.requestRange = .with {
                $0.key = Data(key.utf8)
                $0.serializable = serializable
            }
        }
    }

    private func delete(_ key: String, to end: String = "") -> EtcdRequestOp {
        .with {
            $0.requestDeleteRange = .with {
                $0.key = Data(key.utf8)
                $0.rangeEnd = Data(end.utf8)
            }
        }
    }

    private func nested(_ txn: EtcdTxnRequest) -> EtcdRequestOp { .with { $0.requestTxn = txn } }

    private func txn(then: [EtcdRequestOp], otherwise: [EtcdRequestOp] = []) -> EtcdTxnRequest {
        .with {
            $0.success = then
            $0.failure = otherwise
        }
    }

    // MARK: - routing

    @Test("A range is linearizable unless it says that it need not be")
    func rangeRouting() throws {
        for serializable in [false, true] {
            let work = try decode(
                .range,
                EtcdRangeRequest.with {
                    $0.key = Data("k".utf8)
                    $0.serializable = serializable
                })
            guard case .query(.range, let linearizable) = work else {
                Issue.record("not a range: \(work)")
                return
            }
            #expect(linearizable == !serializable)
        }
    }

    @Test("Writes become operations of the log that say what was asked")
    func writes() throws {
        let work = try decode(.put, EtcdPutRequest.with { $0.key = Data("k".utf8) })
        guard case .operation(let payload, .put) = work else {
            Issue.record("not a put: \(work)")
            return
        }
        #expect(
            try StoreOperation(decoding: payload)
                == .put(PutRequest(key: Payload(Array("k".utf8)), value: Payload())))
    }

    @Test("A transaction of ranges alone goes beside the log, and is local only if all may be and it nests none")
    func readOnlyTransactions() throws {
        let cases: [(EtcdTxnRequest, Bool)] = [
            (txn(then: [range("a")]), true),
            (txn(then: [range("a", serializable: true)]), false),
            (txn(then: [range("a", serializable: true)], otherwise: [range("b")]), true),
            (txn(then: [range("a", serializable: true)], otherwise: [range("b", serializable: true)]), false),
            (txn(then: []), true),
            (txn(then: [nested(txn(then: [range("a", serializable: true)]))]), true),
            (txn(then: [range("a", serializable: true)], otherwise: [nested(txn(then: []))]), true),
        ]
        for (request, expected) in cases {
            guard case .query(.txn, let linearizable) = try decode(.transaction, request) else {
                Issue.record("not a read: \(request)")
                continue
            }
            #expect(linearizable == expected, "\(request)")
        }
    }

    @Test("A transaction with a write in any branch goes through the log")
    func writingTransactions() throws {
        let requests = [
            txn(then: [put("a")]), txn(then: [range("a")], otherwise: [delete("b")]),
            txn(then: [nested(txn(then: [], otherwise: [put("a")]))]),
        ]
        for request in requests {
            guard case .operation(let payload, .txn) = try decode(.transaction, request) else {
                Issue.record("not an operation: \(request)")
                continue
            }
            #expect(try StoreOperation(decoding: payload) == .txn(Expected.txn(request)))
        }
    }

    @Test("A physical compaction is told from a logical one")
    func compaction() throws {
        for physical in [false, true] {
            let work = try decode(
                .compact,
                EtcdCompactionRequest.with {
                    $0.revision = 7
                    $0.physical = physical
                })
            guard case .operation(let payload, let kind) = work else {
                Issue.record("not an operation: \(work)")
                return
            }
            #expect(kind == (physical ? .compactPhysically : .compact))
            #expect(try StoreOperation(decoding: payload) == .compact(CompactionRequest(revision: 7)))
        }
    }

    @Test("The other served methods are told apart")
    func others() throws {
        guard case .status = try decode(.status, EtcdStatusRequest()) else { throw Unexpected() }
        guard case .defragment = try decode(.defragment, EtcdDefragmentRequest()) else { throw Unexpected() }
        guard case .alarmList = try decode(.alarm, EtcdAlarmRequest()) else { throw Unexpected() }
        guard case .alarmList = try decode(.alarm, EtcdAlarmRequest.with { $0.action = .deactivate }) else {
            throw Unexpected()
        }
        guard case .memberList(true) = try decode(.memberList, EtcdMemberListRequest.with { $0.linearizable = true })
        else { throw Unexpected() }
        guard case .memberList(false) = try decode(.memberList, EtcdMemberListRequest()) else { throw Unexpected() }
        guard case .healthCheck("") = try decode(.healthCheck, GRPCHealthCheckRequest()) else { throw Unexpected() }
        guard case .healthWatch("x") = try decode(.healthWatch, GRPCHealthCheckRequest.with { $0.service = "x" })
        else { throw Unexpected() }
        guard case .query(.hashKV(9), false) = try decode(.hashKV, EtcdHashKVRequest.with { $0.revision = 9 })
        else { throw Unexpected() }
    }

    private struct Unexpected: Error {}

    @Test("What is known but not served says so by name", arguments: EtcdMethod.allCases.filter { !$0.isServed })
    func unserved(method: EtcdMethod) {
        let error = refusal(method, EtcdStatusRequest())
        #expect(error == RPCStatus(.unimplemented, "decree: \(method.path) is not served by this version"))
    }

    @Test("An alarm cannot be raised by hand")
    func raisingAlarms() {
        #expect(refusal(.alarm, EtcdAlarmRequest.with { $0.action = .activate })?.code == .unimplemented)
    }

    // MARK: - refusals

    @Test("A request without a key is refused whatever else is wrong with it")
    func emptyKey() {
        let error = EtcdError.emptyKey.status
        #expect(refusal(.range, EtcdRangeRequest.with { $0.sortOrder = .UNRECOGNIZED(9) }) == error)
        #expect(
            refusal(
                .put,
                EtcdPutRequest.with {
                    $0.ignoreValue = true; $0.value = Data([1])
                }) == error)
        #expect(refusal(.deleteRange, EtcdDeleteRangeRequest()) == error)
        #expect(refusal(.transaction, txn(then: [put("")])) == error)
        #expect(refusal(.transaction, EtcdTxnRequest.with { $0.compare = [EtcdCompare()] }) == error)
    }

    @Test("A sort order or target that nobody knows is refused, in a transaction too")
    func sortOptions() {
        let error = EtcdError.invalidSortOption.status
        let byOrder = EtcdRangeRequest.with {
            $0.key = Data([1]); $0.sortOrder = .UNRECOGNIZED(3)
        }
        let byTarget = EtcdRangeRequest.with {
            $0.key = Data([1]); $0.sortTarget = .UNRECOGNIZED(-1)
        }
        #expect(refusal(.range, byOrder) == error)
        #expect(refusal(.range, byTarget) == error)
        #expect(refusal(.transaction, txn(then: [.with { $0.requestRange = byTarget }])) == error)
        #expect(
            refusal(.transaction, txn(then: [.with { $0.requestRange = byTarget }, put("a"), put("a")])) == error)
    }

    @Test("A put may not both keep and give a value or a lease")
    func putOptions() {
        let value = EtcdPutRequest.with {
            $0.key = Data([1]); $0.value = Data([1]); $0.ignoreValue = true
        }
        let lease = EtcdPutRequest.with {
            $0.key = Data([1]); $0.lease = 5; $0.ignoreLease = true
        }
        #expect(refusal(.put, value) == EtcdError.valueProvided.status)
        #expect(refusal(.put, lease) == EtcdError.leaseProvided.status)
        #expect(
            refusal(.transaction, txn(then: [], otherwise: [.with { $0.requestPut = lease }]))
                == EtcdError.leaseProvided.status)
    }

    @Test("Any list of a transaction may have 128 elements and not one more")
    func operationCount() throws {
        let many = (0..<129).map { range("k\($0)") }
        _ = try decode(.transaction, txn(then: Array(many.prefix(128))))
        let error = EtcdError.tooManyOperations.status
        #expect(refusal(.transaction, txn(then: many)) == error)
        #expect(refusal(.transaction, txn(then: [], otherwise: many)) == error)
        let compares = EtcdTxnRequest.with { $0.compare = Array(repeating: .with { $0.key = Data([1]) }, count: 129) }
        #expect(refusal(.transaction, compares) == error)
        #expect(
            refusal(.transaction, txn(then: [range("a"), range("b")]), RequestDecoder(maximumOperations: 1)) == error)
    }

    @Test("What the outer transaction takes of the budget is not there for the nested one")
    func nestedBudget() throws {
        let inner = txn(then: (0..<127).map { range("k\($0)") })
        _ = try decode(.transaction, txn(then: [nested(inner)]))
        #expect(
            refusal(.transaction, txn(then: [nested(inner), range("x")])) == EtcdError.tooManyOperations.status)
    }

    @Test("An operation without an arm is refused as a key that is not found")
    func unsetOperation() {
        #expect(refusal(.transaction, txn(then: [EtcdRequestOp()])) == EtcdError.keyNotFound.status)
    }

    @Test("A key may not be put twice, nor put and deleted, within a branch")
    func duplicates() throws {
        let error = EtcdError.duplicateKey.status
        #expect(refusal(.transaction, txn(then: [put("a"), put("a")])) == error)
        #expect(refusal(.transaction, txn(then: [delete("a", to: "c"), put("b")])) == error)
        #expect(refusal(.transaction, txn(then: [put("a"), nested(txn(then: [put("a")]))])) == error)
        _ = try decode(.transaction, txn(then: [put("a")], otherwise: [put("a")]))
        _ = try decode(.transaction, txn(then: [nested(txn(then: [put("a")], otherwise: [put("a")]))]))
        _ = try decode(.transaction, txn(then: [delete("a", to: "c"), delete("b", to: "d")]))
    }

    @Test("A write larger than the server takes is refused, after everything else was checked; a read is not")
    func size() throws {
        let small = RequestDecoder(maximumRequestBytes: 100)
        let value = String(repeating: "v", count: 100)
        let large = EtcdPutRequest.with {
            $0.key = Data([1]); $0.value = Data(value.utf8)
        }
        #expect(refusal(.put, large, small) == EtcdError.requestTooLarge.status)
        #expect(refusal(.transaction, txn(then: [put("a", value)]), small) == EtcdError.requestTooLarge.status)
        #expect(refusal(.put, EtcdPutRequest.with { $0.value = Data(value.utf8) }, small) == EtcdError.emptyKey.status)
        let narrow = RequestDecoder(maximumOperationBytes: 100)
        #expect(refusal(.put, large, narrow) == EtcdError.requestTooLarge.status)
        _ = try decode(.put, EtcdPutRequest.with { $0.key = Data([1]) }, narrow)
        let encoded: [UInt8] = try large.serializedBytes()
        let exact = RequestDecoder(maximumRequestBytes: encoded.count)
        _ = try decode(.put, large, exact)
        _ = try decode(.range, EtcdRangeRequest.with { $0.key = Data(value.utf8) }, small)
    }
}

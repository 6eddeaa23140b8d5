import DecreeEtcd
import DecreeRPC
import DecreeSimulator
import DecreeStore
import PaxosBase
import SwiftProtobuf

// What a client of etcd concludes from what it is told: from the bytes of an answer, or from a code and a text.
extension StoreClientOperation {
    /// - Throws: The bytes are no message of the kind that answers this operation.
    func outcome(of bytes: [UInt8]) throws -> (outcome: ToldOutcome<Store>, header: EtcdResponseHeader) {
        switch self {
        case .put:
            let message = try EtcdPutResponse(serializedBytes: bytes)
            return (Self.output(.put(PutResponse(message)), message.header), message.header)
        case .deleteRange:
            let message = try EtcdDeleteRangeResponse(serializedBytes: bytes)
            return (Self.output(.deleteRange(DeleteRangeResponse(message)), message.header), message.header)
        case .txn(let request):
            let message = try EtcdTxnResponse(serializedBytes: bytes)
            let response = try TxnResponse(message)
            guard request.isReadOnly else { return (Self.output(.txn(response), message.header), message.header) }
            return (Self.answer(.txn(response), message.header, isLinearizable: true), message.header)
        case .compact:
            let message = try EtcdCompactionResponse(serializedBytes: bytes)
            return (Self.output(.compacted, message.header), message.header)
        case .range(_, let isLinearizable):
            let message = try EtcdRangeResponse(serializedBytes: bytes)
            let response = RangeResponse(message)
            return (Self.answer(.range(response), message.header, isLinearizable: isLinearizable), message.header)
        case .hash:
            let message = try EtcdHashKVResponse(serializedBytes: bytes)
            let response = HashKVResponse(message)
            return (Self.answer(.hashKV(response), message.header, isLinearizable: false), message.header)
        case .status:
            let message = try EtcdStatusResponse(serializedBytes: bytes)
            return (Self.answer(.members([]), message.header, isLinearizable: false), message.header)
        }
    }

    private static func output(_ outcome: StoreOutput.Outcome, _ header: EtcdResponseHeader) -> ToldOutcome<Store> {
        .output(StoreOutput(revision: Revision(header.revision), outcome: outcome))
    }

    private static func answer(
        _ outcome: StoreAnswer.Outcome, _ header: EtcdResponseHeader, isLinearizable: Bool
    ) -> ToldOutcome<Store> {
        .answer(
            StoreAnswer(revision: Revision(header.revision), outcome: outcome), isLinearizable: isLinearizable)
    }

    /// - Parameter wasHanded: The request came as far as the node.
    /// - Returns: Nil: nobody should say this of this operation.
    func outcome(of status: RPCStatus, wasHanded: Bool) -> ToldOutcome<Store>? {
        if let error = StoreError.told(by: status) { return failed(error, wasHanded: wasHanded) }
        guard let failure = ReplicationFailure.allCases.first(where: { $0.status == status }) else { return nil }
        switch failure {
        case .unknownOutcome, .unknownOutcomeWithoutLeader, .timedOut: return command == nil ? .refused : .unknown
        case .noLeader, .overloaded, .diskFull, .lagging, .tooLarge, .stopped, .halted: return .refused
        case .fenced, .canceled, .deadlineExceeded: return nil
        }
    }

    /// The store, or whoever read the request, found it wrong.
    private func failed(_ error: StoreError, wasHanded: Bool) -> ToldOutcome<Store>? {
        guard let command else {
            return .answer(StoreAnswer(revision: .zero, outcome: .failure(error)), isLinearizable: isLinearizable)
        }
        if wasHanded { return .output(StoreOutput(revision: .zero, outcome: .failure(error))) }
        // It was refused without a look at any state: so any state has to refuse it.
        var model = StoreModel()
        guard case .failure(error, _) = model.apply(command) else { return nil }
        return .refused
    }

    private var isLinearizable: Bool {
        switch self {
        case .range(_, let isLinearizable): isLinearizable
        case .hash, .status: false
        case .put, .deleteRange, .txn, .compact: true
        }
    }
}

extension StoreError {
    /// What the store may have to say to sound and to unsound requests; all have different statuses.
    private static let all: [StoreError] = [
        .keyNotProvided, .keyNotFound, .valueProvided, .leaseProvided, .leaseNotFound, .tooManyOperations,
        .duplicateKey, .invalidSortOption, .compacted, .futureRevision, .responseTooLarge, .appliedResponseTooLarge,
        .tooMuchWork,
    ]
    private static let byStatus = Dictionary(uniqueKeysWithValues: all.map { (RPCStatus($0), $0) })

    fileprivate static func told(by status: RPCStatus) -> StoreError? { byStatus[status] }
}

// MARK: - Messages

extension KeyValueList {
    fileprivate init(_ messages: [MVCCKeyValue]) {
        self.init(
            messages.map {
                KeyValue(
                    key: Payload($0.key), value: Payload($0.value), createRevision: Revision($0.createRevision),
                    modRevision: Revision($0.modRevision), version: $0.version, lease: LeaseID($0.lease))
            })
    }
}

extension PutResponse {
    fileprivate init(_ message: EtcdPutResponse) {
        self.init(
            revision: Revision(message.header.revision),
            previous: KeyValueList(message.hasPrevKv ? [message.prevKv] : []))
    }
}

extension DeleteRangeResponse {
    fileprivate init(_ message: EtcdDeleteRangeResponse) {
        self.init(
            revision: Revision(message.header.revision), deleted: Int(message.deleted),
            previous: KeyValueList(message.prevKvs))
    }
}

extension RangeResponse {
    fileprivate init(_ message: EtcdRangeResponse) {
        self.init(
            revision: Revision(message.header.revision), keyValues: KeyValueList(message.kvs), more: message.more,
            count: Int(message.count))
    }
}

extension TxnResponse {
    fileprivate init(_ message: EtcdTxnResponse) throws {
        self.init(
            revision: Revision(message.header.revision), succeeded: message.succeeded,
            responses: try message.responses.map(ResponseOperation.init))
    }
}

extension ResponseOperation {
    private struct Missing: Error {}

    fileprivate init(_ message: EtcdResponseOp) throws {
        switch message.response {
        case .responseRange(let range): self = .range(RangeResponse(range))
        case .responsePut(let put): self = .put(PutResponse(put))
        case .responseDeleteRange(let deletion): self = .deleteRange(DeleteRangeResponse(deletion))
        case .responseTxn(let txn): self = .txn(try TxnResponse(txn))
        case nil: throw Missing()
        }
    }
}

extension HashKVResponse {
    fileprivate init(_ message: EtcdHashKVResponse) {
        self.init(
            hash: message.hash, compactRevision: message.compactRevision < 0 ? nil : Revision(message.compactRevision),
            hashRevision: Revision(message.hashRevision))
    }
}

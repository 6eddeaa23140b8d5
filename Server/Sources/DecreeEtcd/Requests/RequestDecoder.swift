import DecreeRPC
import DecreeStore
import PaxosBase
import SwiftProtobuf

/// Reads requests and refuses, in etcd's order and with etcd's words, what can be refused without looking at the state.
/// - Source: etcd v3.6.14, `server/etcdserver/api/v3rpc/key.go`.
public struct RequestDecoder: Sendable, Hashable {
    /// Larger writes are refused, in bytes (`--max-request-bytes`).
    public var maximumRequestBytes: Int
    /// How long each list of a transaction may be (`--max-txn-ops`).
    public var maximumOperations: Int
    /// What a write may come to in the log's form, in bytes: the two forms differ, and members cannot pass on more.
    public var maximumOperationBytes: Int

    public init(
        maximumRequestBytes: Int = 1_572_864, maximumOperations: Int = 128, maximumOperationBytes: Int = .max
    ) {
        self.maximumRequestBytes = maximumRequestBytes
        self.maximumOperations = maximumOperations
        self.maximumOperationBytes = maximumOperationBytes
    }

    /// - Parameters:
    ///   - method: What was called.
    ///   - message: The one message of the request; read before this returns.
    /// - Throws: What the client is to be told.
    public func decode(_ method: EtcdMethod, _ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        switch method {
        case .range: try range(message)
        case .put: try put(message)
        case .deleteRange: try deleteRange(message)
        case .transaction: try transaction(message)
        case .compact: try compact(message)
        case .hashKV:
            .query(.hashKV(Revision(try parsed(EtcdHashKVRequest.self, message).revision)), linearizable: false)
        case .memberList: .memberList(linearizable: try parsed(EtcdMemberListRequest.self, message).linearizable)
        case .status: .status
        case .alarm: try alarm(message)
        case .defragment: .defragment
        case .healthCheck: .healthCheck(service: try parsed(GRPCHealthCheckRequest.self, message).service)
        case .healthWatch: .healthWatch(service: try parsed(GRPCHealthCheckRequest.self, message).service)
        default: throw .notServed(method.path)
        }
    }

    private func range(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        try MessageReader.read(message) { (reader, bytes) throws(RPCStatus) in
            let request = try reader.range(bytes)
            try checked { () throws(StoreError) in try request.validate() }
            if reader.hasInvalidSort { throw EtcdError.invalidSortOption.status }
            return .query(.range(request), linearizable: reader.serializableCount == 0)
        }
    }

    private func put(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        let put = try PutSpan(message: message)
        try checked { () throws(StoreError) in try put.validate() }
        guard message.count <= maximumRequestBytes else { throw EtcdError.requestTooLarge.status }
        return try write(put.encode(), .put)
    }

    private func deleteRange(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        try MessageReader.read(message) { (reader, bytes) throws(RPCStatus) in
            let request = try reader.deleteRange(bytes)
            try checked { () throws(StoreError) in try request.validate() }
            return try write(.deleteRange(request), .deleteRange, byteCount: bytes.count)
        }
    }

    /// A transaction that can only read goes beside the log. One without any operation is read linearizably, although
    /// etcd answers it from the local state: its comparisons are worth as much as a range. So is one that nests another,
    /// which etcd sends through the log.
    private func transaction(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        if message.count <= maximumRequestBytes,
            let payload = PlainTxnMessage(message, maximumOperations: maximumOperations)?.encode()
        {
            return try write(payload, .txn)
        }
        return try MessageReader.read(message) { (reader, bytes) throws(RPCStatus) in
            let request = try reader.txn(bytes)
            let hasInvalidSort = reader.hasInvalidSort
            do throws(StoreError) {
                try request.validate(maximumOperations: maximumOperations)
            } catch {
                throw hasInvalidSort && error == .duplicateKey ? EtcdError.invalidSortOption.status : RPCStatus(error)
            }
            if hasInvalidSort { throw EtcdError.invalidSortOption.status }
            guard request.isReadOnly else { return try write(.txn(request), .txn, byteCount: bytes.count) }
            let isLocal =
                !request.nests && reader.rangeCount > 0 && reader.serializableCount == reader.rangeCount
            return .query(.txn(request), linearizable: !isLocal)
        }
    }

    private func compact(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        let request = try parsed(EtcdCompactionRequest.self, message)
        let operation = StoreOperation.compact(CompactionRequest(revision: Revision(request.revision)))
        return try write(operation, request.physical ? .compactPhysically : .compact, byteCount: message.count)
    }

    private func write(_ operation: StoreOperation, _ kind: WriteKind, byteCount: Int) throws(RPCStatus) -> Work {
        guard byteCount <= maximumRequestBytes else { throw EtcdError.requestTooLarge.status }
        return try write(operation.encode(), kind)
    }

    private func write(_ payload: Payload, _ kind: WriteKind) throws(RPCStatus) -> Work {
        guard payload.count <= maximumOperationBytes else { throw EtcdError.requestTooLarge.status }
        return .operation(payload, kind)
    }

    /// No alarm can be raised by hand yet; taking one back that does not stand answers with none, as in etcd.
    private func alarm(_ message: UnsafeRawBufferPointer) throws(RPCStatus) -> Work {
        let request = try parsed(EtcdAlarmRequest.self, message)
        guard request.action != .activate else {
            throw RPCStatus(.unimplemented, "decree: alarms cannot be raised by hand in this version")
        }
        return .alarmList
    }

    private func checked(_ validate: () throws(StoreError) -> Void) throws(RPCStatus) {
        do throws(StoreError) { try validate() } catch { throw RPCStatus(error) }
    }

    private func parsed<Request: Message>(
        _ type: Request.Type, _ message: UnsafeRawBufferPointer
    ) throws(RPCStatus) -> Request {
        do {
            return try Request(serializedBytes: Array(message))
        } catch {
            throw .malformed("\(error)")
        }
    }
}

extension TxnRequest {
    /// Whether one of the branches holds another transaction.
    fileprivate var nests: Bool {
        (success + failure).contains { operation in
            if case .txn = operation { return true }
            return false
        }
    }
}

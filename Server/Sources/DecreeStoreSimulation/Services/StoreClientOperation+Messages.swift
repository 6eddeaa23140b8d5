import DecreeEtcd
import DecreeStore
import Foundation
import PaxosBase
import SwiftProtobuf

// What a client of the simulation does, as the bytes that a client of etcd would send for it.
extension StoreClientOperation {
    /// The method that is called, and the message.
    var message: (method: EtcdMethod, bytes: [UInt8]) { message(isPhysical: false) }

    /// - Parameter isPhysical: A compaction is to be answered when the old data is gone.
    func message(isPhysical: Bool) -> (method: EtcdMethod, bytes: [UInt8]) {
        switch self {
        case .put(let request): (.put, Self.bytes(of: EtcdPutRequest(request)))
        case .deleteRange(let request): (.deleteRange, Self.bytes(of: EtcdDeleteRangeRequest(request)))
        case .txn(let request): (.transaction, Self.bytes(of: EtcdTxnRequest(request)))
        case .compact(let request):
            (
                .compact,
                Self.bytes(
                    of: EtcdCompactionRequest.with {
                        $0.revision = request.revision.rawValue
                        $0.physical = isPhysical
                    })
            )
        case .range(let request, let isLinearizable):
            (.range, Self.bytes(of: EtcdRangeRequest(request, isSerializable: !isLinearizable)))
        case .hash(let revision): (.hashKV, Self.bytes(of: EtcdHashKVRequest.with { $0.revision = revision.rawValue }))
        case .status: (.status, [])
        }
    }

    static func bytes(of message: some Message) -> [UInt8] {
        let bytes: [UInt8]? = try? message.serializedBytes()
        invariant(bytes != nil, "a message of proto3 can be written")
        return bytes ?? []
    }
}

extension Payload {
    fileprivate var data: Data { Data(bytes) }
}

extension EtcdPutRequest {
    fileprivate init(_ request: PutRequest) {
        self = .with {
            $0.key = request.key.data
            $0.value = request.value.data
            $0.lease = request.lease.rawValue
            $0.prevKv = request.previousKeyValue
            $0.ignoreValue = request.ignoreValue
            $0.ignoreLease = request.ignoreLease
        }
    }
}

extension EtcdDeleteRangeRequest {
    fileprivate init(_ request: DeleteRangeRequest) {
        self = .with {
            $0.key = request.range.key.data
            $0.rangeEnd = request.range.rangeEnd.data
            $0.prevKv = request.previousKeyValues
        }
    }
}

extension EtcdRangeRequest {
    fileprivate init(_ request: RangeRequest, isSerializable: Bool = false) {
        self = .with {
            $0.key = request.range.key.data
            $0.rangeEnd = request.range.rangeEnd.data
            $0.limit = Int64(request.limit)
            $0.revision = request.revision.rawValue
            $0.sortOrder = SortOrder(rawValue: Int(request.sortOrder.rawValue)) ?? .none
            $0.sortTarget = SortTarget(rawValue: Int(request.sortTarget.rawValue)) ?? .key
            $0.serializable = isSerializable
            $0.keysOnly = request.keysOnly
            $0.countOnly = request.countOnly
            $0.minModRevision = request.minModRevision.rawValue
            $0.maxModRevision = request.maxModRevision.rawValue
            $0.minCreateRevision = request.minCreateRevision.rawValue
            $0.maxCreateRevision = request.maxCreateRevision.rawValue
        }
    }
}

extension EtcdTxnRequest {
    fileprivate init(_ request: TxnRequest) {
        self = .with {
            $0.compare = request.compares.map(EtcdCompare.init)
            $0.success = request.success.map(EtcdRequestOp.init)
            $0.failure = request.failure.map(EtcdRequestOp.init)
        }
    }
}

extension EtcdRequestOp {
    fileprivate init(_ operation: RequestOperation) {
        self = .with {
            switch operation {
            case .range(let request): $0.requestRange = EtcdRangeRequest(request)
            case .put(let request): $0.requestPut = EtcdPutRequest(request)
            case .deleteRange(let request): $0.requestDeleteRange = EtcdDeleteRangeRequest(request)
            case .txn(let request): $0.requestTxn = EtcdTxnRequest(request)
            case .unset: break
            }
        }
    }
}

extension EtcdCompare {
    fileprivate init(_ compare: Compare) {
        self = .with {
            $0.key = compare.range.key.data
            $0.rangeEnd = compare.range.rangeEnd.data
            $0.result = CompareResult(rawValue: Int(compare.relation.rawValue)) ?? .UNRECOGNIZED(99)
            switch compare.target {
            case .version(let version):
                $0.target = .version
                $0.version = version
            case .createRevision(let revision):
                $0.target = .create
                $0.createRevision = revision.rawValue
            case .modRevision(let revision):
                $0.target = .mod
                $0.modRevision = revision.rawValue
            case .value(let value):
                $0.target = .value
                $0.value = value.data
            case .lease(let lease):
                $0.target = .lease
                $0.lease = lease.rawValue
            case .unknown: $0.target = .UNRECOGNIZED(99)
            }
        }
    }
}

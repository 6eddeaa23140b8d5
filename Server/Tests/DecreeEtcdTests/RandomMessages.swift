import Foundation
import PaxosBase

@testable import DecreeEtcd

/// Makes arbitrary requests of the generated types, the same ones for the same seed.
struct RandomMessages {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func bytes(upTo limit: UInt64 = 300) -> Data {
        let length = random.chance(1, in: 4) ? 0 : random.below(limit)
        var data = Data(capacity: Int(length))
        for _ in 0..<length { data.append(UInt8(random.below(256))) }
        return data
    }

    /// Small, large and negative numbers, and often zero.
    mutating func number() -> Int64 {
        switch random.below(5) {
        case 0: 0
        case 1: Int64(random.below(128))
        case 2: Int64(random.below(1 << 40))
        case 3: -Int64(random.below(1 << 40))
        default: Int64(bitPattern: random.next())
        }
    }

    mutating func coin() -> Bool { random.chance(1, in: 2) }

    mutating func range() -> EtcdRangeRequest {
        var request = EtcdRangeRequest()
        request.key = bytes()
        request.rangeEnd = bytes()
        request.limit = number()
        request.revision = number()
        request.sortOrder = EtcdRangeRequest.SortOrder(rawValue: Int(random.below(3))) ?? .none
        request.sortTarget = EtcdRangeRequest.SortTarget(rawValue: Int(random.below(5))) ?? .key
        request.serializable = coin()
        request.keysOnly = coin()
        request.countOnly = coin()
        request.minModRevision = number()
        request.maxModRevision = number()
        request.minCreateRevision = number()
        request.maxCreateRevision = number()
        return request
    }

    mutating func put() -> EtcdPutRequest {
        var request = EtcdPutRequest()
        request.key = bytes()
        request.value = bytes(upTo: random.chance(1, in: 8) ? 20_000 : 300)
        request.lease = number()
        request.prevKv = coin()
        request.ignoreValue = coin()
        request.ignoreLease = coin()
        return request
    }

    mutating func deleteRange() -> EtcdDeleteRangeRequest {
        var request = EtcdDeleteRangeRequest()
        request.key = bytes()
        request.rangeEnd = bytes()
        request.prevKv = coin()
        return request
    }

    mutating func compare() -> EtcdCompare {
        var compare = EtcdCompare()
        compare.result = EtcdCompare.CompareResult(rawValue: Int(random.below(5))) ?? .equal
        compare.target = EtcdCompare.CompareTarget(rawValue: Int(random.below(6))) ?? .version
        compare.key = bytes()
        compare.rangeEnd = bytes()
        switch random.below(6) {
        case 0: compare.targetUnion = .version(number())
        case 1: compare.targetUnion = .createRevision(number())
        case 2: compare.targetUnion = .modRevision(number())
        case 3: compare.targetUnion = .value(bytes())
        case 4: compare.targetUnion = .lease(number())
        default: break
        }
        return compare
    }

    mutating func operation(depth: Int) -> EtcdRequestOp {
        var operation = EtcdRequestOp()
        switch random.below(depth > 0 ? 5 : 4) {
        case 0: operation.request = .requestRange(range())
        case 1: operation.request = .requestPut(put())
        case 2: operation.request = .requestDeleteRange(deleteRange())
        case 3: break
        default: operation.request = .requestTxn(txn(depth: depth - 1))
        }
        return operation
    }

    mutating func txn(depth: Int) -> EtcdTxnRequest {
        var request = EtcdTxnRequest()
        for _ in 0..<random.below(4) { request.compare.append(compare()) }
        for _ in 0..<random.below(4) { request.success.append(operation(depth: depth)) }
        for _ in 0..<random.below(4) { request.failure.append(operation(depth: depth)) }
        return request
    }
}

extension Payload {
    init(_ data: Data) { self = Payload(Array(data)) }
}

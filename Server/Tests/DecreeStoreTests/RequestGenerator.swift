import DecreeStore
import PaxosBase

/// Draws requests of every shape, most of them legal, over a set of keys that makes them meet.
struct RequestGenerator {
    var random: SeededRandom
    private let keys: [[UInt8]]

    init(seed: UInt64, keyCount: Int = 40, longKeys: Bool = true) {
        random = SeededRandom(seed: seed)
        var keys: [[UInt8]] = []
        let prefix = Array("/registry/pods/default/".utf8)
        for _ in 0..<keyCount {
            var key: [UInt8] = random.chance(1, in: 2) ? prefix : []
            let style = random.below(longKeys ? 20 : 18)
            let length = style < 12 ? 1 + random.below(4) : style < 18 ? random.below(20) : random.below(3_000)
            let alphabet: UInt64 = random.chance(1, in: 2) ? 3 : 256
            for _ in 0..<length { key.append(UInt8(random.below(alphabet))) }
            if key.isEmpty { key = [0] }
            keys.append(key)
        }
        self.keys = keys
    }

    mutating func key() -> Payload {
        if random.chance(1, in: 200) { return Payload() }
        return Payload(keys[Int(random.below(UInt64(keys.count)))])
    }

    mutating func value() -> Payload {
        let length = random.chance(1, in: 30) ? random.below(20_000) : random.below(40)
        let start = random.next()
        return Payload((0..<length).map { UInt8(truncatingIfNeeded: start &+ $0) })
    }

    mutating func range() -> KeyRange {
        switch random.below(8) {
        case 0, 1, 2: return KeyRange(key: key())
        case 3: return KeyRange(key: key(), rangeEnd: Payload([0]))
        case 4: return .everything
        case 5: return .prefix(Payload(Array("/registry/".utf8)))
        case 6:
            let one = key()
            return .prefix(one.slice(0..<min(one.count, 1)))
        default: return KeyRange(key: key(), rangeEnd: key())
        }
    }

    /// A revision around what is readable: 0 for now, else between somewhat below the floor and above the current one.
    mutating func revision(floor: Int64, current: Int64) -> Revision {
        if random.chance(1, in: 2) { return .zero }
        let lowest = max(1, floor - 2)
        return Revision(lowest + Int64(random.below(UInt64(current - lowest + 3))))
    }

    mutating func rangeRequest(floor: Int64, current: Int64) -> RangeRequest {
        var request = RangeRequest(range(), revision: revision(floor: floor, current: current))
        if random.chance(1, in: 2) { request.limit = Int(random.below(12)) - 1 }
        if random.chance(1, in: 3) {
            request.sortOrder = RangeRequest.SortOrder(rawValue: UInt8(random.below(3))) ?? .none
            request.sortTarget = RangeRequest.SortTarget(rawValue: UInt8(random.below(5))) ?? .key
        }
        request.keysOnly = random.chance(1, in: 8)
        request.countOnly = random.chance(1, in: 8)
        if random.chance(1, in: 6) { request.minModRevision = Revision(Int64(random.below(UInt64(current)))) }
        if random.chance(1, in: 6) { request.maxModRevision = Revision(Int64(random.below(UInt64(current)))) }
        if random.chance(1, in: 6) { request.minCreateRevision = Revision(Int64(random.below(UInt64(current)))) }
        if random.chance(1, in: 6) { request.maxCreateRevision = Revision(Int64(random.below(UInt64(current)))) }
        return request
    }

    mutating func putRequest() -> PutRequest {
        var request = PutRequest(key: key(), value: value(), previousKeyValue: random.chance(1, in: 3))
        if random.chance(1, in: 10) {
            request.ignoreValue = true
            if !random.chance(1, in: 8) { request.value = Payload() }
        }
        if random.chance(1, in: 10) { request.ignoreLease = true }
        if random.chance(1, in: 100) { request.lease = 7 }
        return request
    }

    mutating func compare(current: Int64) -> Compare {
        let relations: [Compare.Relation] = [.equal, .greater, .less, .notEqual, .unknown]
        let relation = relations[Int(random.below(random.chance(1, in: 10) ? 5 : 4))]
        let number = Int64(random.below(4))
        let target: Compare.Target
        switch random.below(12) {
        case 0...2: target = .version(number)
        case 3...5: target = .createRevision(number == 0 ? 0 : Revision(Int64(random.below(UInt64(current)))))
        case 6...8: target = .modRevision(number == 0 ? 0 : Revision(Int64(random.below(UInt64(current)))))
        case 9: target = .value(value())
        case 10: target = .lease(LeaseID(number - 1))
        default: target = .unknown
        }
        return Compare(random.chance(1, in: 3) ? range() : KeyRange(key: key()), relation, target)
    }

    mutating func txn(floor: Int64, current: Int64, nesting: Int = 0, readOnly: Bool = false) -> TxnRequest {
        var request = TxnRequest()
        for _ in 0..<random.below(3) { request.compares.append(compare(current: current)) }
        for _ in 0..<random.below(5) {
            let operation = operation(floor: floor, current: current, nesting: nesting, readOnly: readOnly)
            request.success.append(operation)
        }
        for _ in 0..<random.below(4) {
            let operation = operation(floor: floor, current: current, nesting: nesting, readOnly: readOnly)
            request.failure.append(operation)
        }
        return request
    }

    private mutating func operation(floor: Int64, current: Int64, nesting: Int, readOnly: Bool) -> RequestOperation {
        if random.chance(1, in: 300) { return .unset }
        switch random.below(readOnly ? 3 : 10) {
        case 0, 1: return .range(rangeRequest(floor: floor, current: current))
        case 2:
            if nesting >= 3 { return .range(rangeRequest(floor: floor, current: current)) }
            return .txn(txn(floor: floor, current: current, nesting: nesting + 1, readOnly: readOnly))
        case 3, 4: return .deleteRange(DeleteRangeRequest(range(), previousKeyValues: random.chance(1, in: 2)))
        default: return .put(putRequest())
        }
    }

    mutating func operation(floor: Int64, current: Int64) -> StoreOperation {
        switch random.below(40) {
        case 0...19: return .put(putRequest())
        case 20...25:
            let single = KeyRange(key: key())
            let range = random.chance(1, in: 2) ? single : range()
            return .deleteRange(DeleteRangeRequest(range, previousKeyValues: random.chance(1, in: 2)))
        case 26...38: return .txn(txn(floor: floor, current: current))
        default:
            return .compact(CompactionRequest(revision: revision(floor: floor, current: current)))
        }
    }
}

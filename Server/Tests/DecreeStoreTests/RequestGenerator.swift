import DecreeStore
import PaxosBase

/// Draws requests of every shape, most of them legal, over a set of keys that makes them meet.
struct RequestGenerator {
    /// Which keys there are.
    enum KeySpace: Equatable {
        /// Short ones, most of them a few bytes behind one of two prefixes.
        case short
        /// The same, and some of thousands of bytes.
        case mixed
        /// Keys that share from 65 to some hundred bytes with others.
        case sharedPrefixes
    }

    var random: SeededRandom
    /// In key order.
    let keys: [[UInt8]]

    init(seed: UInt64, keyCount: Int = 40, keySpace: KeySpace = .mixed) {
        random = SeededRandom(seed: seed)
        var keys: Set<[UInt8]> = []
        let stems = keySpace == .sharedPrefixes ? Self.stems(&random) : []
        while keys.count < keyCount {
            keys.insert(
                stems.isEmpty ? Self.key(keySpace, keyCount, &random) : Self.key(behind: stems, keyCount, &random))
        }
        self.keys = keys.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func key(_ keySpace: KeySpace, _ keyCount: Int, _ random: inout SeededRandom) -> [UInt8] {
        var key: [UInt8] = random.chance(1, in: 2) ? Array("/registry/pods/default/".utf8) : []
        let style = random.below(keySpace == .mixed ? 20 : 18)
        let length = style < 12 ? 1 + random.below(4) : style < 18 ? random.below(20) : random.below(3_000)
        return key.extend(by: length, keyCount, &random)
    }

    /// Beginnings that agree for a while and then part, so that nodes of the tree differ in what their keys share.
    private static func stems(_ random: inout SeededRandom) -> [[UInt8]] {
        let longest = (0..<400).map { _ in UInt8(ascii: "a") + UInt8(random.below(3)) }
        return (0..<8).map { _ in
            var stem = Array(longest.prefix(65 + Int(random.below(330))))
            if random.chance(1, in: 3) { stem[stem.count / 2] = UInt8(random.below(256)) }
            return stem
        }
    }

    private static func key(behind stems: [[UInt8]], _ keyCount: Int, _ random: inout SeededRandom) -> [UInt8] {
        if random.chance(1, in: 50) { return key(.short, keyCount, &random) }
        var key = stems[Int(random.below(UInt64(stems.count)))]
        return key.extend(by: random.below(14), keyCount, &random)
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
        // Of many keys most ranges take a few, lest every other deletion takes all.
        if keys.count > 100 && random.chance(7, in: 8) {
            let first = Int(random.below(UInt64(keys.count)))
            let end = min(keys.count - 1, first + Int(random.below(200)))
            return KeyRange(key: Payload(keys[first]), rangeEnd: Payload(keys[end]))
        }
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
        if random.chance(1, in: 6) { request.minModRevision = bound(current) }
        if random.chance(1, in: 6) { request.maxModRevision = bound(current) }
        if random.chance(1, in: 6) { request.minCreateRevision = bound(current) }
        if random.chance(1, in: 6) { request.maxCreateRevision = bound(current) }
        return request
    }

    /// A bound of revisions; one in ten lies at or below zero.
    private mutating func bound(_ current: Int64) -> Revision {
        if random.chance(1, in: 10) { return Revision(-Int64(random.below(3))) }
        return Revision(Int64(random.below(UInt64(current))))
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

    // MARK: - Many keys at once

    /// Puts many keys in one transaction: neighbours in ascending order, as appending clients do, or any in any order.
    mutating func manyPuts() -> StoreOperation {
        StoreOperation.txn(
            TxnRequest(success: someKeys().map { .put(PutRequest(key: Payload($0), value: value())) }))
    }

    /// Deletes many keys in one transaction: single ones that stand apart, or all between two.
    mutating func manyDeletions() -> StoreOperation {
        if random.chance(1, in: 2) {
            let keys = someKeys()
            return StoreOperation.txn(
                TxnRequest(success: keys.map { .deleteRange(DeleteRangeRequest(KeyRange(key: Payload($0)))) }))
        }
        let first = Int(random.below(UInt64(keys.count)))
        let end = min(keys.count - 1, first + keys.count / 20 + Int(random.below(UInt64(keys.count / 5))))
        let range = KeyRange(key: Payload(keys[first]), rangeEnd: Payload(keys[end]))
        return .deleteRange(DeleteRangeRequest(range, previousKeyValues: random.chance(1, in: 2)))
    }

    private mutating func someKeys() -> [[UInt8]] {
        let count = 20 + Int(random.below(UInt64(keys.count / 8)))
        if random.chance(1, in: 2) {
            let first = Int(random.below(UInt64(keys.count)))
            return Array(keys[first..<min(keys.count, first + count)])
        }
        var chosen: Set<Int> = []
        var some: [[UInt8]] = []
        for _ in 0..<count {
            let index = Int(random.below(UInt64(keys.count)))
            if chosen.insert(index).inserted { some.append(keys[index]) }
        }
        return some
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

extension [UInt8] {
    /// Appends random bytes, of few kinds or of all; more kinds where many keys have to differ.
    fileprivate mutating func extend(by length: UInt64, _ keyCount: Int, _ random: inout SeededRandom) -> [UInt8] {
        let alphabet: UInt64 = random.chance(1, in: 2) ? (keyCount > 100 ? 8 : 3) : 256
        for _ in 0..<length { append(UInt8(random.below(alphabet))) }
        return isEmpty ? [0] : self
    }
}

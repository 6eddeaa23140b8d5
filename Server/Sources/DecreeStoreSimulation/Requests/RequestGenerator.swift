import DecreeSimulator
import DecreeStore
import PaxosBase

/// Draws requests of every shape, most of them legal, over a set of keys that makes them meet.
///
/// The unit tests of the store draw theirs here, and so do the clients of the simulation.
package struct RequestGenerator {
    package var choices: Choices
    let shape: RequestShape
    /// In key order.
    package let keys: [[UInt8]]

    package init(_ choices: Choices, _ shape: RequestShape) {
        self.choices = choices
        self.shape = shape
        keys = shape.keySpace.keys(shape.keyCount, &self.choices)
    }

    package init(seed: UInt64, keyCount: Int = 40, keySpace: KeySpace = .mixed) {
        self.init(Choices(seed: seed), RequestShape(keyCount: keyCount, keySpace: keySpace))
    }

    package mutating func operation(floor: Int64, current: Int64) -> StoreOperation {
        switch choices.below(40) {
        case 0...19: return .put(put())
        case 20...25: return .deleteRange(deletion())
        case 26...38: return .txn(txn(floor: floor, current: current))
        default: return .compact(CompactionRequest(revision: revision(floor: floor, current: current)))
        }
    }

    // MARK: - Parts of requests

    package mutating func key() -> Payload {
        if shape.hasOptions, choices.chance(1, in: 200) { return Payload() }
        return Payload(choices.element(of: keys))
    }

    package mutating func value() -> Payload {
        let length = choices.below(choices.chance(1, in: shape.rarity) ? shape.rareValueBound : shape.valueBound)
        let start = choices.next()
        return Payload(byteCount: Int(length)) { bytes in
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: start &+ UInt64(index)) }
        }
    }

    package mutating func range() -> KeyRange {
        guard shape.hasOptions else { return choices.chance(1, in: 2) ? .everything : KeyRange(key: key()) }
        // Of many keys most ranges take a few, lest every other deletion takes all.
        if keys.count > 50 && choices.chance(7, in: 8) {
            let first = choices.index(below: keys.count)
            let end = min(keys.count - 1, first + choices.index(below: 200))
            return KeyRange(key: Payload(keys[first]), rangeEnd: Payload(keys[end]))
        }
        switch choices.below(8) {
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

    /// A revision around what is readable: 0 or, seldom, a negative one for now, else between somewhat below the floor and
    /// above the current one.
    package mutating func revision(floor: Int64, current: Int64) -> Revision {
        if choices.chance(1, in: 2) { return choices.chance(1, in: 20) ? Revision(-Int64(choices.below(3))) : .zero }
        let lowest = max(1, floor - 2)
        return Revision(lowest + Int64(choices.below(UInt64(max(current, lowest) - lowest + 3))))
    }

    // MARK: - Requests

    package mutating func rangeRequest(floor: Int64, current: Int64) -> RangeRequest {
        guard shape.hasOptions else { return RangeRequest(range()) }
        var request = RangeRequest(range(), revision: revision(floor: floor, current: current))
        if choices.chance(1, in: 2) { request.limit = limit() }
        if choices.chance(1, in: 3) {
            request.sortOrder = RangeRequest.SortOrder(rawValue: UInt8(choices.below(3))) ?? .none
            request.sortTarget = RangeRequest.SortTarget(rawValue: UInt8(choices.below(5))) ?? .key
        }
        request.keysOnly = choices.chance(1, in: 8)
        request.countOnly = choices.chance(1, in: 8)
        if choices.chance(1, in: 6) { request.minModRevision = bound(current) }
        if choices.chance(1, in: 6) { request.maxModRevision = bound(current) }
        if choices.chance(1, in: 6) { request.minCreateRevision = bound(current) }
        if choices.chance(1, in: 6) { request.maxCreateRevision = bound(current) }
        return request
    }

    /// A few keys, or so many that the end lies in another leaf.
    private mutating func limit() -> Int {
        keys.count > 50 && choices.chance(1, in: 3)
            ? choices.index(below: keys.count) : choices.index(below: 12) - 1
    }

    /// A bound of revisions; one in ten lies at or below zero.
    private mutating func bound(_ current: Int64) -> Revision {
        if choices.chance(1, in: 10) { return Revision(-Int64(choices.below(3))) }
        return Revision(Int64(choices.below(UInt64(current))))
    }

    package mutating func put() -> PutRequest {
        var request = PutRequest(key: key(), value: value(), previousKeyValue: choices.chance(1, in: 3))
        guard shape.hasOptions else { return request }
        if choices.chance(1, in: 10) {
            request.ignoreValue = true
            if !choices.chance(1, in: 8) { request.value = Payload() }
        }
        if choices.chance(1, in: 10) { request.ignoreLease = true }
        if choices.chance(1, in: 100) { request.lease = 7 }
        return request
    }

    package mutating func deletion() -> DeleteRangeRequest {
        let single = KeyRange(key: key())
        let range = choices.chance(1, in: 2) ? single : shape.hasOptions ? range() : between()
        return DeleteRangeRequest(range, previousKeyValues: choices.chance(1, in: 2))
    }

    /// From one key to another.
    private mutating func between() -> KeyRange {
        let first = choices.index(below: keys.count)
        let last = first + choices.index(below: keys.count - first)
        return KeyRange(key: Payload(keys[first]), rangeEnd: Payload(keys[last] + [0]))
    }
}

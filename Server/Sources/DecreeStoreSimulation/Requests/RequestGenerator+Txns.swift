import DecreeStore
import PaxosBase

// Transactions.
extension RequestGenerator {
    package mutating func txn(
        floor: Int64, current: Int64, nesting: Int = 0, isReadOnly: Bool = false
    ) -> TxnRequest {
        guard shape.hasOptions else { return plainTxn(current: current) }
        var request = TxnRequest()
        for _ in 0..<choices.below(3) { request.compares.append(compare(current: current)) }
        for _ in 0..<choices.below(5) {
            request.success.append(part(floor: floor, current: current, nesting, isReadOnly: isReadOnly))
        }
        for _ in 0..<choices.below(4) {
            request.failure.append(part(floor: floor, current: current, nesting, isReadOnly: isReadOnly))
        }
        return request
    }

    private mutating func part(floor: Int64, current: Int64, _ nesting: Int, isReadOnly: Bool) -> RequestOperation {
        if choices.chance(1, in: 300) { return .unset }
        switch choices.below(isReadOnly ? 3 : 10) {
        case 0, 1: return .range(rangeRequest(floor: floor, current: current))
        case 2:
            if nesting >= 3 { return .range(rangeRequest(floor: floor, current: current)) }
            return .txn(txn(floor: floor, current: current, nesting: nesting + 1, isReadOnly: isReadOnly))
        case 3, 4: return .deleteRange(DeleteRangeRequest(range(), previousKeyValues: choices.chance(1, in: 2)))
        default: return .put(put())
        }
    }

    package mutating func compare(current: Int64) -> Compare {
        let relations: [Compare.Relation] = [.equal, .greater, .less, .notEqual, .unknown]
        let relation = relations[choices.index(below: shape.hasOptions && choices.chance(1, in: 10) ? 5 : 4)]
        let hasRange = shape.hasOptions && choices.chance(1, in: 3)
        return Compare(hasRange ? range() : KeyRange(key: key()), relation, target(current))
    }

    private mutating func target(_ current: Int64) -> Compare.Target {
        let number = Int64(choices.below(4))
        let revision = number == 0 ? Revision.zero : Revision(Int64(choices.below(UInt64(current))))
        switch choices.below(shape.hasOptions ? 12 : 9) {
        case 0...2: return .version(number)
        case 3...5: return .createRevision(revision)
        case 6...8: return .modRevision(revision)
        case 9: return .value(value())
        case 10: return .lease(LeaseID(number - 1))
        default: return .unknown
        }
    }

    /// Puts to one or two keys or deletes a few, and looks at everything before and after.
    private mutating func plainTxn(current: Int64) -> TxnRequest {
        let compares = (0..<1 + choices.below(2)).map { _ in compare(current: current) }
        let first = put()
        let second = put()
        var success: [RequestOperation] = [.put(first)]
        if second.key != first.key { success.append(.put(second)) }
        success.append(.range(RangeRequest(.everything)))
        var failure: [RequestOperation] = [.range(RangeRequest(.everything))]
        if choices.chance(1, in: 2) { failure.append(.deleteRange(deletion())) }
        return TxnRequest(compares: compares, success: success, failure: failure)
    }

    // MARK: - Many keys at once

    /// Puts many keys in one transaction: neighbours in ascending order, as appending clients do, or any in any order.
    package mutating func manyPuts() -> TxnRequest {
        TxnRequest(success: someKeys().map { .put(PutRequest(key: Payload($0), value: value())) })
    }

    /// Deletes many keys in one transaction: single ones that stand apart, or all between two.
    package mutating func manyDeletions() -> TxnRequest {
        if choices.chance(1, in: 2) {
            let keys = someKeys()
            return TxnRequest(
                success: keys.map { .deleteRange(DeleteRangeRequest(KeyRange(key: Payload($0)))) })
        }
        let first = choices.index(below: keys.count)
        let end = min(keys.count - 1, first + keys.count / 20 + choices.index(below: 1 + keys.count / 5))
        let range = KeyRange(key: Payload(keys[first]), rangeEnd: Payload(keys[end]))
        return TxnRequest(
            success: [.deleteRange(DeleteRangeRequest(range, previousKeyValues: choices.chance(1, in: 2)))])
    }

    private mutating func someKeys() -> [[UInt8]] {
        let count = min(20 + choices.index(below: 1 + keys.count / 8), keys.count, shape.manyAtMost)
        if choices.chance(1, in: 2) {
            let first = choices.index(below: keys.count)
            return Array(keys[first..<min(keys.count, first + count)])
        }
        var chosen: Set<Int> = []
        return (0..<count).compactMap { _ in
            let index = choices.index(below: keys.count)
            return chosen.insert(index).inserted ? keys[index] : nil
        }
    }
}

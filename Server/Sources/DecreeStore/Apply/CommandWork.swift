import PaxosBase

/// What one command may cost before it is refused, and what of that is left.
///
/// A command is applied in one piece on every replica, and whatever is behind it in the log waits. So what it will do is
/// counted before it changes anything: from the request and the replicated state alone, so that all replicas refuse
/// alike. The units are of about 50 ns; the constants were measured on a million keys that no cache holds.
///
/// | what | units |
/// |---|---|
/// | to find a key or the ends of a range | 16 |
/// | a key that a comparison looks at | 2; its value 3, and 1 for 256 bytes compared |
/// | a key that a range looks at | 4; sorted 8, sorted by value 16 |
/// | a change since the revision that a range reads | 1 |
/// | a put | 24, and 1 for 64 bytes of its value, be it the former one |
/// | a key that is deleted | 5; shown as it was 9 |
/// | a write of a nested transaction | 8 more for each level, for the search for duplicates |
///
/// What the commands of a turn have done together is counted as well, roughly, so that a turn ends in time; see
/// ``Store/Settings/workPerTurn``.
///
/// What a range or a former value takes to be shown costs the asked replica alone, and is bounded there; see
/// ``StoreState/rangeWithinTxn(_:)``.
struct CommandWork {
    /// About 75 ms.
    static let limit = 1_500_000

    static let descent = 16
    static let put = 24
    static let nestingOfWrite = 8

    private(set) var left = limit

    /// What was counted so far.
    var taken: Int { Self.limit - max(0, left) }

    init() {}

    /// - Throws: `tooMuchWork` when less is left.
    @inline(__always)
    mutating func take(_ units: Int) throws(StoreError) {
        left &-= units
        if left < 0 { throw .tooMuchWork }
    }

    /// What copying and hashing a value that is put costs.
    static func ofValue(byteCount: Int) -> Int { byteCount >> 6 }
}

extension StoreState {
    /// What a range of a transaction looks at, from above; it reads a single key, the newest state or an old revision.
    func work(of request: RangeRequest) -> Int {
        if request.range.isSingleKey { return CommandWork.descent }
        let count = request.range.withSpan { tree.countLive(in: $0) }
        let isNewest = request.revision <= .zero
        let changes = isNewest ? 0 : log.end - log.firstPosition(after: request.revision.rawValue)
        let base = CommandWork.descent + changes
        if request.countOnly { return base }
        return base + request.keysVisited(of: count) * request.workPerKey
    }

    /// What the deletion of keys costs.
    /// - Parameter undeleted: How many keys exist that no deletion before it has been counted for.
    func work(of request: DeleteRangeSpan, undeleted: inout Int) -> Int {
        let count = min(tree.countLive(in: request.range), undeleted)
        undeleted -= count
        let isShown = request.flags & DeleteRangeFlags.previousKeyValues != 0
        return CommandWork.descent + count * (isShown ? 9 : 5)
    }

    /// What a put that keeps the value of its key costs for that.
    func workOfFormerValue(_ request: PutRequest) -> Int {
        guard request.ignoreValue else { return 0 }
        let former = request.key.withUnsafeBytes { tree.find($0)?.latest.valueLength } ?? 0
        return CommandWork.descent + CommandWork.ofValue(byteCount: former)
    }
}

extension RangeRequest {
    /// How many of `count` keys have to be looked at.
    fileprivate func keysVisited(of count: Int) -> Int {
        let takesFirst = (sortTarget == .key || sortOrder == .none) && limit > 0 && !hasFilters
        return takesFirst && limit < count ? limit + 1 : count
    }

    fileprivate var workPerKey: Int {
        switch sortTarget {
        case .key: 4
        case .version, .create, .mod: 8
        case .value: 16
        }
    }
}

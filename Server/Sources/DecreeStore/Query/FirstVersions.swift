/// The few versions with the lowest ranks, chosen from many that come one by one: for a sorted range with a small limit,
/// as those have that ask for the oldest key below a prefix. Not for values, which ranks alone do not order.
///
/// Up to twice as many as are wanted are held; then they are sorted and the rest is dropped. What would stand behind all
/// that were kept is not taken up any more.
struct FirstVersions {
    /// Limits up to here are worth it; a sort of twice as many is one short step.
    static let largestLimit = 500

    private let limit: Int
    /// Of the last of those that were kept when some were dropped.
    private var highestRank = UInt64.max
    private var hasDropped = false

    init(limit: Int) { self.limit = limit }

    /// Adds one to those held so far.
    /// - Parameter budget: Pays for sorting when it comes to that.
    @inline(__always)
    mutating func add(_ version: CollectedVersion, to held: inout [CollectedVersion], _ budget: inout Int) {
        if hasDropped && version.rank >= highestRank { return }
        held.append(version)
        if held.count >= max(2 * limit, 64) { drop(&held, &budget) }
    }

    private mutating func drop(_ held: inout [CollectedVersion], _ budget: inout Int) {
        // Those kept before came before the others, and equals among them stand in the order in which they came.
        var sort = MergeSort(held, tieBreak: .none)
        held = []
        var work = Int.max
        _ = sort.run(&work)
        budget -= 2 * sort.items.count
        held = sort.items
        held.removeLast(held.count - limit)
        hasDropped = true
        highestRank = held[limit - 1].rank
    }
}

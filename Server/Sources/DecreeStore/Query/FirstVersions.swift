/// The few versions that come first in some order, chosen from many that come one by one: for a sorted range with a
/// small limit, as those have that ask for the oldest key below a prefix.
///
/// Up to twice as many as are wanted are held; then they are sorted and the rest is dropped. What would stand behind all
/// that were kept is not taken up any more.
struct FirstVersions {
    /// Limits up to here are worth it; a sort of twice as many is one short step.
    static let largestLimit = 500

    private let limit: Int
    private let tieBreak: MergeSort.TieBreak
    private var last: CollectedVersion?

    init(limit: Int, tieBreak: MergeSort.TieBreak) {
        self.limit = limit
        self.tieBreak = tieBreak
    }

    /// Adds one to those held so far.
    /// - Parameter budget: Pays for sorting when it comes to that.
    @inline(__always)
    mutating func add(_ version: CollectedVersion, to held: inout [CollectedVersion], _ budget: inout Int) {
        if let last, !tieBreak.orders(version, before: last) { return }
        held.append(version)
        if held.count >= max(2 * limit, 64) { drop(&held, &budget) }
    }

    private mutating func drop(_ held: inout [CollectedVersion], _ budget: inout Int) {
        // Those kept before came before the others, and equals among them stand in the order in which they came.
        var sort = MergeSort(held, tieBreak: tieBreak)
        held = []
        var work = Int.max
        _ = sort.run(&work)
        budget -= 2 * sort.items.count
        held = sort.items
        held.removeLast(held.count - limit)
        last = held.last
    }
}

import PaxosBase

/// How far the memory of what compaction made unreadable has been freed.
///
/// Cleaning walks along the log of revisions up to the floor: a change makes all older versions of its key unreadable,
/// and a deletion below the floor makes itself so. Reads in progress hold it back. It costs what it frees, in steps
/// between other work, and touches nothing else.
struct Cleaner {
    /// Everything that a compaction at this revision makes unreadable has been freed; minus one before the first.
    var reclaimed: Int64 = -1
    /// The revision that is being worked up to, and the next change in the log to look at.
    fileprivate var limit: Int64 = -1
    fileprivate var position = 0

    fileprivate static let changesPerStep = 256

    init() {}
}

extension StoreState {
    /// Frees some of what cannot be read any more.
    /// - Returns: Whether more can be freed now.
    mutating func reclaim() -> Bool {
        let limit = min(floor, pins.oldest ?? .max)
        guard limit > cleaner.reclaimed else { return false }
        if cleaner.limit != limit {
            // Changes at the former limit are looked at again: they stayed, and may go now.
            cleaner.limit = limit
            cleaner.position = log.first
        }
        let end = min(log.end, cleaner.position + Cleaner.changesPerStep)
        var firstKept = log.first
        while cleaner.position < end {
            let change = log[cleaner.position]
            if change.modRevision > limit { break }
            if change.modRevision < limit { firstKept = cleaner.position + 1 }
            free(behind: change, limit: limit)
            cleaner.position += 1
        }
        let isDone = cleaner.position == log.end || log[cleaner.position].modRevision > limit
        // The log keeps the changes at the floor: a watch may begin there.
        if firstKept > log.first { log.drop(before: firstKept) }
        if isDone { cleaner.reclaimed = limit }
        return !isDone
    }

    /// Frees what a change at or below `limit` makes unreadable.
    private mutating func free(behind change: Version, limit: Int64) {
        let key = change.key
        while true {
            let oldest = key.oldest
            // A transaction can delete a key and put it: the log still shows both at the limit itself.
            if oldest == change || oldest.modRevision == limit { break }
            free(key.removeOldest(in: &slabs))
        }
        guard !change.isAlive && change.modRevision < limit else { return }
        free(key.removeOldest(in: &slabs))
        if !key.hasVersions { forget(key) }
    }

    private mutating func free(_ version: Version) {
        version.free(in: &slabs)
        versionCount -= 1
    }

    /// Removes a key of which nothing is left.
    private mutating func forget(_ key: KeyNode) {
        let place = tree.locate(key.key)
        invariant(place.isFound, "a key that is freed stands in the tree")
        tree.remove(at: place, in: &slabs)
        key.free(in: &slabs)
    }
}

import PaxosLog

/// A change that arrived in key order and belongs into the log, which is in the order of history.
struct RestoredChange {
    var revision: Int64
    var version: Version

    /// Sorts the changes of a snapshot into the empty log: every revision has some, so that each is a bucket.
    /// - Throws: When a revision above the floor is not complete.
    static func rebuildLog(of state: inout StoreState, from changes: [RestoredChange]) throws(SnapshotError) {
        let first = max(state.floor, Revision.initial.rawValue)
        let bucketCount = state.revision - first + 1
        guard bucketCount <= Int64(changes.count) + 1 else { throw SnapshotError("revisions are missing") }
        var ends = [Int](repeating: 0, count: Int(bucketCount))
        for change in changes { ends[Int(change.revision - first)] += 1 }
        var sum = 0
        for index in ends.indices {
            let count = ends[index]
            ends[index] = sum
            sum += count
        }
        guard let some = changes.first else { return }
        var sorted = [Version](repeating: some.version, count: changes.count)
        // Afterwards each number stands where its bucket ends.
        for change in changes {
            let bucket = Int(change.revision - first)
            sorted[ends[bucket]] = change.version
            ends[bucket] += 1
        }
        var start = 0
        for (index, end) in ends.enumerated() {
            if end - start > 1 { sorted[start..<end].sort { $0.subRevision < $1.subRevision } }
            // Of the changes at the floor itself compaction may have taken some.
            guard index == 0 || isComplete(sorted[start..<end]) else {
                throw SnapshotError("revision \(first + Int64(index)) is not complete")
            }
            for version in sorted[start..<end] { state.log.append(version) }
            start = end
        }
    }

    /// Whether the changes of one revision are numbered without a gap.
    private static func isComplete(_ changes: ArraySlice<Version>) -> Bool {
        guard !changes.isEmpty else { return false }
        for (expected, change) in changes.enumerated() where change.subRevision != UInt32(expected) { return false }
        return true
    }
}

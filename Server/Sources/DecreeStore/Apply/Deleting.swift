import PaxosBase

extension StoreState {
    /// Deletes the keys of a range as the next changes of the operation being applied, in key order.
    mutating func deleteRange(
        _ request: DeleteRangeSpan, isAwaited: Bool
    ) throws(StoreError) -> DeleteRangeResponse {
        if request.range.key.isEmpty { throw .keyNotProvided }
        let arePreviousShown = isAwaited && request.flags & DeleteRangeFlags.previousKeyValues != 0
        var previous = PreviousVersions(limit: outputRoom.left)
        let deleted = delete(request.range) { if arePreviousShown { previous.add($0) } }
        try outputRoom.take(previous.byteCount)
        return DeleteRangeResponse(revision: headerRevision, deleted: deleted, previous: previous.list)
    }

    /// Deletes all keys of `span` that exist, and shows each version that goes to `visit`.
    private mutating func delete(_ span: KeySpan, _ visit: (Version) -> Void) -> Int {
        var walk = KeyWalk(span, in: tree)
        let deleted = walk.liveCount
        var goneFromLeaf = 0
        while let key = walk.nextLive() {
            visit(key.latest)
            bury(key)
            walk.leafOfLast.setLive(false, at: walk.indexOfLast)
            goneFromLeaf += 1
            // The counts along a path change once a leaf, not once a key.
            if walk.isLastOfLeaf {
                _ = tree.locate(key.key)
                tree.addLive(-goneFromLeaf)
                goneFromLeaf = 0
            }
        }
        return deleted
    }

    /// Ends the life of a key.
    private mutating func bury(_ key: KeyNode) {
        let former = key.latest
        digestSum.remove(former)
        liveBytes &-= key.key.count &+ former.valueLength
        let tombstone = Version.make(
            .tombstone(pendingRevision, sub: changeCount), valueLength: 0, key: key, in: &slabs)
        tombstone.hash = tombstone.computeHash()
        key.append(tombstone, in: &slabs)
        record(tombstone)
    }
}

extension DeleteRangeRequest {
    /// Calls `body` with the request where its bytes lie.
    func withSpan<Result, Failure: Error>(
        _ body: (DeleteRangeSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try range.withSpan { (range) throws(Failure) in
            try body(
                DeleteRangeSpan(flags: previousKeyValues ? DeleteRangeFlags.previousKeyValues : 0, range: range))
        }
    }
}

/// What a deletion is to show, as far as there is room for it.
private struct PreviousVersions {
    private let limit: Int
    private var versions: [Version] = []
    private var listedByteCount = 0
    /// What the list takes, and what gathering it does.
    private(set) var byteCount = 0

    init(limit: Int) { self.limit = limit }

    mutating func add(_ version: Version) {
        // Nobody will be shown what was gathered before.
        guard byteCount <= limit else { return versions = [] }
        let listed = version.listedByteCount(withValue: true)
        listedByteCount &+= listed
        byteCount &+= listed &+ MemoryLayout<Version>.stride
        versions.append(version)
    }

    var list: KeyValueList { KeyValueList(versions, byteCount: listedByteCount) }
}

/// Counts at old revisions that are known already.
///
/// A client that reads a range page by page pins the revision of the first page, and each page must say how many keys
/// are left. What the page before it counted, less what it showed, is the answer; it is kept here. Counts at a revision
/// never change, so entries need not be dropped.
struct CountCache {
    fileprivate struct Entry {
        var revision: Int64
        var count: Int
        var start: [UInt8]
        var end: [UInt8]
    }

    private static let capacity = 64

    private var entries: [Entry] = []
    private var nextReplaced = 0

    init() {}

    /// How many keys `span` has at `revision`, if that is known.
    func count(in span: KeySpan, at revision: Int64) -> Int? {
        for entry in entries where entry.revision == revision {
            let isSame = entry.start.withUnsafeBytes { start in
                entry.end.withUnsafeBytes { Bytes.areEqual($0, span.rangeEnd) && Bytes.areEqual(start, span.key) }
            }
            if isSame { return entry.count }
        }
        return nil
    }

    /// Remembers the count of the range from behind `key` to `rangeEnd`.
    mutating func remember(behind key: ByteSpan, rangeEnd: ByteSpan, at revision: Int64, count: Int) {
        if entries.count < Self.capacity {
            entries.append(Entry(revision: 0, count: 0, start: [], end: []))
            nextReplaced = entries.count - 1
        }
        entries[nextReplaced].set(revision: revision, count: count, behind: key, rangeEnd: rangeEnd)
        nextReplaced = (nextReplaced + 1) % Self.capacity
    }
}

extension CountCache.Entry {
    /// Replaces the entry; its arrays keep their memory unless they have become large.
    fileprivate mutating func set(revision: Int64, count: Int, behind key: ByteSpan, rangeEnd: ByteSpan) {
        self.revision = revision
        self.count = count
        start.removeAll(keepingCapacity: start.capacity <= 4_096)
        start.append(contentsOf: key)
        start.append(0)
        end.removeAll(keepingCapacity: end.capacity <= 4_096)
        end.append(contentsOf: rangeEnd)
    }
}

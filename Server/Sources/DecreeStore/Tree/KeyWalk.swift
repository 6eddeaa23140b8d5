/// A walk over the keys of a range in key order, in either direction. Void once the tree's generation changes.
struct KeyWalk {
    private var leaf: Leaf
    private var index: Int
    private var endLeaf: Leaf
    private var endIndex: Int
    /// How many keys of the range exist now.
    let liveCount: Int

    init(_ span: KeySpan, in tree: borrowing Tree) {
        let start = tree.rank(of: span.key)
        leaf = start.place.leaf
        index = start.place.index
        if span.isSingleKey {
            endLeaf = leaf
            endIndex = start.place.isFound ? index + 1 : index
            liveCount = leaf.liveCount(before: endIndex) - leaf.liveCount(before: index)
            return
        }
        let end = span.isOpen ? (place: tree.endPlace, rank: tree.liveCount) : tree.rank(of: span.rangeEnd)
        endLeaf = end.place.leaf
        endIndex = end.place.index
        liveCount = max(0, end.rank - start.rank)
        // An end below the start selects nothing.
        if span.isEmpty {
            endLeaf = leaf
            endIndex = index
        }
    }

    /// Goes on behind `key`, where a former walk over the same range had come to.
    mutating func skip(through key: ByteSpan, in tree: borrowing Tree) {
        let place = tree.rank(of: key).place
        leaf = place.leaf
        index = place.isFound ? place.index + 1 : place.index
    }

    /// Goes on before `key`, where a former walk backwards over the same range had come to.
    mutating func skipBack(through key: ByteSpan, in tree: borrowing Tree) {
        let place = tree.rank(of: key).place
        endLeaf = place.leaf
        endIndex = place.index
    }

    /// The next key, deleted ones included.
    @inline(__always)
    mutating func next() -> KeyNode? {
        while true {
            if leaf == endLeaf {
                guard index < endIndex else { return nil }
            } else if index >= leaf.count {
                leaf = leaf.next.unsafelyUnwrapped
                index = 0
                continue
            }
            defer { index &+= 1 }
            return leaf[index]
        }
    }

    /// The next key that exists now.
    @inline(__always)
    mutating func nextLive() -> KeyNode? {
        while true {
            let rest = index >= 64 ? 0 : leaf.live >> UInt64(index)
            if rest == 0 {
                if leaf == endLeaf { return nil }
                leaf = leaf.next.unsafelyUnwrapped
                index = 0
                continue
            }
            index &+= rest.trailingZeroBitCount
            if leaf == endLeaf && index >= endIndex { return nil }
            defer { index &+= 1 }
            return leaf[index]
        }
    }

    /// Writes the next keys that exist now to `batch`, up to its length.
    /// - Returns: How many; fewer than the length only at the end of the range.
    @inline(__always)
    mutating func nextLive(into batch: UnsafeMutableBufferPointer<KeyNode>) -> Int {
        var count = 0
        while count < batch.count, let key = nextLive() {
            batch[count] = key
            count &+= 1
        }
        return count
    }

    /// Where the key that ``nextLive()`` answered last stands.
    var leafOfLast: Leaf { leaf }
    var indexOfLast: Int { index - 1 }

    /// Whether no further key of the range that exists now stands in the same leaf.
    var isLastOfLeaf: Bool {
        let rest = index >= 64 ? 0 : leaf.live >> UInt64(index)
        return rest == 0 || (leaf == endLeaf && index + rest.trailingZeroBitCount >= endIndex)
    }

    /// The key before the end of the range, which moves there; deleted ones included.
    @inline(__always)
    mutating func previous() -> KeyNode? {
        while true {
            if leaf == endLeaf {
                guard endIndex > index else { return nil }
            } else if endIndex == 0 {
                endLeaf = endLeaf.previous.unsafelyUnwrapped
                endIndex = endLeaf.count
                continue
            }
            endIndex &-= 1
            return endLeaf[endIndex]
        }
    }
}

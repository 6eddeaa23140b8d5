/// A walk over the keys of a range in key order, in either direction. Void once the tree's generation changes.
struct KeyWalk {
    private var leaf: Leaf
    private var index: Int
    private var endLeaf: Leaf
    private var endIndex: Int
    /// How many keys of the range exist now.
    let liveCount: Int
    /// How many of them the walk has not come to.
    private var liveLeft: Int
    /// How many keys before the range, and before its end, exist now.
    private let startRank: Int
    private let endRank: Int
    private let root: UnsafeMutableRawPointer
    private let height: Int

    init(_ span: KeySpan, in tree: borrowing Tree) {
        root = tree.root
        height = tree.height
        let start = tree.rank(of: span.key)
        leaf = start.place.leaf
        index = start.place.index
        startRank = start.rank
        if span.isSingleKey {
            endLeaf = leaf
            endIndex = start.place.isFound ? index + 1 : index
            liveCount = leaf.liveCount(before: endIndex) - leaf.liveCount(before: index)
            liveLeft = liveCount
            endRank = startRank + liveCount
            return
        }
        let end = span.isOpen ? (place: tree.endPlace, rank: tree.liveCount) : tree.rank(of: span.rangeEnd)
        endLeaf = end.place.leaf
        endIndex = end.place.index
        endRank = end.rank
        liveCount = max(0, endRank - startRank)
        liveLeft = liveCount
        // An end below the start selects nothing.
        if span.isEmpty {
            endLeaf = leaf
            endIndex = index
        }
    }

    /// Goes on behind `key`, where a former walk over the same range had come to.
    mutating func skip(through key: ByteSpan, in tree: borrowing Tree) {
        let (place, rank) = tree.rank(of: key)
        leaf = place.leaf
        index = place.isFound ? place.index + 1 : place.index
        let passed = rank + leaf.liveCount(before: index) - leaf.liveCount(before: place.index)
        liveLeft = max(0, endRank - passed)
    }

    /// Goes on before `key`, where a former walk backwards over the same range had come to.
    mutating func skipBack(through key: ByteSpan, in tree: borrowing Tree) {
        let (place, rank) = tree.rank(of: key)
        endLeaf = place.leaf
        endIndex = place.index
        liveLeft = max(0, rank - startRank)
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

    /// The next key that exists now. Leaves and whole parts of the tree without such keys are not looked at.
    @inline(__always)
    mutating func nextLive() -> KeyNode? {
        guard liveLeft > 0 else { return nil }
        while true {
            let rest = index >= 64 ? 0 : leaf.live >> UInt64(index)
            if rest == 0 {
                moveOn()
                continue
            }
            index &+= rest.trailingZeroBitCount
            liveLeft &-= 1
            defer { index &+= 1 }
            return leaf[index]
        }
    }

    /// Goes on to a leaf behind this one with a key that exists: there is one.
    private mutating func moveOn() {
        index = 0
        let next = leaf.next.unsafelyUnwrapped
        if next.live != 0 { return leaf = next }
        let (place, rank) = Tree.rank(of: leaf.last.key, below: root, height: height)
        let before = rank + (leaf.liveCount - leaf.liveCount(before: place.index))
        leaf = Tree.leaf(ofLive: before, below: root, height: height)
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
        return rest == 0 || liveLeft == 0
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

    /// The key before the end of the range that exists now; the end moves there.
    @inline(__always)
    mutating func previousLive() -> KeyNode? {
        guard liveLeft > 0 else { return nil }
        while true {
            let rest = endIndex >= 64 ? endLeaf.live : endLeaf.live & (1 << UInt64(endIndex) &- 1)
            if rest == 0 {
                moveBack()
                continue
            }
            endIndex = 63 &- rest.leadingZeroBitCount
            liveLeft &-= 1
            return endLeaf[endIndex]
        }
    }

    /// Goes back to a leaf before this one with a key that exists: there is one.
    private mutating func moveBack() {
        let previous = endLeaf.previous.unsafelyUnwrapped
        if previous.live != 0 {
            endLeaf = previous
        } else {
            let before = Tree.rank(of: endLeaf[0].key, below: root, height: height).rank
            endLeaf = Tree.leaf(ofLive: before - 1, below: root, height: height)
        }
        endIndex = endLeaf.count
    }
}

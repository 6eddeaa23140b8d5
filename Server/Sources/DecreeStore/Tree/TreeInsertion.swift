import PaxosBase

extension Tree {
    /// Inserts a key that exists at the place where the last ``locate(_:)`` did not find it.
    mutating func insert(_ node: KeyNode, at place: Place, in slabs: inout Slabs) {
        keyCount += 1
        generation &+= 1
        addLive(1)
        guard place.leaf.count == Leaf.capacity else { return place.leaf.insert(node, at: place.index) }
        let left = place.leaf
        // Keys that arrive in ascending order fill leaves to the brim.
        let isAppending = place.index == Leaf.capacity && left.next == nil
        let middle = isAppending ? Leaf.capacity : Leaf.capacity / 2
        let right = Leaf.make(in: &slabs)
        left.split(at: middle, into: right)
        if place.index > middle || isAppending {
            right.insert(node, at: place.index - middle)
        } else {
            left.insert(node, at: place.index)
        }
        let separator = Separator.make(between: left.last.key, and: right[0].key, in: &slabs)
        insertChild(right.raw, liveCounts: (left.liveCount, right.liveCount), separator, level: height - 1, in: &slabs)
    }

    /// Links a new node behind the one that the path goes through below `level`.
    /// - Parameter liveCounts: Of the node that was split, and of the new one.
    private mutating func insertChild(
        _ child: UnsafeMutableRawPointer, liveCounts: (left: Int, right: Int), _ separator: Separator, level: Int,
        in slabs: inout Slabs
    ) {
        guard level >= 0 else { return growRoot(child, liveCounts, separator, in: &slabs) }
        let parent = path[level].inner
        let position = path[level].index + 1
        parent.liveCounts[position - 1] = liveCounts.left
        guard parent.count == Inner.capacity else {
            return parent.insert(child, liveCount: liveCounts.right, separator: separator, at: position)
        }
        let isAppending = position == Inner.capacity && isRightmost(above: level)
        let middle = isAppending ? Inner.capacity - 1 : Inner.capacity / 2
        let right = Inner.make(in: &slabs)
        let promoted = parent.split(at: middle, into: right)
        if position > middle {
            right.insert(child, liveCount: liveCounts.right, separator: separator, at: position - middle)
        } else {
            parent.insert(child, liveCount: liveCounts.right, separator: separator, at: position)
        }
        insertChild(
            right.raw, liveCounts: (parent.liveCount, right.liveCount), promoted, level: level - 1, in: &slabs)
    }

    private func isRightmost(above level: Int) -> Bool {
        for upper in 0..<level where path[upper].index != path[upper].inner.count - 1 { return false }
        return true
    }

    private mutating func growRoot(
        _ child: UnsafeMutableRawPointer, _ liveCounts: (left: Int, right: Int), _ separator: Separator,
        in slabs: inout Slabs
    ) {
        invariant(height < Self.largestHeight, "the tree stays below \(Self.largestHeight) levels: \(height)")
        let inner = Inner.make(in: &slabs)
        inner.setFirst(root, liveCount: liveCounts.left)
        inner.insert(child, liveCount: liveCounts.right, separator: separator, at: 1)
        root = inner.raw
        height += 1
    }
}

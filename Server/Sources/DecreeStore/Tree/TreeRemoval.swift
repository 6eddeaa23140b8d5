import PaxosBase

extension Tree {
    /// Nodes with fewer entries look for a neighbour to merge with, if both together stay below the second bound, so
    /// that the next few insertions do not split them again.
    private static var smallNode: Int { 16 }
    private static var largestMerge: Int { 44 }

    /// Removes a key that does not exist any more from the place where the last ``locate(_:)`` found it.
    mutating func remove(at place: Place, in slabs: inout Slabs) {
        keyCount -= 1
        generation &+= 1
        place.leaf.remove(at: place.index)
        guard height > 0 else { return }
        if place.leaf.count == 0 {
            place.leaf.unlink()
            slabs.free(place.leaf.raw, byteCount: Leaf.byteCount)
            removeChild(at: path[height - 1].index, level: height - 1, in: &slabs)
        } else if place.leaf.count < Self.smallNode {
            mergeLeaf(in: &slabs)
        }
    }

    /// Merges the leaf at the end of the path with a neighbour below the same parent, if they fit.
    private mutating func mergeLeaf(in slabs: inout Slabs) {
        let parent = path[height - 1].inner
        let index = path[height - 1].index
        for left in [index, index - 1] where left >= 0 && left + 1 < parent.count {
            let leaf = Leaf(raw: parent.child(at: left))
            let right = Leaf(raw: parent.child(at: left + 1))
            guard leaf.count + right.count <= Self.largestMerge else { continue }
            leaf.merge(right)
            slabs.free(right.raw, byteCount: Leaf.byteCount)
            parent.liveCounts[left] += parent.liveCounts[left + 1]
            return removeChild(at: left + 1, level: height - 1, in: &slabs)
        }
    }

    /// Unlinks a child that is freed or merged, with the separator that it leaves over.
    private mutating func removeChild(at index: Int, level: Int, in slabs: inout Slabs) {
        let inner = path[level].inner
        inner.remove(at: index)?.free(in: &slabs)
        shrink(level: level, in: &slabs)
    }

    /// Restores the shape after the inner node at `level` of the path lost a child.
    private mutating func shrink(level: Int, in slabs: inout Slabs) {
        let inner = path[level].inner
        if level == 0 {
            invariant(inner.count > 0, "the root keeps a child")
            guard inner.count == 1 else { return }
            root = inner.child(at: 0)
            height -= 1
            slabs.free(inner.raw, byteCount: Inner.byteCount)
            // A chain of only children collapses at once.
            collapseRoot(in: &slabs)
        } else if inner.count == 0 {
            slabs.free(inner.raw, byteCount: Inner.byteCount)
            removeChild(at: path[level - 1].index, level: level - 1, in: &slabs)
        } else if inner.count < Self.smallNode {
            mergeInner(level: level, in: &slabs)
        }
    }

    private mutating func collapseRoot(in slabs: inout Slabs) {
        while height > 0 {
            let inner = Inner(raw: root)
            guard inner.count == 1 else { return }
            root = inner.child(at: 0)
            height -= 1
            slabs.free(inner.raw, byteCount: Inner.byteCount)
        }
    }

    private mutating func mergeInner(level: Int, in slabs: inout Slabs) {
        let parent = path[level - 1].inner
        let index = path[level - 1].index
        for left in [index, index - 1] where left >= 0 && left + 1 < parent.count {
            let inner = Inner(raw: parent.child(at: left))
            let right = Inner(raw: parent.child(at: left + 1))
            guard inner.count + right.count <= Self.largestMerge else { continue }
            // The separator moves down; it stays in use.
            inner.merge(right, separator: parent.separator(at: left + 1))
            slabs.free(right.raw, byteCount: Inner.byteCount)
            parent.liveCounts[left] += parent.liveCounts[left + 1]
            _ = parent.remove(at: left + 1)
            return shrink(level: level - 1, in: &slabs)
        }
    }
}

import PaxosLog

/// Builds a tree from keys that arrive in order: full leaves first, then the levels above them.
struct BulkLoader {
    /// Leaves room for a few insertions before the first split.
    private static let fill = 60
    private static let innerFill = 52

    private struct Child {
        var raw: UnsafeMutableRawPointer
        var liveCount: Int
        /// Between this child and the one before it.
        var separator: Separator?
    }

    private var children: [Child] = []
    private var leaf: Leaf?
    private var lastKey: KeyNode?

    init() {}

    /// Checks that `key` comes behind all others so far.
    func begin(_ key: KeyNode) throws(SnapshotError) {
        if let lastKey, Bytes.compare(lastKey.key, key.key) >= 0 { throw SnapshotError("keys are not in order") }
    }

    mutating func append(_ key: KeyNode, isLive: Bool, in slabs: inout Slabs) {
        if leaf == nil || leaf?.count == Self.fill { beginLeaf(with: key, in: &slabs) }
        leaf?.append(key, isLive: isLive)
        lastKey = key
    }

    private mutating func beginLeaf(with key: KeyNode, in slabs: inout Slabs) {
        closeLeaf()
        let fresh = Leaf.make(in: &slabs)
        fresh.previous = leaf
        leaf?.next = fresh
        let separator = lastKey.map { Separator.make(between: $0.key, and: key.key, in: &slabs) }
        children.append(Child(raw: fresh.raw, liveCount: 0, separator: separator))
        leaf = fresh
    }

    private mutating func closeLeaf() {
        guard let leaf else { return }
        leaf.computePrefix()
        children[children.count - 1].liveCount = leaf.liveCount
    }

    /// Builds the upper levels and makes them the tree of `state`, whose own is empty.
    mutating func finish(_ state: inout StoreState) {
        closeLeaf()
        guard !children.isEmpty else { return }
        state.slabs.free(state.tree.root, byteCount: Leaf.byteCount)
        state.tree.keyCount = 0
        for child in children { state.tree.keyCount += Leaf(raw: child.raw).count }
        state.tree.liveCount = children.reduce(0) { $0 + $1.liveCount }
        while children.count > 1 {
            buildLevel(in: &state.slabs)
            state.tree.height += 1
        }
        state.tree.root = children[0].raw
        state.tree.generation += 1
        children = []
        leaf = nil
    }

    /// Puts the nodes of one level evenly under as few parents as hold them.
    private mutating func buildLevel(in slabs: inout Slabs) {
        let parentCount = (children.count + Self.innerFill - 1) / Self.innerFill
        var parents: [Child] = []
        var next = 0
        for index in 0..<parentCount {
            let end = children.count * (index + 1) / parentCount
            let inner = Inner.make(in: &slabs)
            inner.setFirst(children[next].raw, liveCount: children[next].liveCount)
            for child in children[(next + 1)..<end] {
                guard let separator = child.separator else { continue }
                inner.append(child.raw, liveCount: child.liveCount, separator: separator)
            }
            inner.computePrefix()
            parents.append(
                Child(raw: inner.raw, liveCount: inner.liveCount, separator: children[next].separator))
            next = end
        }
        children = parents
    }
}

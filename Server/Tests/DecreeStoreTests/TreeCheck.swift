@testable import DecreeStore

/// Looks at every node of the index and tells what is wrong with it.
struct TreeCheck {
    private var leaves: [Leaf] = []
    private var keyCount = 0
    private var fault: String?

    /// What is wrong first; nil when nothing is.
    static func firstFault(in store: Store) -> String? {
        var check = TreeCheck()
        let live = check.visit(store.state.tree.root, height: store.state.tree.height, from: nil, to: nil)
        check.checkChain()
        check.note(live == store.state.tree.liveCount, "\(live) keys exist, counted \(store.state.tree.liveCount)")
        let keyCount = check.keyCount
        check.note(keyCount == store.state.tree.keyCount, "\(keyCount) keys, counted \(store.state.tree.keyCount)")
        for leaf in check.leaves {
            for index in 0..<leaf.count where check.fault == nil {
                let found = store.state.tree.find(leaf[index].key)
                check.note(found == leaf[index], "key \(index) of \(leaf.count) in a leaf is not found")
            }
        }
        return check.fault
    }

    private mutating func note(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition && fault == nil { fault = text() }
    }

    /// - Returns: How many keys below the node exist.
    private mutating func visit(
        _ node: UnsafeMutableRawPointer, height: Int, from lower: Separator?, to upper: Separator?
    ) -> Int {
        if height == 0 { return visit(Leaf(raw: node), from: lower, to: upper) }
        let inner = Inner(raw: node)
        note(inner.count > 0 && inner.count <= Inner.capacity, "an inner node has \(inner.count) children")
        var sum = 0
        for index in 0..<inner.count {
            let first = index == 0 ? lower : inner.separator(at: index)
            let end = index + 1 < inner.count ? inner.separator(at: index + 1) : upper
            let live = visit(inner.child(at: index), height: height - 1, from: first, to: end)
            note(
                live == inner.liveCounts[index], "\(live) keys exist below a child, counted \(inner.liveCounts[index])")
            sum += live
        }
        return sum
    }

    private mutating func visit(_ leaf: Leaf, from lower: Separator?, to upper: Separator?) -> Int {
        leaves.append(leaf)
        keyCount += leaf.count
        note(leaf.count <= Leaf.capacity, "a leaf has \(leaf.count) keys")
        for index in 0..<leaf.count {
            let key = leaf[index]
            if index > 0 { note(Bytes.compare(leaf[index - 1].key, key.key) < 0, "the keys of a leaf are in order") }
            if let lower { note(Bytes.compare(lower.bytes, key.key) <= 0, "a key lies below its separator") }
            if let upper { note(Bytes.compare(key.key, upper.bytes) < 0, "a key lies above the next separator") }
            let isLive = leaf.live >> UInt64(index) & 1 == 1
            note(key.hasVersions && key.latest.isAlive == isLive, "a bit of life is wrong")
        }
        note(leaf.count == 64 || leaf.live >> UInt64(leaf.count) == 0, "keys exist behind the last one")
        return leaf.liveCount
    }

    private mutating func checkChain() {
        for (index, leaf) in leaves.enumerated() {
            note(leaf.previous == (index > 0 ? leaves[index - 1] : nil), "leaf \(index) is chained to the wrong one")
            note(
                leaf.next == (index + 1 < leaves.count ? leaves[index + 1] : nil),
                "leaf \(index) leads to the wrong one")
            note(leaf.count > 0 || leaves.count == 1, "leaf \(index) is empty")
        }
    }
}

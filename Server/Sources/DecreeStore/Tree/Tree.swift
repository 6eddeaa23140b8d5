import PaxosBase

/// The index of all keys that the store holds: those that exist now, and those that only history knows.
///
/// A B+tree in raw memory. Leaves are chained, inner nodes count. A search with a path remembers which way it went, so
/// that the change that follows it needs no links to parents.
/// - Source: Bayer and Unterauer, "Prefix B-Trees", 1977 (separators, common prefixes).
struct Tree: ~Copyable {
    /// One inner node on the way down, and which of its children the way took.
    struct Step {
        var inner: Inner
        var index: Int
    }

    /// Far above what fan-outs of sixteen and more can reach.
    static let largestHeight = 24

    var root: UnsafeMutableRawPointer
    /// How many inner nodes lie above each leaf.
    var height = 0
    /// The way of the last search that kept one, from the root down: as many steps as the tree is high.
    let path: UnsafeMutablePointer<Step>
    /// Keys held, deleted ones included.
    var keyCount = 0
    /// Keys that exist now.
    var liveCount = 0
    /// Changes whenever a key comes or goes: places found before are void then.
    var generation = 0

    init(in slabs: inout Slabs) {
        root = Leaf.make(in: &slabs).raw
        path = .allocate(capacity: Self.largestHeight)
    }

    deinit { path.deallocate() }

    /// Where a key stands, or would stand.
    struct Place {
        var leaf: Leaf
        var index: Int
        var isFound: Bool
    }

    @inline(__always)
    func find(_ key: ByteSpan) -> KeyNode? {
        var node = root
        for _ in 0..<height {
            let inner = Inner(raw: node)
            node = inner.child(at: inner.childIndex(for: key))
        }
        let leaf = Leaf(raw: node)
        let (index, isFound) = leaf.search(key)
        return isFound ? leaf[index] : nil
    }

    /// Finds a place and remembers the path to it.
    @inline(__always)
    func locate(_ key: ByteSpan) -> Place {
        var node = root
        for level in 0..<height {
            let inner = Inner(raw: node)
            let index = inner.childIndex(for: key)
            path[level] = Step(inner: inner, index: index)
            node = inner.child(at: index)
        }
        let leaf = Leaf(raw: node)
        let (index, isFound) = leaf.search(key)
        return Place(leaf: leaf, index: index, isFound: isFound)
    }

    /// Finds a place, and how many keys before it exist now.
    @inline(__always)
    func rank(of key: ByteSpan) -> (place: Place, rank: Int) { Self.rank(of: key, below: root, height: height) }

    @inline(__always)
    static func rank(
        of key: ByteSpan, below root: UnsafeMutableRawPointer, height: Int
    ) -> (place: Place, rank: Int) {
        var node = root
        var rank = 0
        for _ in 0..<height {
            let inner = Inner(raw: node)
            let index = inner.childIndex(for: key)
            rank &+= inner.liveCount(before: index)
            node = inner.child(at: index)
        }
        let leaf = Leaf(raw: node)
        let (index, isFound) = leaf.search(key)
        return (Place(leaf: leaf, index: index, isFound: isFound), rank &+ leaf.liveCount(before: index))
    }

    /// The leaf with the key that has `rank` keys before it that exist, and exists itself; there is one.
    static func leaf(ofLive rank: Int, below root: UnsafeMutableRawPointer, height: Int) -> Leaf {
        var node = root
        var rest = rank
        for _ in 0..<height {
            let inner = Inner(raw: node)
            var index = 0
            while index < inner.count - 1 && rest >= inner.liveCounts[index] {
                rest -= inner.liveCounts[index]
                index += 1
            }
            node = inner.child(at: index)
        }
        return Leaf(raw: node)
    }

    /// The end of the last leaf.
    var endPlace: Place {
        var node = root
        for _ in 0..<height {
            let inner = Inner(raw: node)
            node = inner.child(at: inner.count - 1)
        }
        let leaf = Leaf(raw: node)
        return Place(leaf: leaf, index: leaf.count, isFound: false)
    }

    /// How many keys in `span` exist now.
    func countLive(in span: KeySpan) -> Int {
        if span.isSingleKey { return find(span.key).map { $0.latest.isAlive ? 1 : 0 } ?? 0 }
        let end = span.isOpen ? liveCount : rank(of: span.rangeEnd).rank
        return max(0, end - rank(of: span.key).rank)
    }

    /// Notes along the path of the last ``locate(_:)`` that keys have begun or ceased to exist.
    @inline(__always)
    mutating func addLive(_ difference: Int) {
        for level in 0..<height {
            let step = path[level]
            step.inner.liveCounts[step.index] &+= difference
        }
        liveCount &+= difference
    }
}

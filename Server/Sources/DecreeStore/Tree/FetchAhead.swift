/// Looks at the memory that a batch of searches will need before the first of them runs.
///
/// A search in a large tree waits for memory at each level, since every step tells only then where the next one goes.
/// Keys of one batch do not depend on each other: walked down side by side, level by level, they wait together. Nothing
/// here changes anything, and nothing goes wrong when the tree changes before the searches run.
struct FetchAhead {
    /// How many keys walk side by side; more than the memory system can follow at once gains nothing.
    static let width = 16

    private var keys = InlineArray<16, ByteSpan>(repeating: ByteSpan(start: nil, count: 0))
    private var nodes = InlineArray<16, UnsafeMutableRawPointer?>(repeating: nil)
    private(set) var count = 0
    /// What was looked at, so that looking is not optimized away.
    private(set) var seen: UInt64 = 0

    init() {}

    mutating func add(_ key: ByteSpan) {
        keys[count] = key
        count += 1
    }

    /// Walks all keys down to their newest versions.
    mutating func run(in tree: borrowing Tree) {
        for index in 0..<count { nodes[index] = tree.root }
        for _ in 0..<tree.height { descend() }
        for index in 0..<count { seen ^= leaf(index).touchHead() }
        for index in 0..<count { seen ^= leaf(index).touchLine(for: keys[index]) }
        for index in 0..<count { nodes[index] = leaf(index).candidate(for: keys[index])?.raw }
        for index in 0..<count {
            if let node = nodes[index] { seen ^= node.load(as: UInt64.self) }
        }
        for index in 0..<count {
            if let node = nodes[index] { seen ^= KeyNode(raw: node).touchVersions() }
        }
    }

    private func leaf(_ index: Int) -> Leaf { Leaf(raw: nodes[index].unsafelyUnwrapped) }

    private mutating func descend() {
        for index in 0..<count { seen ^= inner(index).touchHead() }
        for index in 0..<count { seen ^= inner(index).touchLine(for: keys[index]) }
        for index in 0..<count {
            let inner = inner(index)
            nodes[index] = inner.child(at: inner.childIndex(for: keys[index]))
        }
    }

    private func inner(_ index: Int) -> Inner { Inner(raw: nodes[index].unsafelyUnwrapped) }
}

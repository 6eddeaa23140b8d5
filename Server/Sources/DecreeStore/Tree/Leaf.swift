/// A leaf of the tree: up to 64 keys in order.
///
/// Beside each key node stand eight bytes of its key, taken behind what all keys of the leaf begin with; most searches
/// look at nothing else before they touch the one key that they find. One bit a key says whether it exists now, so that
/// counts and current ranges skip deleted keys without looking at them.
struct Leaf: Equatable {
    static let capacity = 64
    static let byteCount = 128 + capacity * 16

    let raw: UnsafeMutableRawPointer

    @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    static func make(in slabs: inout Slabs) -> Leaf {
        let leaf = Leaf(raw: slabs.allocate(byteCount: byteCount))
        leaf.count = 0
        leaf.prefixLength = 0
        leaf.live = 0
        leaf.next = nil
        leaf.previous = nil
        leaf.search.clear(from: 0, to: capacity)
        leaf.search.takePivots(from: 0, capacity: capacity)
        return leaf
    }

    @inline(__always)
    var count: Int {
        get { Int(raw.load(fromByteOffset: 0, as: UInt32.self)) }
        nonmutating set { raw.storeBytes(of: UInt32(newValue), toByteOffset: 0, as: UInt32.self) }
    }

    /// How many bytes all keys of the leaf are known to begin with in common.
    @inline(__always)
    var prefixLength: Int {
        get { Int(raw.load(fromByteOffset: 4, as: UInt32.self)) }
        nonmutating set { raw.storeBytes(of: UInt32(newValue), toByteOffset: 4, as: UInt32.self) }
    }

    /// One bit for each key that exists now, from the first key in the lowest bit.
    @inline(__always)
    var live: UInt64 {
        get { raw.load(fromByteOffset: 64, as: UInt64.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 64, as: UInt64.self) }
    }

    @inline(__always)
    var next: Leaf? {
        get { raw.load(fromByteOffset: 72, as: UnsafeMutableRawPointer?.self).map(Leaf.init(raw:)) }
        nonmutating set { raw.storeBytes(of: newValue?.raw, toByteOffset: 72, as: UnsafeMutableRawPointer?.self) }
    }

    var previous: Leaf? {
        get { raw.load(fromByteOffset: 80, as: UnsafeMutableRawPointer?.self).map(Leaf.init(raw:)) }
        nonmutating set { raw.storeBytes(of: newValue?.raw, toByteOffset: 80, as: UnsafeMutableRawPointer?.self) }
    }

    @inline(__always)
    private var search: SampleSearch { SampleSearch(node: raw) }

    @inline(__always)
    private var samples: UnsafeMutablePointer<UInt64> { search.samples }

    @inline(__always)
    private var keys: UnsafeMutablePointer<KeyNode> {
        (raw + SampleSearch.samplesOffset + Self.capacity * 8).assumingMemoryBound(to: KeyNode.self)
    }

    @inline(__always)
    subscript(index: Int) -> KeyNode { keys[index] }

    var last: KeyNode { keys[count - 1] }

    var liveCount: Int { live.nonzeroBitCount }

    /// How many keys before `index` exist now.
    @inline(__always)
    func liveCount(before index: Int) -> Int {
        index >= 64 ? live.nonzeroBitCount : (live & (1 << UInt64(index) &- 1)).nonzeroBitCount
    }

    @inline(__always)
    func setLive(_ isLive: Bool, at index: Int) {
        let bit: UInt64 = 1 << UInt64(index)
        live = isLive ? live | bit : live & ~bit
    }

    /// Where `key` stands, or the place of the first key above it.
    @inline(__always)
    func search(_ key: ByteSpan) -> (index: Int, found: Bool) {
        let count = count
        let prefix = prefixLength
        let sample = Bytes.sample(key, from: prefix)
        var low = min(search.firstIndex(notBelow: sample), count)
        if low < count && samples[low] == sample {
            var high = low &+ 1
            while high < count && samples[high] == sample { high &+= 1 }
            while low < high {
                let middle = (low &+ high) >> 1
                let order = Bytes.compare(keys[middle].key, key)
                if order == 0 { return (middle, true) }
                if order < 0 { low = middle &+ 1 } else { high = middle }
            }
        }
        // Without the common prefix the samples say nothing: the key stands before or behind all others.
        if prefix > 0 && count > 0 {
            let first = keys[0].key
            if Bytes.commonPrefix(first, key) < prefix { return (Bytes.compare(key, first) < 0 ? 0 : count, false) }
        }
        return (low, false)
    }

    /// Inserts a key that exists; the leaf has room.
    func insert(_ node: KeyNode, at index: Int) {
        let count = count
        if count == 0 {
            prefixLength = node.key.count
        } else {
            let shared = Bytes.commonPrefix(node.key, keys[0].key)
            if shared < prefixLength { resample(prefix: shared) }
        }
        (samples + index + 1).update(from: samples + index, count: count - index)
        (keys + index + 1).update(from: keys + index, count: count - index)
        samples[index] = Bytes.sample(node.key, from: prefixLength)
        search.takePivots(from: index, capacity: Self.capacity)
        keys[index] = node
        let below = live & (1 << UInt64(index) &- 1)
        live = below | (live &- below) << 1 | 1 << UInt64(index)
        self.count = count + 1
    }

    func remove(at index: Int) {
        let count = count
        (samples + index).update(from: samples + index + 1, count: count - index - 1)
        (keys + index).update(from: keys + index + 1, count: count - index - 1)
        let below = live & (1 << UInt64(index) &- 1)
        live = below | (live >> 1 & ~(1 << UInt64(index) &- 1))
        samples[count - 1] = .max
        search.takePivots(from: index, capacity: Self.capacity)
        self.count = count - 1
    }

    /// Appends a key that comes after all others; ``computePrefix()`` must follow before the leaf is searched.
    func append(_ node: KeyNode, isLive: Bool) {
        let index = count
        keys[index] = node
        count = index + 1
        setLive(isLive, at: index)
    }

    /// Moves the keys from `index` on to the empty leaf `right` and links it behind this one.
    func split(at index: Int, into right: Leaf) {
        let moved = count - index
        right.keys.update(from: keys + index, count: moved)
        right.count = moved
        right.live = index >= 64 ? 0 : live >> UInt64(index)
        live = index >= 64 ? live : live & (1 << UInt64(index) &- 1)
        count = index
        right.next = next
        right.previous = self
        next?.previous = right
        next = right
        guard moved > 0 else { return }
        computePrefix()
        right.computePrefix()
    }

    /// Takes over all keys of `right`, its right neighbour, and unlinks it. Both together have room here.
    func merge(_ right: Leaf) {
        let count = count
        (keys + count).update(from: right.keys, count: right.count)
        live |= right.live << UInt64(count)
        self.count = count + right.count
        right.unlink()
        computePrefix()
    }

    /// Takes the leaf out of the chain of leaves.
    func unlink() {
        previous?.next = next
        next?.previous = previous
    }

    /// Finds anew what all keys begin with, and takes the samples behind it.
    func computePrefix() {
        guard count > 0 else { return }
        resample(prefix: Bytes.commonPrefix(keys[0].key, keys[count - 1].key))
    }

    private func resample(prefix: Int) {
        prefixLength = prefix
        for index in 0..<count { samples[index] = Bytes.sample(keys[index].key, from: prefix) }
        search.clear(from: count, to: Self.capacity)
        search.takePivots(from: 0, capacity: Self.capacity)
    }

    // MARK: Fetching ahead

    /// Looks at the first line of the leaf, so that it is near when the leaf is searched.
    @inline(__always)
    func touchHead() -> UInt64 { raw.load(as: UInt64.self) ^ live }

    /// Looks at the lines where `key` is to be found.
    @inline(__always)
    func touchLine(for key: ByteSpan) -> UInt64 {
        let start = search.lineStart(for: Bytes.sample(key, from: prefixLength))
        return samples[start] ^ UInt64(UInt(bitPattern: keys[start].raw))
    }

    /// The key node that a search for `key` will look at, if there is one.
    @inline(__always)
    func candidate(for key: ByteSpan) -> KeyNode? {
        let index = search.firstIndex(notBelow: Bytes.sample(key, from: prefixLength))
        return index < count ? keys[index] : nil
    }
}

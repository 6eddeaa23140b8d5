/// The bytes between two children of an inner node: not below any key left of it, not above any key right of it.
///
/// Owned, because the key that it was cut from may vanish.
struct Separator {
    let raw: UnsafeMutableRawPointer

    /// The shortest string that is above `left` and not above `right`.
    static func make(between left: ByteSpan, and right: ByteSpan, in slabs: inout Slabs) -> Separator {
        let length = Bytes.commonPrefix(left, right) + 1
        let separator = Separator(raw: slabs.allocate(byteCount: 4 + length))
        separator.raw.storeBytes(of: UInt32(length), as: UInt32.self)
        (separator.raw + 4).copyMemory(from: right.baseAddress.unsafelyUnwrapped, byteCount: length)
        return separator
    }

    @inline(__always)
    var bytes: ByteSpan { ByteSpan(start: raw + 4, count: Int(raw.load(as: UInt32.self))) }

    func free(in slabs: inout Slabs) { slabs.free(raw, byteCount: 4 + bytes.count) }
}

/// An inner node: up to 56 children, separators between them, and for each child how many keys below it exist now.
///
/// The counts make the number of keys in any range a matter of two descents. The separator at a position lies left of
/// the child there; the first child has none.
struct Inner: Equatable {
    static let capacity = 56
    static let byteCount = 128 + capacity * 32

    /// How much of the common prefix stands in the node itself.
    private static let inlinePrefix = 64

    let raw: UnsafeMutableRawPointer

    @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    static func make(in slabs: inout Slabs) -> Inner {
        let inner = Inner(raw: slabs.allocate(byteCount: byteCount))
        inner.count = 0
        inner.prefixLength = 0
        inner.search.clear(from: 0, to: capacity)
        inner.search.takePivots(from: 0, capacity: capacity)
        return inner
    }

    @inline(__always)
    var count: Int {
        get { Int(raw.load(fromByteOffset: 0, as: UInt32.self)) }
        nonmutating set { raw.storeBytes(of: UInt32(newValue), toByteOffset: 0, as: UInt32.self) }
    }

    /// How many bytes all separators are known to begin with in common.
    @inline(__always)
    private var prefixLength: Int {
        get { Int(raw.load(fromByteOffset: 4, as: UInt32.self)) }
        nonmutating set { raw.storeBytes(of: UInt32(newValue), toByteOffset: 4, as: UInt32.self) }
    }

    @inline(__always)
    private var search: SampleSearch { SampleSearch(node: raw) }

    @inline(__always)
    private var samples: UnsafeMutablePointer<UInt64> { search.samples }

    @inline(__always)
    private var children: UnsafeMutablePointer<UnsafeMutableRawPointer> {
        (raw + 128 + Self.capacity * 8).assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    }

    /// How many keys below each child exist now.
    @inline(__always)
    var liveCounts: UnsafeMutablePointer<Int> {
        (raw + 128 + Self.capacity * 16).assumingMemoryBound(to: Int.self)
    }

    @inline(__always)
    private var separators: UnsafeMutablePointer<Separator> {
        (raw + 128 + Self.capacity * 24).assumingMemoryBound(to: Separator.self)
    }

    /// What all separators begin with: in the node itself if it is short.
    @inline(__always)
    private func prefix(ofLength length: Int) -> ByteSpan {
        length <= Self.inlinePrefix
            ? ByteSpan(start: raw + 64, count: length) : ByteSpan(rebasing: separators[1].bytes[..<length])
    }

    @inline(__always)
    func child(at index: Int) -> UnsafeMutableRawPointer { children[index] }

    func separator(at index: Int) -> Separator { separators[index] }

    var liveCount: Int { liveCount(before: count) }

    @inline(__always)
    func liveCount(before index: Int) -> Int {
        var sum = 0
        for position in 0..<index { sum &+= liveCounts[position] }
        return sum
    }

    /// The child whose keys are those around `key`: the last one whose separator is not above it.
    @inline(__always)
    func childIndex(for key: ByteSpan) -> Int {
        let count = count
        guard count > 1 else { return 0 }
        let prefix = prefixLength
        if prefix > 0 {
            let shared = self.prefix(ofLength: prefix)
            if Bytes.commonPrefix(shared, key) < prefix { return Bytes.compare(key, shared) < 0 ? 0 : count &- 1 }
        }
        let sample = Bytes.sample(key, from: prefix)
        var low = min(max(1, search.firstIndex(notBelow: sample)), count)
        var high = low
        while high < count && samples[high] == sample { high &+= 1 }
        while low < high {
            let middle = (low &+ high) >> 1
            if Bytes.compare(separators[middle].bytes, key, from: prefix) <= 0 {
                low = middle &+ 1
            } else {
                high = middle
            }
        }
        return low &- 1
    }

    /// Sets the first child of an empty node.
    func setFirst(_ child: UnsafeMutableRawPointer, liveCount: Int) {
        children[0] = child
        liveCounts[0] = liveCount
        samples[0] = 0
        count = 1
        prefixLength = 0
    }

    /// Inserts a child and the separator left of it at `index`, which is not zero; the node has room.
    func insert(_ child: UnsafeMutableRawPointer, liveCount: Int, separator: Separator, at index: Int) {
        let count = count
        if count == 1 {
            setPrefix(separator.bytes)
        } else {
            let shared = Bytes.commonPrefix(separator.bytes, separators[1].bytes)
            if shared < prefixLength { resample(prefix: shared) }
        }
        let moved = count - index
        (children + index + 1).update(from: children + index, count: moved)
        (liveCounts + index + 1).update(from: liveCounts + index, count: moved)
        (samples + index + 1).update(from: samples + index, count: moved)
        (separators + index + 1).update(from: separators + index, count: moved)
        children[index] = child
        liveCounts[index] = liveCount
        samples[index] = Bytes.sample(separator.bytes, from: prefixLength)
        separators[index] = separator
        search.takePivots(from: index, capacity: Self.capacity)
        self.count = count + 1
    }

    /// Appends a child behind all others; ``computePrefix()`` must follow before the node is searched.
    func append(_ child: UnsafeMutableRawPointer, liveCount: Int, separator: Separator) {
        let index = count
        children[index] = child
        liveCounts[index] = liveCount
        separators[index] = separator
        count = index + 1
    }

    /// Takes the child at `index` out.
    /// - Returns: The separator that is needed no more, for the caller to free: none when no other child is left.
    func remove(at index: Int) -> Separator? {
        let count = count
        // The child behind a removed first one becomes the first and needs no separator.
        let separator = count > 1 ? separators[max(index, 1)] : nil
        let moved = count - index - 1
        (children + index).update(from: children + index + 1, count: moved)
        (liveCounts + index).update(from: liveCounts + index + 1, count: moved)
        (samples + index).update(from: samples + index + 1, count: moved)
        (separators + index).update(from: separators + index + 1, count: moved)
        samples[0] = 0
        samples[count - 1] = .max
        search.takePivots(from: 0, capacity: Self.capacity)
        self.count = count - 1
        return separator
    }

    /// Moves the children from `index` on to the empty node `right`.
    /// - Returns: The separator between the two.
    func split(at index: Int, into right: Inner) -> Separator {
        let moved = count - index
        right.children.update(from: children + index, count: moved)
        right.liveCounts.update(from: liveCounts + index, count: moved)
        right.separators.update(from: separators + index, count: moved)
        right.count = moved
        count = index
        computePrefix()
        right.computePrefix()
        return separators[index]
    }

    /// Takes over all children of `right`, its right neighbour, with the separator that stood between the two.
    func merge(_ right: Inner, separator: Separator) {
        let count = count
        let moved = right.count
        (children + count).update(from: right.children, count: moved)
        (liveCounts + count).update(from: right.liveCounts, count: moved)
        (separators + count).update(from: right.separators, count: moved)
        separators[count] = separator
        self.count = count + moved
        computePrefix()
    }

    /// Finds anew what all separators begin with, and takes the samples behind it.
    func computePrefix() {
        let prefix = count > 1 ? Bytes.commonPrefix(separators[1].bytes, separators[count - 1].bytes) : 0
        resample(prefix: prefix)
    }

    private func resample(prefix: Int) {
        setPrefix(count > 1 ? ByteSpan(rebasing: separators[1].bytes[..<prefix]) : ByteSpan(start: nil, count: 0))
        samples[0] = 0
        for index in 1..<max(count, 1) { samples[index] = Bytes.sample(separators[index].bytes, from: prefix) }
        search.clear(from: count, to: Self.capacity)
        search.takePivots(from: 0, capacity: Self.capacity)
    }

    private func setPrefix(_ prefix: ByteSpan) {
        prefixLength = prefix.count
        if let bytes = prefix.baseAddress {
            (raw + 64).copyMemory(from: bytes, byteCount: min(prefix.count, Self.inlinePrefix))
        }
    }

    // MARK: Fetching ahead

    /// Looks at the first two lines of the node, so that they are near when it is searched.
    @inline(__always)
    func touchHead() -> UInt64 {
        raw.load(as: UInt64.self) ^ raw.load(fromByteOffset: 64, as: UInt64.self)
    }

    /// Looks at the lines where the child for `key` is to be found.
    @inline(__always)
    func touchLine(for key: ByteSpan) -> UInt64 {
        let start = search.lineStart(for: Bytes.sample(key, from: prefixLength))
        return samples[start] ^ UInt64(UInt(bitPattern: children[start]))
    }
}

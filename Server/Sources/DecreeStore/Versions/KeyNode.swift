/// A key as it lies in memory: its bytes, its latest version and the older ones that are still readable.
///
/// 24 bytes and the key. Versions stand in the order of history, so that a revision is found by bisection.
struct KeyNode: Equatable {
    let raw: UnsafeMutableRawPointer

    @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    private static let headByteCount = 24

    /// Makes a node without versions; one must be appended next.
    static func make(key: ByteSpan, in slabs: inout Slabs) -> KeyNode {
        let node = make(keyLength: key.count, in: &slabs)
        if let bytes = key.baseAddress { node.keyStart.copyMemory(from: bytes, byteCount: key.count) }
        return node
    }

    /// Makes a node without versions whose key is still to be written to ``keyStart``.
    static func make(keyLength: Int, in slabs: inout Slabs) -> KeyNode {
        let node = KeyNode(raw: slabs.allocate(byteCount: headByteCount &+ keyLength))
        node.raw.storeBytes(of: nil, toByteOffset: 0, as: UnsafeMutableRawPointer?.self)
        node.raw.storeBytes(of: nil, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
        node.raw.storeBytes(of: UInt32(keyLength), toByteOffset: 16, as: UInt32.self)
        node.raw.storeBytes(of: 0, toByteOffset: 20, as: UInt32.self)
        return node
    }

    /// Frees the node and the list of its older versions, not the versions.
    func free(in slabs: inout Slabs) {
        history.free(in: &slabs)
        slabs.free(raw, byteCount: Self.headByteCount &+ key.count)
    }

    /// Where the bytes of the key begin.
    var keyStart: UnsafeMutableRawPointer { raw + Self.headByteCount }

    @inline(__always)
    var key: ByteSpan {
        ByteSpan(start: raw + Self.headByteCount, count: Int(raw.load(fromByteOffset: 16, as: UInt32.self)))
    }

    @inline(__always)
    private var latestRaw: UnsafeMutableRawPointer? {
        raw.load(fromByteOffset: 0, as: UnsafeMutableRawPointer?.self)
    }

    /// The newest version.
    @inline(__always)
    var latest: Version { Version(raw: latestRaw.unsafelyUnwrapped) }

    @inline(__always)
    var hasVersions: Bool { latestRaw != nil }

    /// The versions before the latest, oldest first.
    @inline(__always)
    var history: VersionList {
        VersionList(
            block: raw.load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self),
            count: Int(raw.load(fromByteOffset: 20, as: UInt32.self)))
    }

    @inline(__always)
    private func setHistory(_ list: VersionList) {
        raw.storeBytes(of: list.block, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
        raw.storeBytes(of: UInt32(list.count), toByteOffset: 20, as: UInt32.self)
    }

    /// Appends a version newer than all that the key has.
    @inline(__always)
    func append(_ version: Version, in slabs: inout Slabs) {
        if let former = latestRaw {
            var list = history
            list.append(Version(raw: former), in: &slabs)
            setHistory(list)
        }
        raw.storeBytes(of: version.raw, toByteOffset: 0, as: UnsafeMutableRawPointer?.self)
    }

    /// The oldest version that is held.
    var oldest: Version { history.count > 0 ? history[0] : latest }

    /// Takes the oldest version away; with the last one gone the key holds nothing any more.
    /// - Returns: That version, for the caller to free.
    func removeOldest(in slabs: inout Slabs) -> Version {
        var list = history
        guard list.count > 0 else {
            defer { raw.storeBytes(of: nil, toByteOffset: 0, as: UnsafeMutableRawPointer?.self) }
            return latest
        }
        let version = list.removeFirst(in: &slabs)
        setHistory(list)
        return version
    }

    /// Looks at the first line, so that it is near when it is read.
    @inline(__always)
    func touchHead() -> UInt64 { raw.load(as: UInt64.self) ^ raw.load(fromByteOffset: 16, as: UInt64.self) }

    /// Looks at the newest version and at the end of the list of older ones, so that they are near when a version is
    /// appended.
    @inline(__always)
    func touchVersions() -> UInt64 {
        guard let latest = latestRaw else { return 0 }
        let version = latest.load(as: UInt64.self) ^ latest.load(fromByteOffset: 40, as: UInt64.self)
        guard let block = history.block else { return version }
        return version ^ block.load(as: UInt64.self)
    }

    /// The newest version at or before `revision`.
    @inline(__always)
    func version(at revision: Int64) -> Version? {
        let latest = latest
        if latest.modRevision <= revision { return latest }
        let list = history
        let index = list.firstIndex(after: revision)
        return index == 0 ? nil : list[index - 1]
    }

    /// The oldest version after `revision`.
    func firstVersion(after revision: Int64) -> Version? {
        let list = history
        let index = list.firstIndex(after: revision)
        if index < list.count { return list[index] }
        return latest.modRevision > revision ? latest : nil
    }

    /// How many versions the key holds; ``version(atIndex:)`` counts from the oldest.
    var versionCount: Int { history.count + (hasVersions ? 1 : 0) }

    func version(atIndex index: Int) -> Version {
        let list = history
        return index < list.count ? list[index] : latest
    }

    /// The position of the oldest version after `revision`; ``versionCount`` when there is none.
    func firstIndex(after revision: Int64) -> Int {
        let list = history
        let index = list.firstIndex(after: revision)
        return index < list.count || latest.modRevision > revision ? index : list.count + 1
    }
}

/// The older versions of a key, oldest first: an array that grows at the end and shrinks at the front.
struct VersionList {
    fileprivate(set) var block: UnsafeMutableRawPointer?
    fileprivate(set) var count: Int

    private static let headByteCount = 8

    @inline(__always)
    init(block: UnsafeMutableRawPointer?, count: Int) {
        self.block = block
        self.count = count
    }

    /// Room for elements, and where the first one stands.
    private var capacity: Int { block.map { Int($0.load(fromByteOffset: 0, as: UInt32.self)) } ?? 0 }

    @inline(__always)
    private var start: Int {
        get { block.map { Int($0.load(fromByteOffset: 4, as: UInt32.self)) } ?? 0 }
        nonmutating set { block?.storeBytes(of: UInt32(newValue), toByteOffset: 4, as: UInt32.self) }
    }

    @inline(__always)
    private func slot(_ position: Int) -> UnsafeMutableRawPointer {
        block.unsafelyUnwrapped + (Self.headByteCount &+ position &* 8)
    }

    @inline(__always)
    subscript(index: Int) -> Version {
        Version(raw: slot(start &+ index).load(as: UnsafeMutableRawPointer.self))
    }

    /// The position of the oldest element after `revision`; `count` when there is none.
    func firstIndex(after revision: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            if self[middle].modRevision <= revision { low = middle + 1 } else { high = middle }
        }
        return low
    }

    @inline(__always)
    mutating func append(_ version: Version, in slabs: inout Slabs) {
        if start &+ count == capacity { makeRoom(in: &slabs) }
        slot(start &+ count).storeBytes(of: version.raw, as: UnsafeMutableRawPointer.self)
        count &+= 1
    }

    mutating func removeFirst(in slabs: inout Slabs) -> Version {
        let first = self[0]
        start += 1
        count -= 1
        if count == 0 {
            free(in: &slabs)
            block = nil
        } else if capacity > 15 && count * 4 < capacity {
            move(toCapacity: capacity / 2, in: &slabs)
        }
        return first
    }

    func free(in slabs: inout Slabs) {
        guard let block else { return }
        slabs.free(block, byteCount: Self.headByteCount + capacity * 8)
    }

    /// Capacities are those that fill slots of the slabs: 1, 3, 7, 15 and so on.
    private mutating func makeRoom(in slabs: inout Slabs) {
        if start > capacity / 2 {
            slot(0).copyMemory(from: slot(start), byteCount: count * 8)
            start = 0
        } else {
            move(toCapacity: capacity * 2 + 1, in: &slabs)
        }
    }

    private mutating func move(toCapacity newCapacity: Int, in slabs: inout Slabs) {
        let target = slabs.allocate(byteCount: Self.headByteCount + newCapacity * 8)
        target.storeBytes(of: UInt32(newCapacity), toByteOffset: 0, as: UInt32.self)
        target.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
        if count > 0 { (target + Self.headByteCount).copyMemory(from: slot(start), byteCount: count * 8) }
        free(in: &slabs)
        block = target
    }
}

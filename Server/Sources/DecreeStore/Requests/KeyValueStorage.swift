import PaxosBase

/// What stands before the key bytes of an entry: four words and two lengths.
enum EntryHeader {
    static let createRevision = 0
    static let modRevision = 8
    static let version = 16
    static let lease = 24
    static let keyLength = 32
    static let valueLength = 36
    static let byteCount = 40
}

/// The buffer behind a ``KeyValueList``: written by one builder, never again once a list was made of it.
final class KeyValueStorage: @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    let capacity: Int
    private(set) var byteCount = 0
    private(set) var count = 0

    /// - Parameter capacity: Exactly as many bytes as the entries will take, headers included.
    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    /// Appends an entry; only before a list shares this buffer.
    @inline(__always)
    func append(_ view: KeyValueView) {
        let entry = base + byteCount
        byteCount += EntryHeader.byteCount + view.key.count + view.value.count
        invariant(byteCount <= capacity, "what is kept fits: \(byteCount) of \(capacity)")
        count += 1
        entry.storeBytes(of: view.createRevision.rawValue, toByteOffset: EntryHeader.createRevision, as: Int64.self)
        entry.storeBytes(of: view.modRevision.rawValue, toByteOffset: EntryHeader.modRevision, as: Int64.self)
        entry.storeBytes(of: view.version, toByteOffset: EntryHeader.version, as: Int64.self)
        entry.storeBytes(of: view.lease.rawValue, toByteOffset: EntryHeader.lease, as: Int64.self)
        entry.storeBytes(of: UInt32(view.key.count), toByteOffset: EntryHeader.keyLength, as: UInt32.self)
        entry.storeBytes(of: UInt32(view.value.count), toByteOffset: EntryHeader.valueLength, as: UInt32.self)
        let bytes = entry + EntryHeader.byteCount
        if let key = view.key.baseAddress { bytes.copyMemory(from: key, byteCount: view.key.count) }
        if let value = view.value.baseAddress {
            (bytes + view.key.count).copyMemory(from: value, byteCount: view.value.count)
        }
    }

    @inline(__always)
    func view(at offset: Int) -> KeyValueView {
        let entry = UnsafeRawPointer(base + offset)
        let keyLength = Int(entry.loadUnaligned(fromByteOffset: EntryHeader.keyLength, as: UInt32.self))
        let valueLength = Int(entry.loadUnaligned(fromByteOffset: EntryHeader.valueLength, as: UInt32.self))
        let bytes = entry + EntryHeader.byteCount
        return KeyValueView(
            key: UnsafeRawBufferPointer(start: bytes, count: keyLength),
            value: UnsafeRawBufferPointer(start: bytes + keyLength, count: valueLength),
            createRevision: Revision(entry.loadUnaligned(fromByteOffset: EntryHeader.createRevision, as: Int64.self)),
            modRevision: Revision(entry.loadUnaligned(fromByteOffset: EntryHeader.modRevision, as: Int64.self)),
            version: entry.loadUnaligned(fromByteOffset: EntryHeader.version, as: Int64.self),
            lease: LeaseID(entry.loadUnaligned(fromByteOffset: EntryHeader.lease, as: Int64.self)))
    }
}

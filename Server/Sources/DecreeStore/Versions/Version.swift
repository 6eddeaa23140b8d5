/// One version of a key as it lies in memory: what a put or a deletion left. Never changed once it is written.
///
/// 48 bytes, then the lease if there is one, then the value.
struct Version: Equatable {
    let raw: UnsafeMutableRawPointer

    @inline(__always)
    init(raw: UnsafeMutableRawPointer) { self.raw = raw }

    private static let headByteCount = 48
    private static let leaseFlag: UInt32 = 1 << 31

    /// What a version says besides its key and value.
    struct Head {
        var modRevision: Int64
        var createRevision: Int64
        /// Puts in this life of the key; zero marks a deletion.
        var number: Int64
        var lease: Int64
        /// The position among the changes of the revision, from zero.
        var subRevision: UInt32

        /// A deletion at a revision.
        static func tombstone(_ revision: Int64, sub: UInt32) -> Head {
            Head(modRevision: revision, createRevision: 0, number: 0, lease: 0, subRevision: sub)
        }
    }

    /// Allocates a version whose value is still to be written to ``valueStart``.
    @inline(__always)
    static func make(_ head: Head, valueLength: Int, key: KeyNode, in slabs: inout Slabs) -> Version {
        let hasLease = head.lease != 0
        let version = Version(
            raw: slabs.allocate(byteCount: headByteCount &+ (hasLease ? 8 : 0) &+ valueLength))
        let raw = version.raw
        raw.storeBytes(of: head.modRevision, toByteOffset: 0, as: Int64.self)
        raw.storeBytes(of: head.createRevision, toByteOffset: 8, as: Int64.self)
        raw.storeBytes(of: head.number, toByteOffset: 16, as: Int64.self)
        raw.storeBytes(of: key.raw, toByteOffset: 24, as: UnsafeMutableRawPointer.self)
        raw.storeBytes(of: 0, toByteOffset: 32, as: UInt64.self)
        raw.storeBytes(of: head.subRevision, toByteOffset: 40, as: UInt32.self)
        raw.storeBytes(of: UInt32(valueLength) | (hasLease ? leaseFlag : 0), toByteOffset: 44, as: UInt32.self)
        if hasLease { raw.storeBytes(of: head.lease, toByteOffset: headByteCount, as: Int64.self) }
        return version
    }

    @inline(__always)
    func free(in slabs: inout Slabs) { slabs.free(raw, byteCount: valueOffset &+ valueLength) }

    @inline(__always)
    var modRevision: Int64 { raw.load(fromByteOffset: 0, as: Int64.self) }

    @inline(__always)
    var createRevision: Int64 { raw.load(fromByteOffset: 8, as: Int64.self) }

    @inline(__always)
    var number: Int64 { raw.load(fromByteOffset: 16, as: Int64.self) }

    @inline(__always)
    var key: KeyNode { KeyNode(raw: raw.load(fromByteOffset: 24, as: UnsafeMutableRawPointer.self)) }

    /// The hash of key and version that the digest sums up; set once.
    @inline(__always)
    var hash: UInt64 {
        get { raw.load(fromByteOffset: 32, as: UInt64.self) }
        nonmutating set { raw.storeBytes(of: newValue, toByteOffset: 32, as: UInt64.self) }
    }

    @inline(__always)
    var subRevision: UInt32 { raw.load(fromByteOffset: 40, as: UInt32.self) }

    @inline(__always)
    private var lengthAndFlag: UInt32 { raw.load(fromByteOffset: 44, as: UInt32.self) }

    @inline(__always)
    private var valueOffset: Int { Self.headByteCount &+ (lengthAndFlag & Self.leaseFlag != 0 ? 8 : 0) }

    @inline(__always)
    var valueLength: Int { Int(lengthAndFlag & ~Self.leaseFlag) }

    @inline(__always)
    var valueStart: UnsafeMutableRawPointer { raw + valueOffset }

    @inline(__always)
    var value: ByteSpan { ByteSpan(start: raw + valueOffset, count: valueLength) }

    @inline(__always)
    var lease: Int64 {
        lengthAndFlag & Self.leaseFlag != 0 ? raw.load(fromByteOffset: Self.headByteCount, as: Int64.self) : 0
    }

    /// Whether the key exists with this version: it is a put, not a deletion.
    @inline(__always)
    var isAlive: Bool { number != 0 }

    /// Whether this comes before `other` in history.
    @inline(__always)
    func precedes(_ other: Version) -> Bool {
        modRevision != other.modRevision ? modRevision < other.modRevision : subRevision < other.subRevision
    }

    /// The hash of this version with its key.
    @inline(__always)
    func computeHash() -> UInt64 {
        var hash = EntryHash(seed: 0)
        hash.combine(key.key)
        hash.combine(UInt64(bitPattern: createRevision), UInt64(bitPattern: modRevision))
        hash.combine(UInt64(bitPattern: number), UInt64(bitPattern: lease))
        hash.combine(value)
        return hash.finalize()
    }

    /// The hash with the place among the changes of the revision: what snapshots sum up.
    var historyHash: UInt64 {
        EntryHash.fold(hash ^ 0x8BB8_4B93_962E_ACC9, UInt64(subRevision) ^ 0x2D35_8DCC_AA6C_78A5)
    }

    /// Looks at the head, so that it is near when it is read.
    @inline(__always)
    func touchHead() -> UInt64 { raw.load(as: UInt64.self) ^ raw.load(fromByteOffset: 40, as: UInt64.self) }

    @inline(__always)
    func view(withValue: Bool) -> KeyValueView {
        KeyValueView(
            key: key.key, value: withValue ? value : ByteSpan(start: nil, count: 0),
            createRevision: Revision(createRevision), modRevision: Revision(modRevision), version: number,
            lease: LeaseID(lease))
    }
}

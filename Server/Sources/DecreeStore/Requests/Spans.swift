import PaxosBase

// Requests whose keys and values lie elsewhere, in a message that was received or in a command of the log: for those who
// carry them on without an object for each.

/// A put where its bytes lie.
public struct PutSpan {
    var flags: UInt8
    public let lease: LeaseID
    public let key: UnsafeRawBufferPointer
    public let value: UnsafeRawBufferPointer

    @inline(__always)
    init(flags: UInt8, lease: LeaseID, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        self.flags = flags
        self.lease = lease
        self.key = key
        self.value = value
    }

    public init(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, lease: LeaseID = .none,
        previousKeyValue: Bool = false, ignoreValue: Bool = false, ignoreLease: Bool = false
    ) {
        var flags: UInt8 = 0
        if previousKeyValue { flags |= PutFlags.previousKeyValue }
        if ignoreValue { flags |= PutFlags.ignoreValue }
        if ignoreLease { flags |= PutFlags.ignoreLease }
        if lease != .none { flags |= PutFlags.hasLease }
        self.init(flags: flags, lease: lease, key: key, value: value)
    }

    /// Whether the put needs nothing but its key and value: a transaction of such puts cannot fail once it is sound.
    public var isPlain: Bool { flags & ~PutFlags.previousKeyValue == 0 }

    /// - Throws: `keyNotProvided`, `valueProvided` or `leaseProvided`.
    public func validate() throws(StoreError) {
        if key.isEmpty { throw .keyNotProvided }
        if flags & PutFlags.ignoreValue != 0 && !value.isEmpty { throw .valueProvided }
        if flags & PutFlags.ignoreLease != 0 && lease != .none { throw .leaseProvided }
    }

    /// The put as a command of the log: its bytes are copied once, into the command.
    public func encode() -> Payload {
        var counter = OperationWriter(buffer: nil)
        counter.write(self)
        return Payload(byteCount: counter.byteCount) {
            var writer = OperationWriter(buffer: $0)
            writer.write(self)
        }
    }
}

/// A deletion where its bytes lie.
public struct DeleteRangeSpan {
    var flags: UInt8
    var range: KeySpan

    init(flags: UInt8, range: KeySpan) {
        self.flags = flags
        self.range = range
    }

    public init(key: UnsafeRawBufferPointer, rangeEnd: UnsafeRawBufferPointer, previousKeyValues: Bool) {
        self.init(
            flags: previousKeyValues ? DeleteRangeFlags.previousKeyValues : 0,
            range: KeySpan(key: key, rangeEnd: rangeEnd))
    }

    public var key: UnsafeRawBufferPointer { range.key }
}

/// A range of a transaction where its bytes lie: of the newest state, without order and bounds.
public struct RangeSpan {
    var flags: UInt8
    let limit: Int64
    let range: KeySpan

    init(flags: UInt8, limit: Int64, range: KeySpan) {
        self.flags = flags
        self.limit = limit
        self.range = range
    }

    public init(
        key: UnsafeRawBufferPointer, rangeEnd: UnsafeRawBufferPointer, limit: Int64, keysOnly: Bool, countOnly: Bool
    ) {
        var flags: UInt8 = 0
        if keysOnly { flags |= RangeFlags.keysOnly }
        if countOnly { flags |= RangeFlags.countOnly }
        if limit != 0 { flags |= RangeFlags.hasLimit }
        self.init(flags: flags, limit: limit, range: KeySpan(key: key, rangeEnd: rangeEnd))
    }

    public var key: UnsafeRawBufferPointer { range.key }
}

/// A comparison of one key where its bytes lie.
public struct CompareSpan {
    let relation: Compare.Relation
    let target: UInt8
    let operand: Int64
    let value: UnsafeRawBufferPointer
    public let key: UnsafeRawBufferPointer

    init(relation: Compare.Relation, target: UInt8, operand: Int64, value: UnsafeRawBufferPointer, key: ByteSpan) {
        self.relation = relation
        self.target = target
        self.operand = operand
        self.value = value
        self.key = key
    }

    /// - Parameters:
    ///   - target: Of version, create revision, modification revision and lease: their numbers in the interface.
    ///   - operand: What it is compared with.
    /// - Returns: Nil for any other target.
    public init?(key: UnsafeRawBufferPointer, _ relation: Compare.Relation, target: Int32, operand: Int64) {
        guard target >= 0, target <= 4, target != Int32(CompareTargetCode.value) else { return nil }
        self.init(
            relation: relation, target: UInt8(target), operand: operand,
            value: UnsafeRawBufferPointer(start: nil, count: 0),
            key: key)
    }

    public init(key: UnsafeRawBufferPointer, _ relation: Compare.Relation, value: UnsafeRawBufferPointer) {
        self.init(relation: relation, target: CompareTargetCode.value, operand: 0, value: value, key: key)
    }
}

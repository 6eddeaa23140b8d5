import PaxosBase

/// Keys with their values and revisions, one behind the other in a single buffer.
///
/// Answers of a million keys cost one allocation, and whoever encodes them for the network reads them where they lie.
/// The list is immutable, and copies of it share the buffer.
public struct KeyValueList: Sendable {
    private let storage: KeyValueStorage?

    /// The empty list.
    public init() { storage = nil }

    init(storage: KeyValueStorage) { self.storage = storage }

    /// A list of copies, as clients that were told it hold it.
    package init(_ keyValues: [KeyValue]) {
        if keyValues.isEmpty {
            self.init()
            return
        }
        let byteCount = keyValues.reduce(0) { $0 + EntryHeader.byteCount + $1.key.count + $1.value.count }
        let storage = KeyValueStorage(capacity: byteCount)
        for entry in keyValues {
            entry.key.withUnsafeBytes { key in
                entry.value.withUnsafeBytes { value in
                    storage.append(
                        KeyValueView(
                            key: key, value: value, createRevision: entry.createRevision,
                            modRevision: entry.modRevision, version: entry.version, lease: entry.lease))
                }
            }
        }
        self.init(storage: storage)
    }

    public var count: Int { storage?.count ?? 0 }

    public var isEmpty: Bool { count == 0 }

    /// Bytes of all keys and values together.
    public var payloadByteCount: Int {
        guard let storage else { return 0 }
        return storage.byteCount - storage.count * EntryHeader.byteCount
    }

    /// What the list takes in memory.
    var heldByteCount: Int { storage?.byteCount ?? 0 }

    /// Where iteration by ``withEntry(at:_:)`` begins.
    public var startPosition: Position { Position(offset: 0) }

    /// A place between two entries; for whoever encodes a list in portions.
    public struct Position: Hashable, Sendable {
        fileprivate var offset: Int
    }

    /// Calls `body` with the entry at `position` and moves on to the next.
    /// - Returns: What `body` yields, or nil at the end of the list.
    @inline(__always)
    public func withEntry<Result, Failure: Error>(
        at position: inout Position, _ body: (KeyValueView) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let storage, position.offset < storage.byteCount else { return nil }
        let view = storage.view(at: position.offset)
        position.offset += EntryHeader.byteCount + view.key.count + view.value.count
        return try body(view)
    }

    /// Calls `body` with every entry in order.
    public func forEach<Failure: Error>(_ body: (KeyValueView) throws(Failure) -> Void) throws(Failure) {
        var position = startPosition
        while try withEntry(at: &position, body) != nil {}
    }

    /// Copies of all entries, for whoever prefers convenience to speed.
    public var keyValues: [KeyValue] {
        var result: [KeyValue] = []
        result.reserveCapacity(count)
        forEach { result.append(KeyValue($0)) }
        return result
    }

    /// A copy of the first entry.
    public var first: KeyValue? {
        var position = startPosition
        return withEntry(at: &position) { KeyValue($0) }
    }
}

extension KeyValueList: Hashable {
    public static func == (left: KeyValueList, right: KeyValueList) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count, left.storage?.byteCount == right.storage?.byteCount else { return false }
        return left.keyValues == right.keyValues
    }

    public func hash(into hasher: inout Hasher) { forEach { hasher.combine(KeyValue($0)) } }
}

extension KeyValueList: CustomStringConvertible {
    public var description: String { keyValues.description }
}

/// One entry of a list where it lies; valid only during the call that it was handed to.
public struct KeyValueView {
    public let key: UnsafeRawBufferPointer
    /// Empty when only keys were asked for.
    public let value: UnsafeRawBufferPointer
    /// Of the put that began the key's current life.
    public let createRevision: Revision
    /// Of the last put.
    public let modRevision: Revision
    /// How many puts the key has seen in its current life, this one counted.
    public let version: Int64
    public let lease: LeaseID

    @inline(__always)
    init(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, createRevision: Revision, modRevision: Revision,
        version: Int64, lease: LeaseID
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }
}

/// A key with its value and revisions, as a value of its own.
public struct KeyValue: Hashable, Sendable, CustomStringConvertible {
    public var key: Payload
    public var value: Payload
    public var createRevision: Revision
    public var modRevision: Revision
    public var version: Int64
    public var lease: LeaseID

    public init(
        key: Payload, value: Payload, createRevision: Revision, modRevision: Revision, version: Int64,
        lease: LeaseID = .none
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }

    /// Copies what `view` shows.
    public init(_ view: KeyValueView) {
        self.init(
            key: Payload(copying: view.key), value: Payload(copying: view.value), createRevision: view.createRevision,
            modRevision: view.modRevision, version: view.version, lease: view.lease)
    }

    public var description: String {
        let text = String(decoding: key.bytes.prefix(40), as: UTF8.self)
        return "\(text)=\(value) create \(createRevision) mod \(modRevision) version \(version)"
    }
}

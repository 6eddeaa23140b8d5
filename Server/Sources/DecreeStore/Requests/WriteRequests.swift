import PaxosBase

/// Sets the value of a key.
/// - Source: etcd API reference, `PutRequest`.
public struct PutRequest: Hashable, Sendable {
    public var key: Payload
    public var value: Payload
    /// The lease that the key is attached to from now on; `.none` detaches it.
    public var lease: LeaseID
    /// Whether to answer with what the key held before.
    public var previousKeyValue: Bool
    /// Keeps the value that the key has; ``value`` must be empty and the key must exist.
    public var ignoreValue: Bool
    /// Keeps the lease that the key has; ``lease`` must be `.none` and the key must exist.
    public var ignoreLease: Bool

    public init(
        key: Payload,
        value: Payload,
        lease: LeaseID = .none,
        previousKeyValue: Bool = false,
        ignoreValue: Bool = false,
        ignoreLease: Bool = false
    ) {
        self.key = key
        self.value = value
        self.lease = lease
        self.previousKeyValue = previousKeyValue
        self.ignoreValue = ignoreValue
        self.ignoreLease = ignoreLease
    }
}

/// Deletes the keys of a range.
/// - Source: etcd API reference, `DeleteRangeRequest`.
public struct DeleteRangeRequest: Hashable, Sendable {
    public var range: KeyRange
    /// Whether to answer with what was deleted, in key order.
    public var previousKeyValues: Bool

    public init(_ range: KeyRange, previousKeyValues: Bool = false) {
        self.range = range
        self.previousKeyValues = previousKeyValues
    }
}

/// Gives up the history below a revision.
/// - Source: etcd API reference, `CompactionRequest`.
public struct CompactionRequest: Hashable, Sendable {
    /// The oldest revision that stays readable.
    public var revision: Revision

    public init(revision: Revision) { self.revision = revision }
}

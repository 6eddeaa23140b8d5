import PaxosBase

/// What a range yields.
public struct RangeResponse: Hashable, Sendable {
    /// For the header: the store's revision when it was read, not the one asked for. Within a transaction the revision
    /// before it, or its own once it has written.
    public var revision: Revision
    public var keyValues: KeyValueList
    /// Whether the limit left some out.
    public var more: Bool
    /// How many keys the range has at that revision, whatever limit and filters leave of them.
    public var count: Int

    public init(revision: Revision, keyValues: KeyValueList = KeyValueList(), more: Bool = false, count: Int = 0) {
        self.revision = revision
        self.keyValues = keyValues
        self.more = more
        self.count = count
    }
}

/// What a put yields.
public struct PutResponse: Hashable, Sendable {
    /// For the header: the revision of this put.
    public var revision: Revision
    /// What the key held before, if that was asked for and it held something: no element or one.
    public var previous: KeyValueList

    public init(revision: Revision, previous: KeyValueList = KeyValueList()) {
        self.revision = revision
        self.previous = previous
    }
}

/// What a deletion yields.
public struct DeleteRangeResponse: Hashable, Sendable {
    /// For the header: the revision of this deletion, or the current one if nothing was there to delete.
    public var revision: Revision
    public var deleted: Int
    /// What was deleted, if that was asked for, in key order.
    public var previous: KeyValueList

    public init(revision: Revision, deleted: Int, previous: KeyValueList = KeyValueList()) {
        self.revision = revision
        self.deleted = deleted
        self.previous = previous
    }
}

/// What a transaction yields.
public struct TxnResponse: Hashable, Sendable {
    /// For the header: the revision of this transaction, or the current one if it wrote nothing. Clients are shown an
    /// empty header for a nested one.
    public var revision: Revision
    /// Whether all comparisons held.
    public var succeeded: Bool
    /// One for each operation of the branch that ran, in order.
    public var responses: [ResponseOperation]

    public init(revision: Revision, succeeded: Bool, responses: [ResponseOperation]) {
        self.revision = revision
        self.succeeded = succeeded
        self.responses = responses
    }
}

/// What one operation of a transaction yields; each carries the revision for its own header.
public enum ResponseOperation: Hashable, Sendable {
    case range(RangeResponse)
    case put(PutResponse)
    case deleteRange(DeleteRangeResponse)
    indirect case txn(TxnResponse)
}

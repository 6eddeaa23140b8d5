import PaxosBase

/// Reads the keys of a range at one revision.
///
/// Processed in this order: find the revision, collect in key order, filter, sort, cut to the limit, strip values.
/// - Source: etcd API reference, `RangeRequest`.
public struct RangeRequest: Hashable, Sendable {
    /// In which direction results are sorted. Raw values are those of the wire.
    public enum SortOrder: UInt8, Hashable, Sendable {
        /// Key order; with a target other than the key, ascending by that target.
        case none = 0
        case ascend = 1
        case descend = 2
    }

    /// By what results are sorted; equals are in key order. Raw values are those of the wire.
    public enum SortTarget: UInt8, Hashable, Sendable {
        case key = 0
        case version = 1
        case create = 2
        case mod = 3
        case value = 4
    }

    public var range: KeyRange
    /// How many keys to answer with at most; zero and below: no limit.
    public var limit: Int
    /// Zero and below: the current one.
    public var revision: Revision
    public var sortOrder: SortOrder
    public var sortTarget: SortTarget
    /// Leaves values out.
    public var keysOnly: Bool
    /// Answers with the count alone.
    public var countOnly: Bool
    /// Bounds, inclusive; zero: off. No revision lies below zero: a negative upper bound lets nothing pass.
    public var minModRevision: Revision
    public var maxModRevision: Revision
    public var minCreateRevision: Revision
    public var maxCreateRevision: Revision

    public init(
        _ range: KeyRange,
        limit: Int = 0,
        revision: Revision = .zero,
        sortOrder: SortOrder = .none,
        sortTarget: SortTarget = .key,
        keysOnly: Bool = false,
        countOnly: Bool = false,
        minModRevision: Revision = .zero,
        maxModRevision: Revision = .zero,
        minCreateRevision: Revision = .zero,
        maxCreateRevision: Revision = .zero
    ) {
        self.range = range
        self.limit = limit
        self.revision = revision
        self.sortOrder = sortOrder
        self.sortTarget = sortTarget
        self.keysOnly = keysOnly
        self.countOnly = countOnly
        self.minModRevision = minModRevision
        self.maxModRevision = maxModRevision
        self.minCreateRevision = minCreateRevision
        self.maxCreateRevision = maxCreateRevision
    }
}

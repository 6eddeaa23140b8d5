import PaxosBase

/// Times and sizes of a node above its log. None of them can break safety.
public struct NodeLimits: Hashable, Sendable {
    /// The largest command that is taken, in bytes.
    public var maximumCommandBytes = 16 << 20
    /// How many queries of a group may wait for a barrier or for their turn.
    public var maximumWaitingQueries = 100_000
    /// How many queries of a group may be under way that take more than one step.
    public var maximumCursors = 1_024
    /// How long one query may take from its first step to its last.
    public var queryTimeout = TimeSpan.seconds(10)
    /// How many requests of a group wait for the cluster to be formed, how many bytes of commands, and how long.
    public var maximumHeld = 20_000
    public var maximumHeldBytes = 256 << 20
    public var holdTimeout = TimeSpan.seconds(7)
    /// How long a graceful stop waits for another leader and for commands under way.
    public var handOverPatience = TimeSpan.seconds(1)
    public var snapshots = SnapshotPolicy()

    public init() {}
}

/// When snapshots are taken and how many are kept.
public struct SnapshotPolicy: Hashable, Sendable {
    /// A snapshot is due when the journal grew by this many bytes since the last one, or by the size of that one if it
    /// was larger.
    public var minimumJournalBytes = 256 << 20
    /// How many snapshots stay on disk.
    public var kept = 2
    /// How long to wait before a snapshot is tried again that failed, for instance for want of space.
    public var retryDelay = TimeSpan.seconds(30)
    /// A snapshot is not begun when less than this would stay free on the disk, in bytes.
    public var reservedDiskBytes = 64 << 20
    /// How often the journal's growth is looked at.
    package var measuringInterval = TimeSpan.milliseconds(100)

    public init() {}
}

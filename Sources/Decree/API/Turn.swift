import PaxosBase

/// What a node's hook is told at the end of every turn of its loop.
public struct Turn: Sendable {
    /// On the node's monotonic clock.
    public let now: Instant
    /// Whether this node leads.
    public let isLeading: Bool
    /// The ballot of the leader that the node follows or is.
    public let leader: Ballot?
    /// Every slot up to here is applied.
    public let applied: Slot
    /// How many commands this turn applied.
    public let appliedCommands: Int
    /// Set to be called again no later than then; every call begins with nil.
    public var wakeAt: Instant?

    /// For tests of a hook: a turn as a node would tell it.
    public init(
        now: Instant, isLeading: Bool, leader: Ballot?, applied: Slot, appliedCommands: Int, wakeAt: Instant? = nil
    ) {
        self.now = now
        self.isLeading = isLeading
        self.leader = leader
        self.applied = applied
        self.appliedCommands = appliedCommands
        self.wakeAt = wakeAt
    }
}

import PaxosBase
import PaxosLog

/// Times and sizes of a node above its log. None of them can break safety.
public struct NodeLimits: Hashable, Sendable {
    /// The largest command that is taken, in bytes.
    public package(set) var maximumCommandBytes = 16 << 20
    /// How many queries of a group may wait for a barrier or for their turn.
    public var maximumWaitingQueries = 100_000
    /// How many queries of a group may be under way that take more than one step.
    public var maximumCursors = 1_024
    /// How long one query may take from its first step to its last.
    public var queryTimeout = TimeSpan.seconds(10)
    /// How many requests of a group wait for the cluster to be formed, how many bytes of commands, and how long.
    public package(set) var maximumHeld = 20_000
    public package(set) var maximumHeldBytes = 256 << 20
    public package(set) var holdTimeout = TimeSpan.seconds(7)
    /// How much work the commands of this node's clients that are not plainly short may be together that are in the log and not
    /// applied, as the machine estimates it; one of them may always be there. The others wait as those do whose cluster
    /// is not formed: so many, and so long.
    public var longWorkUnderWay = TimeSpan.milliseconds(25)
    /// How many commands that a machine wants by itself are under way at once.
    public var maximumDue = 512
    /// How long a machine is left alone that wanted commands and named none, or whose commands brought nothing.
    public var duePause = TimeSpan.milliseconds(100)
    /// How many pushes a port may hold that were handed to it and that it is not done with, and how many bytes of them; a
    /// subscription that would need more ends (``PushesEnd/lost(after:)``). A port that holds none takes all of one turn.
    public var maximumPushes = 100_000
    public var maximumPushBytes = 64 << 20
    /// How long a graceful stop waits for another leader and for commands under way.
    public var handOverPatience = TimeSpan.seconds(1)
    /// When snapshots are taken and how many are kept.
    public var snapshots = SnapshotPolicy()

    public init() {}

    var pushesHeld: PushAmount { PushAmount(count: maximumPushes, byteCount: maximumPushBytes) }

    /// The largest command, in bytes, that fits into a frame to a peer with all that may travel before it in the same
    /// message: a larger one could never be sent, and all behind it would wait.
    /// - Parameters:
    ///   - maximumFrameBytes: The largest frame that peers take.
    ///   - maximumBatchBytes: What one message carries at most before it (`Replica.Settings.maximumBatchBytes`).
    public static func largestCommand(inFrame maximumFrameBytes: Int, behind maximumBatchBytes: Int) -> Int {
        maximumFrameBytes - maximumBatchBytes - (64 << 10)
    }

    /// The same limits, with what follows from the settings of the replica: before the cluster is formed as many requests
    /// may wait, and as long, as afterwards.
    package func following(_ replica: Replica.Settings, maximumFrameBytes: Int) -> NodeLimits {
        var limits = self
        limits.maximumCommandBytes = Self.largestCommand(
            inFrame: maximumFrameBytes, behind: replica.maximumBatchBytes)
        limits.maximumHeld = replica.maximumPending
        limits.maximumHeldBytes = replica.maximumPendingBytes
        limits.holdTimeout = replica.proposalTimeout
        return limits
    }
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

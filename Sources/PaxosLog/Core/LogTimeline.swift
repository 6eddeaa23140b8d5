import PaxosBase

/// The time of the log at one of its slots, as every replica computes it from the commands up to there.
///
/// It is the largest stamp so far, of those that count. A stamp counts only where the log below its command is the one
/// that the leader knew which made the stamp; a digest of all commands tells (their *lineage*). Two leaders can propose
/// at once, one of them deposed without knowing, and a third can adopt commands of both, in whatever order of slots. Were
/// all stamps believed, the clock of the one would run on over commands of the other, and a span of log time could take
/// less than its length in truth. So the clock stands still until a leader goes on that knew all of them.
///
/// Let `i` and `k` be slots with `i < k`, and let the stamp at `k` count. The leader that made it knew the command at `i`, so
/// that was proposed before; and it began at the time that the log had reached, so between the two proposals no more
/// passed on the log's clock than in truth.
///
/// Logs begin with commands that no leader stamped, if they are from before there were stamps (data directories of version
/// 1, whose snapshots know no lineage and end at different slots). Those in front of the first stamped command change
/// nothing, so a replica computes the same from wherever its snapshot ends. All of them were proposed by programs that never
/// speak with those that stamp, and log time at them is zero. One that comes later, because a new leader adopted it, counts
/// as every command.
struct LogTimeline: Hashable, Sendable {
    private(set) var time: LogTime
    private(set) var lineage: UInt64

    init(time: LogTime = .zero, lineage: UInt64 = 0) {
        self.time = time
        self.lineage = lineage
    }

    /// Goes over the next entry of the log.
    mutating func pass(_ entry: Entry, believesAll: Bool = false) {
        guard case .command(let command) = entry else { return }
        guard command.stamp != .zero || lineage != 0 else { return }
        if command.lineage == lineage || believesAll { time = max(time, command.stamp) }
        var hasher = StableHasher(seed: lineage)
        hasher.combine(command.origin.node.rawValue)
        hasher.combine(command.origin.incarnation.rawValue)
        hasher.combine(command.origin.sequence)
        hasher.combine(command.stamp.nanoseconds)
        hasher.combine(command.lineage)
        lineage = hasher.finalize()
    }
}

import PaxosBase
import PaxosLog

/// The clock of the log: it never goes back, it is the same on all replicas, and between the proposal of a command and the
/// application of a later one no more of it passes than of true time, but for the drift of clocks. So what a machine
/// does after a span of log time is never early.
struct LogTimeChecker {
    /// The largest drift of a node's clock.
    private let driftPerMillion: Int64
    /// How long a proposal may wait in its node's turn before it is seen here.
    private let tolerance: TimeSpan
    /// When each command was first proposed.
    private var proposals: [EntryKey: UInt64] = [:]
    /// The time at each slot, as the first replica that applied it saw it.
    private var times: [Slot: LogTime] = [:]
    private var last: (slot: Slot, time: LogTime) = (.zero, .zero)
    /// The least of how far the log's clock was ahead of true time when a command was proposed.
    private var leastLead = Int64.max

    init(driftPerMillion: Int64, tolerance: TimeSpan = .zero) {
        self.driftPerMillion = driftPerMillion
        self.tolerance = tolerance
    }

    /// A leader writes a command that it proposes.
    mutating func proposed(_ key: EntryKey, at time: UInt64) {
        if proposals[key] == nil { proposals[key] = time }
    }

    /// - Parameters:
    ///   - key: The entry that is chosen there.
    ///   - now: The true time.
    mutating func applied(
        _ apply: Apply, of key: EntryKey?, by node: NodeID, at now: UInt64, _ findings: Findings
    ) {
        if let known = times[apply.slot] {
            guard known != apply.time else { return }
            return findings.report(.logTime, "\(node) has \(apply.time) at \(apply.slot), another \(known)")
        }
        times[apply.slot] = apply.time
        // A later slot that a snapshot covers may have been applied before; the order of slots is what counts.
        guard apply.slot == last.slot.next else { return }
        if apply.time < last.time {
            findings.report(.logTime, "time goes back from \(last.time) to \(apply.time) at \(apply.slot)")
        }
        last = (apply.slot, apply.time)
        let excess = leastLead == .max ? 0 : lead(of: apply.time, over: now) - leastLead
        if excess > Int64(tolerance.nanoseconds) {
            findings.report(.logTime, "the log's clock runs ahead of true time by \(excess) ns at \(apply.slot)")
        }
        if let key, let proposed = proposals[key] { leastLead = min(leastLead, lead(of: apply.time, over: proposed)) }
    }

    private func lead(of time: LogTime, over moment: UInt64) -> Int64 {
        Int64(time.nanoseconds) - Int64(moment) - Int64(moment) * driftPerMillion / 1_000_000
    }
}

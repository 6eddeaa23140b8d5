import PaxosBase
import PaxosLog

/// What a machine wants by itself is proposed when the log's clock has come to it, by a leader that a quorum has followed
/// since then. That it changes nothing once it is void is for the model of the machine to see.
struct DueChecker {
    /// By node: its promises one after another, each with the true time of when it was seen first.
    private var promises: [[(since: UInt64, ballot: Ballot)]]
    /// How many may have left the leader before.
    private let spared: Int
    private let driftPerMillion: UInt64

    init(nodeCount: Int, quorum: Int, driftPerMillion: Int64) {
        promises = Array(repeating: [], count: nodeCount)
        spared = nodeCount - quorum
        self.driftPerMillion = UInt64(driftPerMillion)
    }

    mutating func promised(_ node: Int, _ ballot: Ballot, at now: UInt64) {
        if promises[node].last?.ballot != ballot { promises[node].append((now, ballot)) }
    }

    /// - Parameters:
    ///   - due: What the machine waits for.
    ///   - reading: Of the log's clock, as the leader reads it.
    ///   - now: The true time.
    func proposed(
        by node: NodeID, in ballot: Ballot, due: LogTime, reading: LogTime, at now: UInt64, _ findings: Findings
    ) {
        guard reading >= due else {
            return findings.report(.due, "\(node) proposes at \(reading) what is due at \(due)")
        }
        let span = reading.since(due).nanoseconds
        let reached = now - min(now, span + span * 2 * driftPerMillion / 1_000_000 + 1)
        let lost = promises.count { left(ballot, $0).map { $0 < reached } ?? false }
        guard lost > spared else { return }
        findings.report(.due, "\(node) proposes what became due when \(lost) had promised more than \(ballot)")
    }

    /// Since when a node has been above `ballot`; nil if it is not.
    private func left(_ ballot: Ballot, _ promises: [(since: UInt64, ballot: Ballot)]) -> UInt64? {
        let last = promises.lastIndex { $0.ballot <= ballot } ?? -1
        return last + 1 < promises.count ? promises[last + 1].since : nil
    }
}

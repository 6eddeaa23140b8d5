import PaxosBase
import PaxosLog

/// Once the world is healed, clients get their answers and replicas become equal, within a bound of virtual time.
struct LivenessChecker {
    /// How a healed node stands when time is up.
    struct Standing {
        let node: NodeID
        let watermark: Slot
        let applied: Slot
        let digest: StateDigest
        let leader: Ballot?
        /// What its machine wants by itself, if that has come or soon will.
        let due: LogTime?
    }

    /// Whether all of them have applied the same, and all that they know to be chosen, and what machines want by themselves
    /// is carried out.
    static func haveConverged(_ standings: [Standing]) -> Bool {
        guard let first = standings.first else { return false }
        return standings.allSatisfy {
            $0.watermark == first.watermark && $0.applied == first.watermark && $0.digest == first.digest
                && $0.due == nil
        }
    }

    /// A client has what it wanted, so long after it began to want it in a healed world.
    func served(after span: TimeSpan, limit: TimeSpan, _ findings: Findings, what: () -> String) {
        guard span > limit else { return }
        findings.report(.liveness, "in a healed world \(what()) took \(span), and not \(limit) at most")
    }

    /// Time is up.
    /// - Parameters:
    ///   - unfinished: Clients that still wait, or have operations left to do.
    ///   - standings: All nodes of the healed quorum.
    func timeIsUp(unfinished: Int, standings: [Standing], _ findings: Findings) {
        if unfinished > 0 {
            findings.report(.liveness, "\(unfinished) clients are not finished in time: \(Self.tell(standings))")
        } else if !Self.haveConverged(standings) {
            findings.report(.liveness, "replicas have not become equal in time: \(Self.tell(standings))")
        }
    }

    static func tell(_ standings: [Standing]) -> String {
        standings.map {
            "\($0.node) watermark \($0.watermark) applied \($0.applied) leader \($0.leader?.description ?? "none")"
                + ($0.due.map { " due \($0)" } ?? "")
        }.joined(separator: "; ")
    }
}

import PaxosBase
import PaxosLog

/// The checkers that watch every step of one group.
final class Checkers {
    let findings: Findings
    var agreement = AgreementChecker()
    var durableQuorum: DurableQuorumChecker
    var proposed = ProposedChecker()
    var atMostOnce = AtMostOnceChecker()
    var digest = DigestChecker()
    var monotone: MonotoneChecker
    var logTime: LogTimeChecker
    var due: DueChecker
    /// Slots up to here were applied by some replica.
    var frontier = Slot.zero

    init(plan: RunPlan, quorum: Int, findings: Findings) {
        durableQuorum = DurableQuorumChecker(quorum: quorum)
        monotone = MonotoneChecker(nodeCount: plan.nodeCount)
        logTime = LogTimeChecker(driftPerMillion: plan.faults.driftPerMillion, tolerance: plan.gatherTime)
        due = DueChecker(
            nodeCount: plan.nodeCount, quorum: quorum, driftPerMillion: plan.faults.driftPerMillion)
        self.findings = findings
    }

    /// A leader asks to accept.
    func asked(_ accept: Accept) {
        var slot = accept.first
        for entry in accept.entries {
            agreement.proposed(slot, accept.ballot, EntryKey(entry), findings)
            slot = slot.next
        }
    }

    /// A replica tells another what was chosen.
    func taught(_ learned: Learned, by node: NodeID) {
        var slot = learned.first
        for entry in learned.entries {
            durableQuorum.claimed(EntryKey(entry), at: slot, by: node, findings)
            slot = slot.next
        }
    }
}

import PaxosBase
import PaxosLog

/// The checkers of the simulator that judge from disks and messages alone, as an observer of a ``SmallCluster``: they
/// follow every sync and so know by themselves what is chosen.
struct SmallClusterChecker: Observer, Hashable {
    private var agreement = AgreementChecker()
    private var durableQuorum: DurableQuorumChecker
    private var promises: [Ballot]

    init(_ cluster: SmallCluster) {
        durableQuorum = DurableQuorumChecker(quorum: cluster.quorum)
        promises = Array(repeating: .zero, count: cluster.nodeCount)
    }

    mutating func saw(_ event: SmallCluster.Event, in cluster: SmallCluster) -> String? {
        let findings = Findings()
        for record in event.durable { note(record, event.node, findings) }
        for send in event.sends { note(send.envelope.message, event.node, findings) }
        let standing = cluster.standing(of: event.node)
        durableQuorum.claimed(first: Slot(1), last: standing.watermark, by: standing.node, findings)
        for apply in event.applies { note(apply, by: standing.node, findings) }
        if standing.promised < promises[event.node] {
            findings.report(.monotone, "\(standing.node) goes back to promise \(standing.promised)")
        }
        return findings.first.map { "\($0.checker.rawValue): \($0.text)" }
    }

    private mutating func note(_ record: Record, _ node: Int, _ findings: Findings) {
        guard case .accepted(let slot, let ballot, let entry) = record else { return }
        let key = EntryKey(entry)
        agreement.proposed(slot, ballot, key, findings)
        guard let fact = durableQuorum.accepted(slot, ballot, key, entry, member: node) else { return }
        agreement.chosen(slot, fact.ballot, fact.key, findings)
    }

    private mutating func note(_ message: Message, _ node: Int, _ findings: Findings) {
        switch message {
        case .promise(let promise): promises[node] = max(promises[node], promise.ballot)
        case .accepted(let accepted): promises[node] = max(promises[node], accepted.ballot)
        case .accept(let accept):
            for (offset, entry) in accept.entries.enumerated() {
                agreement.proposed(accept.first.advanced(by: offset), accept.ballot, EntryKey(entry), findings)
            }
        case .learned(let learned):
            for (offset, entry) in learned.entries.enumerated() {
                let slot = learned.first.advanced(by: offset)
                durableQuorum.claimed(EntryKey(entry), at: slot, by: NodeID(UInt64(node + 1)), findings)
            }
        default: break
        }
    }

    private mutating func note(_ apply: Apply, by node: NodeID, _ findings: Findings) {
        guard let fact = durableQuorum.chosen(apply.slot) else {
            return durableQuorum.claimed(first: apply.slot, last: apply.slot, by: node, findings)
        }
        if case .command = apply.action {
            agreement.applied(apply.slot, fact.key.rawValue, by: node, findings)
        }
    }
}

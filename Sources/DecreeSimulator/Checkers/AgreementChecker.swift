import PaxosBase
import PaxosLog

/// One value per slot, seen three ways: no two values are proposed in one ballot and slot, no value is chosen in a
/// slot where another is or was proposed in a higher ballot, and no two replicas apply different things.
/// - Source: Lamport, "Paxos Made Simple", section 2.2 (P2b).
struct AgreementChecker: Hashable {
    private struct Proposed: Hashable {
        let ballot: Ballot
        let key: EntryKey
    }

    private struct Chosen: Hashable {
        let ballot: Ballot
        let key: EntryKey
    }

    private struct Column: Hashable {
        var proposed: [Proposed] = []
        var chosen: Chosen?
        var applied: UInt64?
    }

    private var columns: [Column] = []

    private mutating func makeRoom(_ slot: Slot) -> Int {
        let index = Int(slot.rawValue)
        while columns.count <= index { columns.append(Column()) }
        return index
    }

    /// A leader asks to accept `key`, or an acceptor does accept it.
    mutating func proposed(_ slot: Slot, _ ballot: Ballot, _ key: EntryKey, _ findings: Findings) {
        let index = makeRoom(slot)
        for other in columns[index].proposed where other.ballot == ballot {
            guard other.key != key else { return }
            findings.report(.agreement, "two values in \(ballot) at \(slot): \(other.key) and \(key)")
            return
        }
        columns[index].proposed.append(Proposed(ballot: ballot, key: key))
        guard let chosen = columns[index].chosen else { return }
        compare(slot, chosen, with: Proposed(ballot: ballot, key: key), findings)
    }

    /// A quorum holds `key` durably in `ballot`.
    mutating func chosen(_ slot: Slot, _ ballot: Ballot, _ key: EntryKey, _ findings: Findings) {
        let index = makeRoom(slot)
        if let before = columns[index].chosen, before.key != key {
            findings.report(
                .agreement,
                "two values chosen at \(slot): \(before.key) in \(before.ballot) and \(key) in \(ballot)")
        }
        if let before = columns[index].chosen, before.ballot <= ballot { return }
        let chosen = Chosen(ballot: ballot, key: key)
        columns[index].chosen = chosen
        for other in columns[index].proposed { compare(slot, chosen, with: other, findings) }
    }

    private func compare(_ slot: Slot, _ chosen: Chosen, with other: Proposed, _ findings: Findings) {
        guard other.ballot > chosen.ballot && other.key != chosen.key else { return }
        findings.report(
            .agreement,
            "\(other.key) is proposed at \(slot) in \(other.ballot), but \(chosen.key) is chosen in \(chosen.ballot)")
    }

    /// A replica applied something that hashes to `action`.
    mutating func applied(_ slot: Slot, _ action: UInt64, by node: NodeID, _ findings: Findings) {
        let index = makeRoom(slot)
        guard let before = columns[index].applied else {
            columns[index].applied = action
            return
        }
        guard before != action else { return }
        findings.report(.agreement, "\(node) applies something else at \(slot) than another replica did")
    }
}

import PaxosBase
import PaxosLog

/// Chosen means that a quorum accepted the value durably, in one ballot.
///
/// It is told of every acceptance that a sync made durable, or that was found on a disk after a crash, and so knows by
/// itself what is chosen: that is what the replicas' own claims are measured by.
struct DurableQuorumChecker: Hashable {
    private struct Vote: Hashable {
        let ballot: Ballot
        let key: EntryKey
        var members: MemberSet
    }

    struct Fact: Hashable {
        let ballot: Ballot
        let key: EntryKey
        let entry: Entry
    }

    private let quorum: Int
    /// By slot: the votes in the ballots that were seen.
    private var votes: [[Vote]] = []
    private var facts: [Fact?] = []
    private(set) var chosenCount = 0

    init(quorum: Int) { self.quorum = quorum }

    func chosen(_ slot: Slot) -> Fact? {
        slot.rawValue < UInt64(facts.count) ? facts[Int(slot.rawValue)] : nil
    }

    /// In how many ballots the slot was accepted.
    func ballotCount(_ slot: Slot) -> Int { votes[Int(slot.rawValue)].count }

    /// The acceptance of a slot became durable on the member at position `member`.
    /// - Returns: What is chosen by it, when it completes a quorum.
    mutating func accepted(_ slot: Slot, _ ballot: Ballot, _ key: EntryKey, _ entry: Entry, member: Int) -> Fact? {
        let index = Int(slot.rawValue)
        while votes.count <= index {
            votes.append([])
            facts.append(nil)
        }
        guard let place = votes[index].firstIndex(where: { $0.ballot == ballot && $0.key == key }) else {
            votes[index].append(Vote(ballot: ballot, key: key, members: MemberSet(bits: 1 << UInt64(member))))
            return quorum == 1 ? settle(index, place: votes[index].count - 1, entry) : nil
        }
        guard !votes[index][place].members.contains(member) else { return nil }
        votes[index][place].members.insert(member)
        return votes[index][place].members.count == quorum ? settle(index, place: place, entry) : nil
    }

    private mutating func settle(_ index: Int, place: Int, _ entry: Entry) -> Fact {
        let fact = Fact(ballot: votes[index][place].ballot, key: votes[index][place].key, entry: entry)
        if facts[index] == nil {
            facts[index] = fact
            chosenCount += 1
        }
        return fact
    }

    /// A replica takes every slot in `first...last` for chosen.
    func claimed(first: Slot, last: Slot, by node: NodeID, _ findings: Findings) {
        guard first <= last else { return }
        for raw in first.rawValue...last.rawValue where chosen(Slot(raw)) == nil {
            findings.report(
                .durableQuorum,
                "\(node) takes \(Slot(raw)) for chosen, but no quorum of \(quorum) holds one value durably: \(tell(raw))"
            )
            return
        }
    }

    /// A replica takes `key` for the value chosen at `slot`.
    func claimed(_ key: EntryKey, at slot: Slot, by node: NodeID, _ findings: Findings) {
        guard let fact = chosen(slot), fact.key == key else {
            findings.report(
                .durableQuorum,
                "\(node) takes \(key) for chosen at \(slot), but no quorum holds that durably: \(tell(slot.rawValue))")
            return
        }
    }

    private func tell(_ slot: UInt64) -> String {
        guard slot < UInt64(votes.count) else { return "nobody accepted it" }
        return votes[Int(slot)]
            .map { "\($0.key) in \($0.ballot) by \(String($0.members.bits, radix: 2))" }.joined(separator: ", ")
    }
}

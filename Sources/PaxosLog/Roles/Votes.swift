import PaxosBase

/// The slots that a leader has open, in order and without a gap, each with its votes. They are counted per ballot and
/// slot, never per value (rule 7): the value of a slot in one ballot is one.
/// - Source: the counting of etcd-io/raft's `tracker`, for slots that are chosen independently of each other.
struct Votes: Hashable, Sendable {
    /// The first open slot.
    private(set) var first: Slot
    /// The slot that is opened next.
    private(set) var next: Slot
    private var slots = RingBuffer<Count>()

    /// The votes for one slot.
    private struct Count: Hashable, Sendable {
        var voters: MemberSet
        var isChosen: Bool
    }

    /// Begins with no open slot.
    init(at first: Slot) {
        self.first = first
        next = first
    }

    var count: Int { slots.count }

    var isEmpty: Bool { slots.isEmpty }

    func contains(_ slot: Slot) -> Bool { slot >= first && slot < next }

    /// Opens the next slot.
    /// - Parameters:
    ///   - isChosen: It is known to be chosen already: nobody has to vote.
    ///   - voters: Who voted before; nobody, unless a rule is left out.
    mutating func open(isChosen: Bool = false, voters: MemberSet = MemberSet()) {
        slots.append(Count(voters: voters, isChosen: isChosen))
        next = next.next
    }

    /// Counts one member's vote for every open slot of a run.
    /// - Parameters:
    ///   - needed: How many votes choose.
    ///   - chosen: Called for each slot that this vote chose.
    mutating func count(_ run: Accepted, of voter: Int, needed: Int, chosen: (Slot) -> Void) {
        var slot = max(run.first, first)
        let last = min(run.last, next.previous)
        while slot <= last {
            let position = slot.distance(from: first)
            slots[position].voters.insert(voter)
            if !slots[position].isChosen, slots[position].voters.count >= needed {
                slots[position].isChosen = true
                chosen(slot)
            }
            slot = slot.next
        }
    }

    /// The value that an open slot holds is known to be chosen, whoever voted.
    mutating func choose(_ slot: Slot) {
        invariant(contains(slot), "a slot that is chosen by word is open: \(slot) in \(first)..<\(next)")
        slots[slot.distance(from: first)].isChosen = true
    }

    func isChosen(_ slot: Slot) -> Bool { contains(slot) && slots[slot.distance(from: first)].isChosen }

    /// Whether a member's vote for an open slot is still wanted.
    func isMissing(_ slot: Slot, of voter: Int) -> Bool {
        let count = slots[slot.distance(from: first)]
        return !count.isChosen && !count.voters.contains(voter)
    }

    /// Closes the first open slot if it is chosen.
    /// - Returns: The slot that was closed.
    mutating func popChosen() -> Slot? {
        guard let lowest = slots.first, lowest.isChosen else { return nil }
        slots.popFirst()
        defer { first = first.next }
        return first
    }
}

/// Who voted for what in which ballot, and whether it may still be chosen: of one decision, from what was said or written alone.
///
/// A value may be chosen in a ballot if enough nodes have voted for it there or still may. The induction over ballots asks, for
/// every ballot that begins with a value: may another value still be chosen in a lower one? Where the answer is always no, two
/// values are never chosen.
/// - Source: Lamport, "Paxos Made Simple", section 2.2 (P2b and its proof); "choosable" is what the TLA+ module Voting of
///   Paxos calls a value that is not ruled out.
public struct Votes<Ballot: Hashable & Comparable & Sendable, Value: Hashable & Sendable>: Hashable, Sendable {
    /// A value in a ballot.
    public struct Entry: Hashable, Sendable {
        /// In which ballot.
        public let ballot: Ballot
        public let value: Value
        /// By their places.
        public fileprivate(set) var voters: Set<Int> = []
    }

    /// How ballots, values and nodes are called.
    public struct Words: Sendable {
        let noun: String
        let ballot: @Sendable (Ballot) -> String
        let value: @Sendable (Value) -> String
        /// One or more, ascending, in words.
        public let nodes: @Sendable ([Int]) -> String

        /// - Parameters:
        ///   - noun: What one is, as in "round".
        ///   - ballot: As in "round 1.2".
        ///   - value: As in "A".
        ///   - nodes: One or more, ascending, as in "nodes 0 and 2".
        public init(
            _ noun: String, ballot: @escaping @Sendable (Ballot) -> String,
            value: @escaping @Sendable (Value) -> String, nodes: @escaping @Sendable ([Int]) -> String
        ) {
            self.noun = noun
            self.ballot = ballot
            self.value = value
            self.nodes = nodes
        }
    }

    private let quorum: Int
    /// Ascending by ballot.
    public private(set) var entries: [Entry] = []

    /// - Parameter quorum: How many votes choose.
    public init(quorum: Int) { self.quorum = quorum }

    /// Whether a ballot has a value.
    public func hasBegun(_ ballot: Ballot) -> Bool { entries.contains { $0.ballot == ballot } }

    /// A ballot begins with a value; one that has it already stays as it is.
    public mutating func begin(_ ballot: Ballot, _ value: Value) {
        guard !entries.contains(where: { $0.ballot == ballot && $0.value == value }) else { return }
        let place = entries.firstIndex { $0.ballot > ballot } ?? entries.count
        entries.insert(Entry(ballot: ballot, value: value), at: place)
    }

    /// A node votes.
    public mutating func vote(_ node: Int, in ballot: Ballot, for value: Value) {
        begin(ballot, value)
        for index in entries.indices where entries[index].ballot == ballot && entries[index].value == value {
            entries[index].voters.insert(node)
        }
    }

    // MARK: What may still be chosen

    /// A quorum voted for it.
    public func isChosen(_ entry: Entry) -> Bool { entry.voters.count >= quorum }

    /// - Parameter bounds: By node: below which ballot it votes no more.
    public func isChoosable(_ entry: Entry, _ bounds: [Ballot]) -> Bool {
        entry.voters.count + undecided(entry, bounds).count >= quorum
    }

    /// Those that have not voted and still may.
    private func undecided(_ entry: Entry, _ bounds: [Ballot]) -> [Int] {
        bounds.indices.filter { !entry.voters.contains($0) && bounds[$0] <= entry.ballot }
    }

    private func state(_ entry: Entry, _ bounds: [Ballot]) -> RecordedBallot.State {
        isChosen(entry) ? .chosen : isChoosable(entry, bounds) ? .choosable : .closed
    }

    /// The values that may still be chosen below a ballot, and are other ones; in words, ascending, each once.
    public func rivals(of value: Value, below ballot: Ballot, _ bounds: [Ballot], _ words: Words) -> [String] {
        let rivals = entries.filter { $0.ballot < ballot && $0.value != value && isChoosable($0, bounds) }
        return Set(rivals.map { words.value($0.value) }).sorted()
    }

    // MARK: What is told

    /// The votes as they are, ascending by ballot.
    /// - Parameter slot: Which decision it is; empty where there is one.
    public func rows(_ bounds: [Ballot], slot: String = "", _ words: Words) -> [RecordedBallot] {
        entries.map { entry in
            RecordedBallot(
                slot: slot, ballot: words.ballot(entry.ballot), value: words.value(entry.value),
                voters: entry.voters.sorted(),
                undecided: undecided(entry, bounds), state: state(entry, bounds))
        }
    }

    /// How it stands in each ballot below one, a sentence each.
    public func lines(below ballot: Ballot, _ bounds: [Ballot], _ words: Words) -> [String] {
        entries.filter { $0.ballot < ballot }.map { line($0, bounds, words) }
    }

    private func line(_ entry: Entry, _ bounds: [Ballot], _ words: Words) -> String {
        let value = words.value(entry.value)
        let start = "In \(words.ballot(entry.ballot)) \(value)"
        let voters = entry.voters.isEmpty ? "" : "\(words.nodes(entry.voters.sorted())) voted for \(value)"
        switch state(entry, bounds) {
        case .chosen: return "\(start) is chosen: \(voters)."
        case .choosable:
            let rest = "\(words.nodes(undecided(entry, bounds))) still may"
            return "\(start) may still be chosen: " + (voters.isEmpty ? "" : "\(voters), ") + "\(rest)."
        case .closed:
            let closed = bounds.indices.filter { bounds[$0] > entry.ballot && !entry.voters.contains($0) }
            return
                "\(start) can no longer be chosen: \(words.nodes(closed)) did not vote and promised a later \(words.noun)."
        }
    }

    /// Quorums meet: whom those of two ballots share in which values were chosen, a sentence for each pair.
    public func meetings(_ words: Words) -> [String] {
        let chosen = entries.filter(isChosen)
        return zip(chosen, chosen.dropFirst()).map { earlier, later in
            let shared = earlier.voters.intersection(later.voters).sorted()
            let sets = "\(Self.choice(earlier, words)), \(Self.choice(later, words))"
            guard !shared.isEmpty else { return "\(sets). They share no node: neither could know of the other." }
            let both = "They share \(words.nodes(shared))"
            return earlier.value == later.value
                ? "\(sets). \(both), through which the later \(words.noun) got to know of \(words.value(earlier.value))."
                : "\(sets). \(both), which voted for both."
        }
    }

    private static func choice(_ entry: Entry, _ words: Words) -> String {
        "\(words.nodes(entry.voters.sorted())) chose \(words.value(entry.value)) in \(words.ballot(entry.ballot))"
    }
}

import DecreePages

/// Who voted for what in which round, and who may still: from what was said alone.
///
/// The induction over rounds asks, for every round that begins with a value: may another value still be chosen in an earlier
/// one? A value may be chosen in a round if enough nodes have voted for it there or still may. Where the answer is always no,
/// two values are never chosen.
/// - Source: Lamport, "Paxos Made Simple", section 2.2 (P2b and its proof); "choosable" is what the TLA+ module Voting of
///   Paxos calls a value that is not ruled out.
struct BallotBook {
    private struct Entry {
        let round: Round
        let wish: Wish
        /// The moment at which it began.
        let moment: Int
        var voters: Set<Int> = []
    }

    private let nodes: Int
    private let quorum: Int
    private let keepsPromises: Bool
    /// Ascending by round.
    private var entries: [Entry] = []
    /// Below which round each node votes no more.
    private var bounds: [Round]
    private var judgements: [Judgement] = []

    /// What may be chosen below a round at the moment when it begins.
    struct Judgement: Hashable {
        let moment: Int
        let lines: [String]
        let isSafe: Bool
    }

    init(nodes: Int, quorum: Int, keepsPromises: Bool) {
        self.nodes = nodes
        self.quorum = quorum
        self.keepsPromises = keepsPromises
        bounds = Array(repeating: .zero, count: nodes)
    }

    mutating func hear(_ word: RoundWord?, from place: Int, at moment: Int) {
        switch word {
        case .promises(let round): raise(place, round)
        case .proposes(let round, let wish): begin(round, wish, at: moment)
        case .votes(let round, let wish):
            begin(round, wish, at: moment)
            raise(place, round)
            for index in entries.indices where entries[index].round == round { entries[index].voters.insert(place) }
        case nil: break
        }
    }

    private mutating func raise(_ place: Int, _ round: Round) {
        if keepsPromises { bounds[place] = max(bounds[place], round) }
    }

    private mutating func begin(_ round: Round, _ wish: Wish, at moment: Int) {
        guard !entries.contains(where: { $0.round == round }) else { return }
        let place = entries.firstIndex { $0.round > round } ?? entries.count
        judgements.append(judge(round, wish, below: entries[..<place], at: moment))
        entries.insert(Entry(round: round, wish: wish, moment: moment), at: place)
    }

    // MARK: What may still be chosen

    /// Those that have not voted in a round and still may.
    private func undecided(_ entry: Entry) -> [Int] {
        (0..<nodes).filter { !entry.voters.contains($0) && bounds[$0] <= entry.round }
    }

    private func isChosen(_ entry: Entry) -> Bool { entry.voters.count >= quorum }
    private func isChoosable(_ entry: Entry) -> Bool { entry.voters.count + undecided(entry).count >= quorum }

    private func judge(_ round: Round, _ wish: Wish, below: ArraySlice<Entry>, at moment: Int) -> Judgement {
        var lines = ["step \(moment): round \(round) begins with \(wish)."]
        if below.isEmpty { lines.append("No earlier round has a value: any value is safe.") }
        for entry in below { lines.append(state(of: entry)) }
        let rivals = below.filter { $0.wish != wish && isChoosable($0) }
        let others = Set(rivals.map(\.wish)).sorted().map(\.description).joined(separator: " and ")
        if rivals.isEmpty {
            lines.append(below.isEmpty ? "" : "So no other value than \(wish) can be chosen below: \(wish) is safe.")
        } else {
            lines.append("So only \(others) would be safe, but \(wish) is proposed: here it breaks.")
        }
        return Judgement(moment: moment, lines: lines.filter { !$0.isEmpty }, isSafe: rivals.isEmpty)
    }

    private func state(of entry: Entry) -> String {
        let start = "In round \(entry.round)"
        let voters = "\(Self.list(entry.voters.sorted())) voted for \(entry.wish)"
        if isChosen(entry) { return "\(start) \(entry.wish) is chosen: \(voters)." }
        let undecided = undecided(entry)
        if isChoosable(entry) {
            let rest = "\(Self.list(undecided)) still may"
            return "\(start) \(entry.wish) may still be chosen: " + (entry.voters.isEmpty ? "" : "\(voters), ")
                + "\(rest)."
        }
        let closed = (0..<nodes).filter { bounds[$0] > entry.round && !entry.voters.contains($0) }
        return
            "\(start) \(entry.wish) can no longer be chosen: \(Self.list(closed)) did not vote and promised a later round."
    }

    private static func list(_ places: [Int]) -> String {
        let names = places.map(String.init)
        guard let last = names.last, names.count > 1 else { return "node " + (names.first ?? "?") }
        return "nodes " + names.dropLast().joined(separator: ", ") + " and " + last
    }
}

// MARK: What is told of a run

extension BallotBook {
    /// The induction, round by round; empty where there are no rounds.
    var induction: [String] { judgements.flatMap { [$0.lines[0]] + $0.lines.dropFirst().map { "  \($0)" } } }

    /// Two majorities meet: whom the quorums of rounds share in which values were chosen.
    var meetings: [String] {
        let chosen = entries.filter(isChosen)
        return zip(chosen, chosen.dropFirst()).map { earlier, later in
            let shared = earlier.voters.intersection(later.voters).sorted()
            let sets =
                "\(Self.list(earlier.voters.sorted())) chose \(earlier.wish) in round \(earlier.round), "
                + "\(Self.list(later.voters.sorted())) chose \(later.wish) in round \(later.round)"
            guard !shared.isEmpty else { return "\(sets). They share no node: neither could know of the other." }
            let both = "They share \(Self.list(shared))"
            return earlier.wish == later.wish
                ? "\(sets). \(both), through which the later round got to know of \(earlier.wish)."
                : "\(sets). \(both), which voted for both."
        }
    }
}

// MARK: What a page shows

extension BallotBook {
    /// The votes as they are, ascending by round.
    var rows: [RecordedBallot] {
        entries.map { entry in
            RecordedBallot(
                ballot: entry.round.description, value: entry.wish.description, voters: entry.voters.sorted(),
                undecided: undecided(entry),
                state: isChosen(entry) ? .chosen : isChoosable(entry) ? .choosable : .closed)
        }
    }

    /// What was found of the rounds that began at a moment.
    func judgement(at moment: Int) -> RecordedJudgement? {
        let found = judgements.filter { $0.moment == moment }
        guard !found.isEmpty else { return nil }
        return RecordedJudgement(
            isSafe: found.allSatisfy(\.isSafe), lines: found.flatMap { Array($0.lines.dropFirst()) })
    }
}

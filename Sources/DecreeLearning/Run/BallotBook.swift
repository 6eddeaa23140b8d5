import DecreePages

/// The votes of a run of a step, round by round, from what was said alone; and of each round that began with a value whether that
/// was safe.
struct BallotBook {
    private let keepsPromises: Bool
    private var votes: Votes<Round, Wish>
    /// Below which round each node votes no more.
    private var bounds: [Round]
    private var judgements: [Judgement] = []

    /// What may be chosen below a round at the moment when it begins.
    private struct Judgement {
        let moment: Int
        let lines: [String]
        let isSafe: Bool
    }

    private static let words = Votes<Round, Wish>.Words(
        "round", ballot: { "round \($0)" }, value: \.description, nodes: list)

    init(nodes: Int, quorum: Int, keepsPromises: Bool) {
        self.keepsPromises = keepsPromises
        votes = Votes(quorum: quorum)
        bounds = Array(repeating: .zero, count: nodes)
    }

    mutating func hear(_ word: RoundWord?, from place: Int, at moment: Int) {
        switch word {
        case .promises(let round): raise(place, round)
        case .proposes(let round, let wish): begin(round, wish, at: moment)
        case .votes(let round, let wish):
            begin(round, wish, at: moment)
            raise(place, round)
            votes.vote(place, in: round, for: wish)
        case nil: break
        }
    }

    private mutating func raise(_ place: Int, _ round: Round) {
        if keepsPromises { bounds[place] = max(bounds[place], round) }
    }

    private mutating func begin(_ round: Round, _ wish: Wish, at moment: Int) {
        guard !votes.hasBegun(round) else { return }
        judgements.append(judge(round, wish, at: moment))
        votes.begin(round, wish)
    }

    private func judge(_ round: Round, _ wish: Wish, at moment: Int) -> Judgement {
        let lower = votes.lines(below: round, bounds, Self.words)
        let rivals = votes.rivals(of: wish, below: round, bounds, Self.words)
        let verdict: String? =
            if !rivals.isEmpty {
                "So only \(rivals.joined(separator: " and ")) would be safe, but \(wish) is proposed: here it breaks."
            } else if lower.isEmpty {
                "No earlier round has a value: any value is safe."
            } else {
                "So no other value than \(wish) can be chosen below: \(wish) is safe."
            }
        let lines = ["step \(moment): round \(round) begins with \(wish)."] + lower + [verdict].compactMap(\.self)
        return Judgement(moment: moment, lines: lines, isSafe: rivals.isEmpty)
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
    var meetings: [String] { votes.meetings(Self.words) }

    /// The votes as they are, ascending by round.
    var rows: [RecordedBallot] {
        votes.rows(
            bounds, Votes<Round, Wish>.Words("round", ballot: \.description, value: \.description, nodes: Self.list))
    }

    /// What was found of the rounds that began at a moment.
    func judgement(at moment: Int) -> RecordedJudgement? {
        let found = judgements.filter { $0.moment == moment }
        guard !found.isEmpty else { return nil }
        return RecordedJudgement(
            isSafe: found.allSatisfy(\.isSafe), lines: found.flatMap { Array($0.lines.dropFirst()) })
    }
}

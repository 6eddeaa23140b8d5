/// How a run is taken another way: in order, behind which steps it is left, and along which branch it goes on.
///
/// As text each turn reads `step.branch`, as in `3.2-17.0`, so that it can stand in an address as it is. Steps are counted from
/// one, so that behind step 0 is the beginning; branches are counted from zero. Without turns it is the run as it was.
public struct Way: Hashable, Sendable {
    /// One branch that is taken.
    public struct Turn: Hashable, Sendable {
        /// How many steps are gone as before.
        public let step: Int
        /// Which of the branches there.
        public let branch: Int

        /// - Parameters:
        ///   - step: How many steps are gone as before.
        ///   - branch: Its place among the branches behind that step.
        public init(step: Int, branch: Int) {
            self.step = step
            self.branch = branch
        }
    }

    /// Nobody goes on in this manner for longer.
    public static let maximumTurns = 64

    /// Ascending by step.
    public let turns: [Turn]

    /// The run as it was.
    public init() { turns = [] }

    private init(_ turns: [Turn]) { self.turns = turns }

    /// Leaves this way behind a step: what it turned to there or later counts no more.
    /// - Returns: Nil when there are too many turns.
    public func turning(_ turn: Turn) -> Way? {
        let former = turns.prefix { $0.step < turn.step }
        return former.count < Self.maximumTurns ? Way(former + [turn]) : nil
    }

    /// The part of it that lies before a step.
    public func upTo(step: Int) -> Way { Way(Array(turns.prefix { $0.step < step })) }
}

extension Way: CustomStringConvertible {
    public var description: String { turns.map { "\($0.step).\($0.branch)" }.joined(separator: "-") }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var way = Way()
        for word in text.isEmpty ? [] : text.split(separator: "-", omittingEmptySubsequences: false) {
            let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
            guard numbers.count == 2, let step = numbers[0], let branch = numbers[1],
                step > way.turns.last?.step ?? -1, let next = way.turning(Turn(step: step, branch: branch))
            else { return nil }
            way = next
        }
        self = way
    }

    /// Figures and nothing else, few enough that no sum overflows.
    static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

/// A run on its way, recorded as it goes.
public protocol RunWalk {
    /// How many steps are recorded.
    var count: Int { get }

    /// What can happen now, with a mark at what would happen by itself; nothing once the run is over.
    var branches: [Branch] { get }

    /// Lets happen what happens by itself.
    /// - Returns: Whether there was anything.
    mutating func advance() -> Bool

    /// Lets one of the branches happen; the run goes on from there.
    /// - Parameter branch: Its place among ``branches``.
    mutating func take(_ branch: Int)
}

extension RunWalk {
    /// Goes on by itself.
    /// - Throws: The run has fewer steps.
    mutating func advance(to step: Int) throws(WayProblem) {
        while count < step {
            guard advance() else { throw .noStep(step, of: count) }
        }
    }

    /// Takes a turn.
    /// - Returns: What was taken, in words, and how many steps lie before it.
    mutating func take(_ turn: Way.Turn) throws(WayProblem) -> (words: String, place: Int) {
        try advance(to: turn.step)
        let branches = branches
        guard branches.indices.contains(turn.branch) else {
            throw .noBranch(turn.branch, of: branches.count, step: turn.step)
        }
        defer { take(turn.branch) }
        return (branches[turn.branch].text, count)
    }
}

/// Ways that are walked, each from the beginning.
public protocol WalkedTree: RunTree {
    associatedtype Walk: RunWalk

    /// No step behind this one is walked to: that would take too long.
    static var maximumSteps: Int { get }

    /// A run that has not begun.
    func begin() -> Walk
}

extension WalkedTree {
    /// Up to behind the last turn of a way.
    public func walk(along way: Way) throws(WayProblem) -> (walk: Walk, words: [String], places: [Int]) {
        if let last = way.turns.last { try check(last.step) }
        var walk = begin()
        var words: [String] = []
        var places: [Int] = []
        for turn in way.turns {
            let taken = try walk.take(turn)
            words.append(taken.words)
            places.append(taken.place)
        }
        return (walk, words, places)
    }

    public func branches(behind step: Int, along way: Way) throws(WayProblem) -> [Branch] {
        try check(step)
        var walk = try walk(along: way.upTo(step: step)).walk
        try walk.advance(to: step)
        guard let taken = way.turns.first(where: { $0.step == step })?.branch else { return walk.branches }
        return walk.branches.enumerated().map { Branch($1.group, $1.text, isTaken: $0 == taken) }
    }

    private func check(_ step: Int) throws(WayProblem) {
        guard step <= Self.maximumSteps else { throw .tooFar(step: step, limit: Self.maximumSteps) }
    }
}

import DecreePages

/// The run that a search found, and all that could have happened besides: the nodes of the step are run again for every way.
///
/// A way that was left goes on by itself: what is under way arrives in the order in which it was sent (``Recording/next``).
struct StepWays<Node: StepNode>: WalkedTree {
    let step: Step
    /// What the search found, and the verdict on it.
    let found: [StepAction<Node.Message>]
    let verdict: RecordedVerdict

    /// No way is longer: in these worlds everything comes to an end, and much earlier.
    static var maximumSteps: Int { 2_000 }

    func begin() -> StepWalk<Node> { StepWalk(recording: Recording(of: step), found: found[...]) }

    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        var (walk, words, places) = try walk(along: way)
        while walk.count < Self.maximumSteps, walk.advance() {}
        var run = walk.recording.told(way == Way() ? verdict : step.verdict(ofChosenRun: walk.recording.finding))
        run.way = RecordedWay(way, words: words, places: places)
        run.command = "decree learn \(step.number) --serve"
        return run
    }
}

/// A run of a step on its way.
struct StepWalk<Node: StepNode>: RunWalk {
    fileprivate(set) var recording: Recording<Node>
    /// What is left of the run that was found; nil once it was left.
    fileprivate var found: ArraySlice<StepAction<Node.Message>>?

    var count: Int { recording.count }

    private var next: StepAction<Node.Message>? { found.map(\.first) ?? recording.next }

    var branches: [Branch] {
        let next = next
        return recording.possible.map { recording.branch($0, isTaken: $0 == next) }
    }

    mutating func advance() -> Bool {
        guard let action = next else { return false }
        recording.happen(action)
        found?.removeFirst()
        return true
    }

    mutating func take(_ branch: Int) {
        recording.happen(recording.possible[branch])
        found = nil
    }
}

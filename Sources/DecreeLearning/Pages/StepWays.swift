import DecreePages

/// The run that a search found, and all that could have happened besides: the nodes of the step are run again for every way.
///
/// A way that was left goes on by itself: what is under way arrives in the order in which it was sent (``Recording/next``).
struct StepWays<Node: StepNode>: RunTree {
    typealias Action = StepAction<Node.Message>

    let step: Step
    /// What the search found, and the verdict on it.
    let found: [Action]
    let verdict: RecordedVerdict

    /// No way is longer: in these worlds everything comes to an end, and much earlier.
    private static var maximumSteps: Int { 2_000 }

    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        var (recording, words) = try recording(along: way)
        while let action = next(recording, isFound: way == Way()) { recording.happen(action) }
        var run = recording.told(way == Way() ? verdict : step.verdict(ofChosenRun: recording.finding))
        run.way = RecordedWay(way, words: words, places: way.turns.map(\.step))
        run.command = "decree learn \(step.number) --serve"
        return run
    }

    func branches(behind number: Int, along way: Way) throws(WayProblem) -> [Branch] {
        let former = way.upTo(step: number)
        var recording = try recording(along: former).recording
        try advance(&recording, to: number, isFound: former == Way())
        let taken = way.turns.first { $0.step == number }?.branch
        let next = next(recording, isFound: former == Way())
        return recording.possible.enumerated().map { place, action in
            recording.branch(action, isTaken: taken.map { $0 == place } ?? (action == next))
        }
    }

    // MARK: Going

    /// Up to behind the last turn of a way.
    private func recording(along way: Way) throws(WayProblem) -> (recording: Recording<Node>, words: [String]) {
        var recording = Recording<Node>(of: step)
        var words: [String] = []
        for (place, turn) in way.turns.enumerated() {
            try advance(&recording, to: turn.step, isFound: place == 0)
            let possible = recording.possible
            guard possible.indices.contains(turn.branch) else {
                throw .noBranch(turn.branch, of: possible.count, step: turn.step)
            }
            words.append(recording.branch(possible[turn.branch], isTaken: true).text)
            recording.happen(possible[turn.branch])
        }
        return (recording, words)
    }

    /// - Parameter isFound: On the way that was found, and else on one that goes on by itself.
    private func advance(
        _ recording: inout Recording<Node>, to number: Int, isFound: Bool
    ) throws(WayProblem) {
        while recording.count < number {
            guard let action = next(recording, isFound: isFound) else { throw .noStep(number, of: recording.count) }
            recording.happen(action)
        }
    }

    private func next(_ recording: Recording<Node>, isFound: Bool) -> Action? {
        guard isFound else { return recording.count < Self.maximumSteps ? recording.next : nil }
        return recording.count < found.count ? found[recording.count] : nil
    }
}

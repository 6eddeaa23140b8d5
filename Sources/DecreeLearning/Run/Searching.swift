import DecreePages

/// What a search of a step's world found.
public struct StepReport: Sendable {
    /// What is wrong, in words that begin with the property; nil when nothing is.
    public let finding: String?
    /// The shortest way there. Where nothing is wrong, the shortest on which somebody takes over another's value and decides
    /// it; nil when there is none.
    public let run: Run?
    /// The same run, told for a page.
    public let recording: RecordedRun?
    /// The same run, and all that could have happened besides.
    public let ways: (any RunTree)?
    /// Why no other value can be chosen below each round of the run, or where that fails; empty where there are no rounds.
    public let induction: [String]
    /// What the majorities of the run have in common; empty where at most one chose.
    public let meetings: [String]
    /// How many states were reached.
    public let states: Int
    /// How many steps were made, also those that led to known states.
    public let transitions: Int
    /// Nothing was left out; a search that finds something ends there.
    public let isComplete: Bool
}

extension Step {
    /// Searches the shortest run that breaks it, or all that can happen when there is none.
    /// - Parameter progress: Told now and then how many states were reached.
    public func search(progress: (Int) -> Void = { _ in }) -> StepReport {
        report(node, progress)
    }

    private func report<Node: StepNode>(_ node: Node.Type, _ progress: (Int) -> Void) -> StepReport {
        let numbering = StepNumbering(StepWorld<Node>(plan))
        let search = Search(from: numbering.code(), progress: progress)
        let found = search.counterexample?.actions ?? goal?.way(from: numbering.code(), progress)
        let actions = found?.map(numbering.action)
        let chronicle = actions.map { Chronicle<Node>(plan, $0) }
        let verdict = verdict(finding: search.counterexample?.text, states: search.states)
        return StepReport(
            finding: search.counterexample?.text, run: chronicle?.run,
            recording: actions.map { Recording<Node>(of: self, $0).told(verdict) },
            ways: actions.map { StepWays<Node>(step: self, found: $0, verdict: verdict) },
            induction: plan.property == .agreement ? chronicle?.ballots.induction ?? [] : [],
            meetings: plan.property == .agreement ? chronicle?.ballots.meetings ?? [] : [],
            states: search.states, transitions: search.transitions, isComplete: search.isComplete)
    }
}

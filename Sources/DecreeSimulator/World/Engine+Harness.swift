import PaxosBase

// The engine of a run as a harness, whatever machine runs on it: what happens next is planned already, and every part of
// the world asks choices of its own, split from those of the run when it was made.
extension Engine: Harness {
    func advance(_ choices: inout Choices) -> Occurrence? {
        guard !isOver, let occurrence = takeNext() else { return nil }
        happen(occurrence)
        watchTime(occurrence)
        return occurrence
    }
}

/// Tells what the checkers of a world found, after every step and at the end.
struct WorldJudge: Observer {
    func saw(_ event: Occurrence, in engine: Engine) -> String? { engine.findings.first?.text }

    func ended(_ engine: Engine) -> String? {
        engine.host.judgeHistory()
        return engine.findings.first?.text
    }
}

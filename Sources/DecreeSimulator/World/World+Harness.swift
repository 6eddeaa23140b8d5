import PaxosBase

// The world of a run as a harness: what happens next is planned already, and every part of the world asks choices of its
// own, split from those of the run when it was made.
extension World: Harness {
    func advance(_ choices: inout Choices) -> Occurrence? {
        guard !engine.isOver, let occurrence = engine.schedule.next() else { return nil }
        engine.happen(occurrence)
        engine.watchTime(occurrence)
        return occurrence
    }
}

/// Tells what the checkers of a world found, after every step and at the end.
struct WorldJudge<W: Workload>: Observer {
    func saw(_ event: Occurrence, in world: World<W>) -> String? { world.violation.map(\.text) }

    func ended(_ world: World<W>) -> String? {
        world.judgeHistory()
        return world.violation.map(\.text)
    }
}

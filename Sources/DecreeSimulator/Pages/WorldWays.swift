import DecreePages
import PaxosBase

/// The run of a seed, and all that could have happened besides.
///
/// A way is gone from the beginning: the world of the seed is made again and draws what it drew, up to behind the step where it
/// is left. There something else happens (``Intervention``), and the world goes on with whatever its seed draws next.
struct WorldWays<W: Workload>: RunTree {
    let seed: UInt64
    let planted: PlantedBug?
    /// The run as it was, as far as it is shown.
    let found: RecordedRun
    /// How many steps lie before the first that is shown.
    let before: Int
    let command: String

    /// To go again through so many steps takes seconds.
    static var maximumSteps: Int { 100_000 }
    /// How far a way is followed behind its last turn.
    static var furtherSteps: Int { 3_000 }

    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        guard let last = way.turns.last else { return served(found, way, [], []) }
        var (world, words, places) = try world(along: way)
        while world.count < last.step + Self.furtherSteps, world.advance() {}
        if world.isOver { world.finish() }
        let run = world.told(command: command)
        return served(run.shown(min(before, run.events.count)..<run.events.count), way, words, places)
    }

    private func served(_ run: RecordedRun, _ way: Way, _ words: [String], _ places: [Int]) -> RecordedRun {
        var run = run
        run.way = RecordedWay(way, words: words, places: places, before: before)
        return run
    }

    func branches(behind step: Int, along way: Way) throws(WayProblem) -> [Branch] {
        var world = try world(along: way.upTo(step: step)).world
        try advance(&world, to: step)
        return world.branches(taken: way.turns.first { $0.step == step }?.branch)
    }

    // MARK: Going

    /// Up to behind the last turn of a way.
    private func world(
        along way: Way
    ) throws(WayProblem) -> (world: RecordedWorld<W>, words: [String], places: [Int]) {
        var world = RecordedWorld<W>(seed: seed, planted: planted)
        var words: [String] = []
        var places: [Int] = []
        for turn in way.turns {
            try advance(&world, to: turn.step)
            let interventions = world.interventions
            guard interventions.indices.contains(turn.branch) else {
                throw .noBranch(turn.branch, of: interventions.count, step: turn.step)
            }
            words.append(world.branches(taken: nil)[turn.branch].text)
            places.append(world.count)
            world.advance(interventions[turn.branch])
        }
        return (world, words, places)
    }

    private func advance(_ world: inout RecordedWorld<W>, to step: Int) throws(WayProblem) {
        guard step <= Self.maximumSteps else { throw .tooFar(step: step, limit: Self.maximumSteps) }
        while world.count < step {
            guard world.advance() else { throw .noStep(step, of: world.count) }
        }
    }
}

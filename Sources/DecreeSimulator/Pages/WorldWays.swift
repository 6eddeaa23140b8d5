import DecreePages
import PaxosBase

/// The run of a seed, and all that could have happened besides.
///
/// A way is gone from the beginning: the world of the seed is made again and draws what it drew, up to behind the step where it
/// is left. There something else happens (``Intervention``), and the world goes on with whatever its seed draws next.
struct WorldWays<W: Workload>: WalkedTree {
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

    func begin() -> RecordedWorld<W> { RecordedWorld(seed: seed, planted: planted) }

    func run(along way: Way) throws(WayProblem) -> RecordedRun {
        guard let last = way.turns.last else { return served(found, way, [], []) }
        var (world, words, places) = try walk(along: way)
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
}

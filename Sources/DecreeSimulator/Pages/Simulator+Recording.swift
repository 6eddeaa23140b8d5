import DecreePages
import PaxosBase
import PaxosLog

extension Simulator {
    /// Runs the world of one seed as ``run(seed:planted:worldOf:)`` does, and records it for a page.
    /// - Parameters:
    ///   - maximumEvents: Of a longer run the end is told when a checker found something there, and else the beginning.
    ///   - command: How the page is made.
    public static func recordRun(
        seed: UInt64, planted: PlantedBug? = nil, maximumEvents: Int, command: String
    ) -> (report: RunReport, run: RecordedRun) {
        let (report, run, part) = recordPart(seed, planted, maximumEvents, command)
        return (report, run.shown(part))
    }

    /// A whole run, and the part of it that is shown.
    private static func recordPart(
        _ seed: UInt64, _ planted: PlantedBug?, _ maximumEvents: Int, _ command: String
    ) -> (report: RunReport, run: RecordedRun, part: Range<Int>) {
        var world = RecordedWorld<W>(seed: seed, planted: planted)
        world.finish()
        let run = world.told(command: command)
        let excess = max(0, run.events.count - maximumEvents)
        let all = run.events.indices
        return (world.report, run, world.report.violation == nil ? all.dropLast(excess) : all.dropFirst(excess))
    }

    /// Records the run in which a planted bug does harm, and the sound core's in the same world, for a page that shows them beside
    /// each other. Of long runs the end of the former is told, and the same part of the latter.
    public static func recordPair(
        seed: UInt64, planted: PlantedBug, maximumEvents: Int, command: String
    ) -> (broken: RecordedRun, sound: RecordedRun) {
        var broken = recordWhole(seed, planted, nil, command)
        var sound = recordWhole(seed, nil, planted, command)
        broken.difference = broken.firstDifference(from: sound)
        sound.difference = broken.difference
        let last = broken.events.count
        let first = max(0, last - maximumEvents)
        sound.title = "The sound core in the same world"
        // The sound run goes on: as far again as the broken one is shown, so that one sees what it does instead.
        let end = min(sound.events.count, last + maximumEvents / 10)
        return (broken.shown(first..<last), sound.shown(min(first, end)..<end))
    }

    private static func recordWhole(
        _ seed: UInt64, _ planted: PlantedBug?, _ worldOf: PlantedBug?, _ command: String
    ) -> RecordedRun {
        var world = RecordedWorld<W>(seed: seed, planted: planted, worldOf: worldOf)
        world.finish()
        return world.told(command: command)
    }

    /// The run of one seed, and all that could have happened besides: the world is run again for every way.
    /// - Parameters:
    ///   - maximumEvents: Of a longer run as much is told as ``recordRun(seed:planted:maximumEvents:command:)`` tells.
    ///   - command: How the page is served.
    public static func ways(
        seed: UInt64, planted: PlantedBug? = nil, maximumEvents: Int, command: String
    ) -> any RunTree {
        let (_, run, part) = recordPart(seed, planted, maximumEvents, command)
        return WorldWays<W>(
            seed: seed, planted: planted, found: run.shown(part), before: part.lowerBound, command: command)
    }
}

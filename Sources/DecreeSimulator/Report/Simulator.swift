import PaxosBase
import PaxosLog

/// Runs a workload, and with it its state machine, over the real log and the real journal in a world that a seed makes.
///
/// ```swift
/// let report = Simulator<RegisterWorkload>.run(seed: 7)
/// ```
public enum Simulator<W: Workload> {
    /// Runs the world of one seed to its end, or to the first thing that a checker finds.
    /// - Parameters:
    ///   - seed: Decides everything; the same seed gives the same run.
    ///   - planted: A bug that is put into the core, to see that it is found.
    ///   - worldOf: The core is sound, in the world in which this bug is searched.
    public static func run(seed: UInt64, planted: PlantedBug? = nil, worldOf: PlantedBug? = nil) -> RunReport {
        run(Choices(seed: seed), seed: seed, planted, worldOf).report
    }

    /// The same, with everything that was chosen written down.
    public static func record(seed: UInt64, planted: PlantedBug? = nil) -> (report: RunReport, script: Script) {
        let run = run(.recorded(seed: seed), seed: seed, planted, nil)
        return (run.report, run.choices.taken)
    }

    /// The run that a script is the choices of.
    /// - Parameters:
    ///   - script: What ``record(seed:planted:)`` wrote down, or the beginning of it.
    ///   - seed: Stands in the report, and decides what comes behind the end of the script.
    public static func replay(_ script: Script, seed: UInt64, planted: PlantedBug? = nil) -> RunReport {
        run(.recorded(seed: seed, after: script), seed: seed, planted, nil).report
    }

    /// The same with a workload that is changed behind its draw, to see that something is found.
    public static func run(seed: UInt64, changing change: (inout W) -> Void) -> RunReport {
        run(Choices(seed: seed), seed: seed, nil, nil, change).report
    }

    private static func run(
        _ choices: Choices, seed: UInt64, _ planted: PlantedBug?, _ worldOf: PlantedBug?,
        _ change: (inout W) -> Void = { _ in }
    ) -> (report: RunReport, choices: Choices) {
        var choices = choices
        let plan = RunPlan.draw(&choices, temper: (planted ?? worldOf)?.temper)
        let flaws = planted.map { Set([$0.flaw]) } ?? []
        let world = World<W>(seed: seed, plan: plan, flaws: flaws, choices: &choices)
        change(&world.workload)
        world.begin()
        var run = Run(world.engine, WorldJudge(), choices)
        run.go()
        return (world.report, run.choices)
    }
}

extension Simulator where W == RegisterWorkload {
    /// The same for the workload that is known here, so that it is compiled for it.
    public static func run(seed: UInt64, planted: PlantedBug? = nil, worldOf: PlantedBug? = nil) -> RunReport {
        run(Choices(seed: seed), seed: seed, planted, worldOf).report
    }
}

extension World {
    var report: RunReport {
        let violation = violation.map {
            Violation(seed: seed, checker: $0.checker, text: $0.text, event: engine.events)
        }
        return RunReport(
            seed: seed, events: engine.events, digest: engine.digest.finalize(), violation: violation,
            faults: engine.faults, sights: engine.sights, nodeCount: engine.plan.nodeCount,
            chosenSlots: engine.chosenCount, operations: history.entries.count,
            virtualTime: TimeSpan(nanoseconds: engine.schedule.now))
    }
}

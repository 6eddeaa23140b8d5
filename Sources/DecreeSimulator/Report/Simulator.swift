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
        var random = SeededRandom(seed: seed)
        let plan = RunPlan.draw(&random, temper: (planted ?? worldOf)?.temper)
        let world = World<W>(seed: seed, plan: plan, flaws: planted.map { [$0.flaw] } ?? [], random: &random)
        world.run()
        return world.report
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

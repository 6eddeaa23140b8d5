import DecreePages
import PaxosBase
import PaxosLog

extension Simulator {
    /// Runs the world of one seed as ``run(seed:planted:worldOf:)`` does, and records it for a page.
    /// - Parameters:
    ///   - maximumEvents: Of a longer run the end is told when a checker found something there, and else the beginning.
    ///   - command: How the page is made.
    public static func recordRun(
        seed: UInt64, planted: PlantedBug? = nil, worldOf: PlantedBug? = nil, maximumEvents: Int, command: String
    ) -> (report: RunReport, run: RecordedRun) {
        var choices = Choices(seed: seed)
        let plan = RunPlan.draw(&choices, temper: (planted ?? worldOf)?.temper)
        let world = World<W>(seed: seed, plan: plan, flaws: planted.map { Set([$0.flaw]) } ?? [], choices: &choices)
        world.begin()
        var recorder = WorldRecorder(world.engine)
        while world.violation == nil, recorder.advance() {}
        if world.violation == nil { world.engine.host.judgeHistory() }
        let report = world.report
        var run = recorder.run(of: report, planted: planted, command: command)
        let excess = max(0, run.events.count - maximumEvents)
        let all = run.events.indices
        run = run.part(report.violation == nil ? all.dropLast(excess) : all.dropFirst(excess))
        if excess > 0 {
            let part = report.violation == nil ? "first" : "last"
            run.introduction.append("The \(part) \(run.events.count) of \(all.count) steps are shown.")
        }
        return (report, run)
    }
}

extension WorldRecorder {
    /// What was recorded, with words around it.
    fileprivate func run(of report: RunReport, planted: PlantedBug?, command: String) -> RecordedRun {
        var run = recorded
        run.title = planted.map { "\($0.name), seed \(report.seed)" } ?? "The world of seed \(report.seed)"
        run.origin = planted == nil ? "A run of the simulator" : "A run of the simulator with a rule left out"
        run.command = command
        run.introduction = [
            "\(report.nodeCount) nodes run the log and the journal that ship, in a world that seed \(report.seed) makes: "
                + "messages are late, lost, repeated and damaged, disks are slow, nodes crash and come back. Equal seeds give "
                + "equal runs.",
            "Ballots are written with their round and node: b2.n3 is round 2 of n3. 4=x is the entry x in slot 4.",
        ]
        if let planted { run.introduction.insert("Left out: \(planted.meaning)", at: 0) }
        run.verdict = report.violation.map {
            RecordedVerdict(holds: false, text: "\($0.checker.rawValue): \($0.text)")
        }
        run.verdict = run.verdict ?? RecordedVerdict(holds: true, text: "All checkers were content to the end")
        return run
    }
}

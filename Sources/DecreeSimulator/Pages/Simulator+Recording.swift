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
        let (report, run) = recordWhole(seed, planted, nil, command)
        let excess = max(0, run.events.count - maximumEvents)
        let all = run.events.indices
        let part = report.violation == nil ? all.dropLast(excess) : all.dropFirst(excess)
        return (report, run.shown(part))
    }

    /// Records the run in which a planted bug does harm, and the sound core's in the same world, for a page that shows them beside
    /// each other. Of long runs the end of the former is told, and the same part of the latter.
    public static func recordPair(
        seed: UInt64, planted: PlantedBug, maximumEvents: Int, command: String
    ) -> (broken: RecordedRun, sound: RecordedRun) {
        var broken = recordWhole(seed, planted, nil, command).run
        var sound = recordWhole(seed, nil, planted, command).run
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
    ) -> (report: RunReport, run: RecordedRun) {
        var choices = Choices(seed: seed)
        let plan = RunPlan.draw(&choices, temper: (planted ?? worldOf)?.temper)
        let world = World<W>(seed: seed, plan: plan, flaws: planted.map { Set([$0.flaw]) } ?? [], choices: &choices)
        world.begin()
        var recorder = WorldRecorder(world.engine)
        while world.violation == nil, recorder.advance() {}
        if world.violation == nil { world.engine.host.judgeHistory() }
        let report = world.report
        return (report, recorder.run(of: report, planted: planted, command: command))
    }
}

extension RecordedRun {
    /// A part of it, with a word that it is one.
    fileprivate func shown(_ range: Range<Int>) -> RecordedRun {
        var part = part(range)
        if range != events.indices {
            part.introduction.append(
                "Steps \(range.lowerBound + 1) to \(range.upperBound) of \(events.count) are shown.")
        }
        return part
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

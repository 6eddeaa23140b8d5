import DecreePages
import PaxosBase
import PaxosLog

/// A world that is run and recorded.
struct RecordedWorld<W: Workload>: RunWalk {
    private let world: World<W>
    private let planted: PlantedBug?
    private(set) var recorder: WorldRecorder

    /// A world that has not begun.
    /// - Parameter worldOf: The core is sound, in the world in which this bug is searched.
    init(seed: UInt64, planted: PlantedBug?, worldOf: PlantedBug? = nil) {
        var choices = Choices(seed: seed)
        let plan = RunPlan.draw(&choices, temper: (planted ?? worldOf)?.temper)
        world = World<W>(seed: seed, plan: plan, flaws: planted.map { Set([$0.flaw]) } ?? [], choices: &choices)
        self.planted = planted
        world.begin()
        recorder = WorldRecorder(world.engine)
    }

    /// How many steps were recorded.
    var count: Int { recorder.count }

    /// Lets the next thing happen.
    /// - Returns: Whether there was one; nothing comes behind what a checker found.
    mutating func advance() -> Bool { world.violation == nil && recorder.advance() }

    /// Nothing comes any more.
    var isOver: Bool { world.engine.isOver || world.violation != nil }

    /// To the end.
    mutating func finish() {
        while advance() {}
        if world.violation == nil { world.engine.host.judgeHistory() }
    }

    var report: RunReport { world.report }

    // MARK: Other ways

    private var interventions: [Intervention] { isOver ? [] : world.engine.interventions }

    var branches: [Branch] {
        let next = world.engine.schedule.pending.first?.number
        return interventions.map { intervention in
            let comesNext = if case .comes(let number, _) = intervention { number == next } else { false }
            return intervention.branch(in: world.engine, recorder, isTaken: comesNext)
        }
    }

    mutating func take(_ branch: Int) { recorder.advance(interventions[branch]) }

    // MARK: What is told

    /// What was recorded, with words around it.
    /// - Parameter command: How the page is made.
    func told(command: String) -> RecordedRun {
        var run = recorder.recorded
        let report = report
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
        run.verdict =
            report.violation.map { RecordedVerdict(holds: false, text: "\($0.checker.rawValue): \($0.text)") }
            ?? RecordedVerdict(
                holds: true,
                text: world.engine.isOver
                    ? "All checkers were content to the end" : "Up to here all checkers are content")
        return run
    }
}

extension RecordedRun {
    /// A part of it, with a word that it is one.
    func shown(_ range: Range<Int>) -> RecordedRun {
        var part = part(range)
        if range != events.indices {
            part.introduction.append(
                "Steps \(range.lowerBound + 1) to \(range.upperBound) of \(events.count) are shown.")
        }
        return part
    }
}

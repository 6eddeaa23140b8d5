import ArgumentParser
import DecreePages
import DecreeSimulator
import Foundation

/// Runs the cluster in a world that a seed makes, with faults, and checks every step.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run the real log, journal and store in a simulated world full of faults, and check every step.",
        discussion: """
            Equal seeds give equal runs, in every process: what a run does is summed up in its digest.

            What is shown of a run (--html, --serve) are \(SimulatedWorkload.stepsOfPage) of its steps: its beginning, or
            its end if something was found there.

            Exit codes: 0 nothing was found, 1 a checker found something (or a page cannot be written, or a planted bug was not found, or a kind of
            fault came in hardly any of 100 runs or more), 2 the command line makes no sense, 10 a planted bug was found.
            """)

    @Option(help: "Run one seed, as a replay line says.")
    var seed: UInt64?

    @Option(help: "The seeds to run, both ends included.")
    var seeds = SeedRange(1...300)

    @Flag(help: "One line of JSON for each run, and a last one with totals.")
    var json = false

    @Option(help: "Break a rule of the protocol and search the seeds for a run that shows it; 'list' names the rules.")
    var planted: String?

    @Option(help: "What the cluster runs: \(SimulatedWorkload.allCases.map(\.rawValue).joined(separator: ", ")).")
    var workload = SimulatedWorkload.store

    @Option(
        help: ArgumentHelp(
            "Instead of drawing runs, go through all that three replicas can do, as far as so many states.",
            valueName: "states"))
    var explore: Int?

    @OptionGroup var shown: RunOptions

    @Flag(
        help: "On the page of a planted bug show the sound core's run in the same world beside it, and where they part."
    )
    var beside = false

    @Option(
        help: ArgumentHelp(
            "Carry out the steps of a scenario, as Tests/DecreeSimulatorTests/Scenarios has them, and print what happens.",
            valueName: "file"))
    var scenario: String?

    @Option(help: "How many seeds to run at once; all processors unless given.")
    var jobs: Int?

    static func replayLine(seed: UInt64, workload: SimulatedWorkload, planted: PlantedBug? = nil) -> String {
        "decree simulate --seed \(seed)"
            + (workload == .store ? "" : " --workload \(workload.rawValue)")
            + (planted.map { " --planted \($0.name)" } ?? "")
    }

    func validate() throws {
        if let planted, planted != "list", PlantedBug(named: planted) == nil {
            throw ValidationError("there is no planted bug '\(planted)'; --planted list names them all.")
        }
        if explore != nil, seed != nil {
            throw ValidationError("--explore goes through all runs there are: it takes no --seed.")
        }
        if let explore, !(1...100_000_000).contains(explore) {
            throw ValidationError("--explore takes a number of states from 1 to 100000000.")
        }
        try validateShown()
        if let jobs, !(1...CrashNote.places).contains(jobs) {
            throw ValidationError("--jobs takes a number from 1 to \(CrashNote.places).")
        }
    }

    private func validateShown() throws {
        if scenario != nil, seed != nil || planted != nil || explore != nil || shown.serve {
            throw ValidationError(
                "--scenario says all that happens: it takes no --seed, --planted, --explore or --serve.")
        }
        if let words = shown.words, scenario == nil, explore == nil, seed == nil, planted == nil || planted == "list" {
            throw ValidationError("\(words) shows one run: decree simulate --seed 42 \(words).")
        }
        if explore != nil, beside {
            throw ValidationError("--beside shows a run that is drawn: it takes no --explore.")
        }
        if beside, shown.html == nil || planted == nil {
            throw ValidationError("--beside shows a planted bug beside the sound core: it needs --planted and --html.")
        }
    }

    func run() async throws {
        if planted == "list" {
            for bug in PlantedBug.all { Output.write("\(bug.name)\n    \(bug.meaning)\n") }
            return
        }
        if let scenario { return try ScenarioFile(path: scenario).show(shown) }
        if let explore { return try await self.explore(explore) }
        CrashNote.install()
        let range = seed.map { $0...$0 } ?? seeds.seeds
        if let planted, let bug = PlantedBug(named: planted) {
            try await search(range, for: bug)
        } else if let seed {
            try await replay(seed)
        } else {
            try runSuite(range)
        }
    }

    /// Every order of messages, writes and a crash in a small cluster, the nearest first.
    private func explore(_ states: Int) async throws {
        let bug = planted.flatMap { PlantedBug(named: $0) }
        let start = Date()
        let report = Exploration.run(states: states, planted: bug)
        Output.write(SimulationText.text(report, seconds: Date().timeIntervalSince(start)))
        let line = "decree simulate --explore \(states)" + (bug.map { " --planted \($0.name)" } ?? "")
        if let (run, ways) = Exploration.ways(of: report, planted: bug, command: "\(line) --html FILE") {
            try shown.write(run, isSilent: json)
            try await shown.serve { ways }
        }
        if report.finding != nil { throw ExitCode(bug == nil ? 1 : 10) }
        if bug != nil { throw ExitCode.failure }
    }

    /// One run; its replay line stands there before it begins.
    private func replay(_ seed: UInt64) async throws {
        let line = Self.replayLine(seed: seed, workload: workload)
        if !json { Output.write("replay: \(line)\n") }
        CrashNote.set(line, at: 0)
        let start = Date()
        let (report, recording) = run(seed)
        CrashNote.set(nil, at: 0)
        var totals = Totals()
        totals.add(report)
        Output.write(json ? SimulationText.json(report) + "\n" : SimulationText.text(report))
        finish(totals, since: start)
        if let recording { try shown.write(recording, isSilent: json) }
        if let violation = report.violation {
            if !json { Output.write(SimulationText.text(violation, replay: line)) }
        }
        try await serve(seed)
        if report.violation != nil { throw ExitCode.failure }
    }

    private func serve(_ seed: UInt64, _ bug: PlantedBug? = nil) async throws {
        try await shown.serve { workload.ways(seed: seed, planted: bug) }
    }

    /// Recorded only for somebody who wants to see it.
    private func run(_ seed: UInt64) -> (report: RunReport, recording: RecordedRun?) {
        guard shown.isWritten else { return (workload.run(seed: seed), nil) }
        let (report, recording) = workload.record(seed: seed)
        return (report, recording)
    }

    /// Writes the run in which a planted bug was found.
    private func write(_ seed: UInt64, _ bug: PlantedBug) throws {
        guard beside else { return try shown.write(workload.record(seed: seed, planted: bug).run, isSilent: json) }
        let (broken, sound) = workload.recordPair(seed: seed, planted: bug)
        try shown.write(broken, beside: sound, isSilent: json)
    }

    private func runSuite(_ range: ClosedRange<UInt64>) throws {
        let start = Date()
        var totals = Totals()
        let processors = min(ProcessInfo.processInfo.activeProcessorCount, CrashNote.places)
        SimulationRunner(workload: workload, jobs: jobs ?? processors).run(range) { report in
            totals.add(report)
            if json { Output.write(SimulationText.json(report) + "\n") }
            if let violation = report.violation, !json {
                let line = Self.replayLine(seed: report.seed, workload: workload)
                Output.write(SimulationText.text(violation, replay: line))
            }
            return true
        }
        finish(totals, since: start)
        guard totals.violations.isEmpty else { throw ExitCode.failure }
        try requireAllFaults(totals)
    }

    private func finish(_ totals: Totals, since start: Date) {
        let seconds = Date().timeIntervalSince(start)
        Output.write(
            json ? SimulationText.json(totals, seconds: seconds) + "\n" : SimulationText.text(totals, seconds: seconds))
    }

    /// A suite in which a kind of fault came in hardly a run has tested less than it says.
    private func requireAllFaults(_ totals: Totals) throws {
        guard totals.runs >= 100 else { return }
        let scarce = totals.scarce(below: 1, sparing: workload.unseen)
        guard !scarce.isEmpty else { return }
        StandardError.write("decree: in less than 1 % of the runs: \(scarce.joined(separator: ", "))\n")
        throw ExitCode.failure
    }

    /// Searches for a run that shows the bug; the sound core must pass the same seed.
    private func search(_ range: ClosedRange<UInt64>, for bug: PlantedBug) async throws {
        for seed in range {
            let line = Self.replayLine(seed: seed, workload: workload, planted: bug)
            CrashNote.set(line, at: 0)
            let report = workload.run(seed: seed, planted: bug)
            if json { Output.write(SimulationText.json(report) + "\n") }
            guard let violation = report.violation else { continue }
            let sound = workload.run(seed: seed, worldOf: bug)
            if let unexpected = sound.violation {
                Output.write(
                    SimulationText.text(unexpected, replay: Self.replayLine(seed: seed, workload: workload)))
                throw ExitCode.failure
            }
            if !json {
                Output.write("\(bug.name) is caught by \(violation.checker.rawValue); the sound core passes.\n")
                Output.write(SimulationText.text(violation, replay: line))
            }
            if shown.isWritten { try write(seed, bug) }
            try await serve(seed, bug)
            throw ExitCode(10)
        }
        StandardError.write(
            "decree: \(bug.name) was not found in seeds \(range.lowerBound)..\(range.upperBound)\n")
        throw ExitCode.failure
    }
}

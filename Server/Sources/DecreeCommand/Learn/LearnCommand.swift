import ArgumentParser
import DecreeLearning
import Foundation

/// Shows the proposals that lead to Paxos, and what breaks each.
struct LearnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Go the way to Paxos step by step: see what breaks each proposal, and break it yourself.",
        discussion: """
            Without arguments: the list of steps. With a step, by number or name: what is proposed, the shortest run that
            breaks it, searched while you wait, why it breaks, and what the next step does about it. Step 12 is Paxos,
            the code that ships, and all that can happen to it is gone through; from step 16 on many decisions make a log.

            Examples: decree learn; decree learn 4; decree learn --play two-leaders; decree learn 12 --thorough;
            decree learn 10 --html run.html; decree learn 10 --serve; decree learn ways;
            decree learn --bring 'python3 acceptor.py'

            Exit codes: 0 done, 1 a brought acceptor breaks a property or cannot be asked, or the page
            cannot be written, 2 the command line makes no sense.
            """)

    @Argument(help: "A step, by its number (1, 9a) or its name (two-leaders); or 'ways': what can be sent to replicas.")
    var step: String?

    @Flag(help: "Be the network: decide which message arrives next, and try to break the step.")
    var play = false

    @Option(
        help: ArgumentHelp(
            "Check an acceptor of your own: a shell command that answers JSON lines, as Docs/ACCEPTOR.md tells.",
            valueName: "command"))
    var bring: String?

    @Option(help: ArgumentHelp("How long a brought acceptor may take for an answer, in milliseconds.", valueName: "ms"))
    var patience = 5_000

    @Flag(help: "With step 12: three ballots, a learner, crashes at any write, messages lost or repeated; in minutes.")
    var thorough = false

    @OptionGroup var shown: RunOptions

    @Option(help: ArgumentHelp("Columns to write in; the terminal's unless given.", valueName: "columns"))
    var width: Int?

    @Flag(help: "Draw with ASCII alone.")
    var ascii = false

    private var text: LearnText { LearnText(terminal: Terminal(width: width, ascii: ascii)) }

    private var isAboutWays: Bool { step == ReplicationWays.name }

    func validate() throws {
        if let width, !Terminal.widths.contains(width) {
            throw ValidationError(
                "--width takes a number from \(Terminal.widths.lowerBound) to \(Terminal.widths.upperBound).")
        }
        if let step, Step(step) == nil, !isAboutWays {
            throw ValidationError("there is no step '\(step)'; decree learn lists them all.")
        }
        if !(1...600_000).contains(patience) { throw ValidationError("--patience takes 1 to 600000 milliseconds.") }
        if play, step == nil || isAboutWays {
            throw ValidationError("--play needs a step: decree learn --play two-leaders.")
        }
        if let bring, bring.allSatisfy(\.isWhitespace) { throw ValidationError("--bring needs a command.") }
        if bring != nil, play || step != nil || thorough {
            throw ValidationError(
                "--bring checks an acceptor in a world of its own: it takes no step, --play or --thorough.")
        }
        if let words = shown.words, step == nil || play || isAboutWays {
            throw ValidationError("\(words) shows the run of a step: decree learn 10 \(words).")
        }
        if thorough, play || step.flatMap({ Step($0) }) != .paxos {
            throw ValidationError("--thorough is for step 12: decree learn 12 --thorough.")
        }
    }

    func run() async throws {
        if let bring { return try BroughtCheck(command: bring, patience: patience, text: text).run() }
        if isAboutWays { return Output.write(text.ways(ReplicationWays())) }
        guard let step = step.flatMap({ Step($0) }) else { return Output.write(text.list) }
        if play { return try PlayLoop(step: step, text: text).run() }
        Output.write(text.introduction(step))
        var progress = SearchProgress()
        let start = Date()
        let report = step.search { progress.reached($0) }
        progress.end()
        Output.write(text.report(step, report, seconds: Date().timeIntervalSince(start)))
        if let run = report.recording { try shown.write(run) }
        if step == .paxos, !shown.serve { ThoroughText(text: text).run(isThorough: thorough) }
        if let ways = report.ways { try await shown.serve { ways } }
    }
}

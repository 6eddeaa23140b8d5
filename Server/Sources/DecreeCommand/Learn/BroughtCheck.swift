import ArgumentParser
import DecreeLearning
import Foundation

/// Has an acceptor checked that somebody brought.
struct BroughtCheck {
    let command: String
    let patience: Int
    let text: LearnText

    func run() throws {
        let start = Date()
        let report = try check()
        let seconds = LearnText.rounded(Date().timeIntervalSince(start))
        let effort =
            "\(report.states) states, \(report.questions) requests, started again \(report.restarts) times, \(seconds) s"
        guard let finding = report.finding else {
            return Output.write(
                text.terminal.green("Nothing breaks it") + "\n\n"
                    + text.paragraph(
                        "Three of these acceptors and two proposers with a ballot each: \(effort), all that can "
                            + "happen, and one of the acceptors killed at any moment between two answers. Not tried: "
                            + "more ballots, repeated messages, and a machine that loses power."))
        }
        let moments = report.run?.moments.count ?? 0
        let condition =
            report.crashes == 0 ? "" : "While nobody is killed nothing breaks it; but what it says must survive that. "
        Output.write(
            text.terminal.red("It breaks \(finding)") + "\n\n"
                + text.paragraph(
                    "\(condition)After \(moments) steps; there is no shorter way (\(effort)). Nodes 0 and 1 propose, "
                        + "nodes 2 to 4 are acceptors:") + "\n" + text.diagram(report.run))
        throw ExitCode.failure
    }

    private func check() throws(ClientFailure) -> BroughtReport {
        var progress = SearchProgress()
        defer { progress.end() }
        do throws(BroughtFailure) {
            let child = try ChildAcceptor(command: command, patienceMilliseconds: patience)
            defer { child.end() }
            return try child.check { progress.reached($0) }
        } catch {
            throw ClientFailure(
                .failed, "the acceptor cannot be checked: \(error.text)",
                nextStep: "What it is asked and how it answers stands in Docs/ACCEPTOR.md.")
        }
    }
}

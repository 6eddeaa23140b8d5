import DecreeLearning

/// How the way to Paxos is told in a terminal.
struct LearnText {
    let terminal: Terminal

    /// All steps, a line for each where the terminal is wide enough.
    var list: String {
        let intro = """
            Several nodes are to agree on one value, although messages take their time and nodes fail. These are the
            proposals that one makes on the way to Paxos, and what each breaks; then a log, which is made of many decisions.
            """
        let outro = """
            decree learn 1             what is proposed, and the shortest run that breaks it
            decree learn ways          what can be sent to replicas, and in how many bytes
            decree learn --play 4      be the network yourself, and try to break it
            decree learn --bring CMD   have an acceptor of your own checked
            """
        let lines = terminal.width < 80 ? Step.allCases.flatMap(narrowRow) : [head] + Step.allCases.map(row)
        return paragraph(intro) + "\n" + lines.map { $0 + "\n" }.joined() + "\n" + block(outro)
    }

    private var nameWidth: Int { Step.allCases.reduce(0) { max($0, $1.name.count) } }

    private var head: String { terminal.bold("     \(pad("NAME", nameWidth))  BREAKS     PROPOSAL") }

    private func row(_ step: Step) -> String {
        "\(pad(step.number, 3))  \(pad(step.name, nameWidth))  \(pad(step.breaks?.rawValue ?? "nothing", 9))  \(step.title)"
    }

    private func narrowRow(_ step: Step) -> [String] {
        ["\(pad(step.number, 3))  \(step.name)"]
            + Diagram.wrap("\(step.title); breaks \(step.breaks?.rawValue ?? "nothing")", width: terminal.width - 5)
            .map { "     \($0)" }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// What is proposed.
    func introduction(_ step: Step) -> String {
        heading(step == .liar ? step.title : "Step \(step.number): \(step.title)") + "\n" + paragraph(step.idea)
            + changes(step)
    }

    private func changes(_ step: Step) -> String {
        guard !step.changes.isEmpty else { return "" }
        let lines = step.changes.flatMap { change in
            let former = change.former.isEmpty ? [] : ["  - \(change.former)"]
            return ["  \(change.file)"] + former + ["  + \(change.new)"]
        }
        return "\n" + paragraph("In code, against the step before:") + lines.map { $0 + "\n" }.joined()
    }

    /// What a search found, and what follows from it.
    func report(_ step: Step, _ report: StepReport, seconds: Double) -> String {
        let found = report.finding.map { finding in
            terminal.red("It breaks \(finding)")
                + ", after \(report.run?.moments.count ?? 0) steps. There is no shorter way "
                + "(\(report.states) states searched, \(Self.rounded(seconds)) s):"
        }
        let passed =
            terminal.green("Nothing breaks it")
            + ": \(report.states) states, all that can happen to \(report.run?.nodes ?? 3) "
            + "nodes and two clients (\(Self.rounded(seconds)) s). \(step.showing ?? "A run of it"):"
        return "\n" + paragraph(found ?? passed) + "\n" + diagram(report.run) + insights(report) + words(step)
    }

    func diagram(_ run: Run?) -> String {
        guard let run else { return "" }
        let signs: Diagram.Signs = terminal.hasBoxes ? .box : .ascii
        return block(Diagram(of: run, width: terminal.width, signs: signs).lines.joined(separator: "\n"))
    }

    private func insights(_ report: StepReport) -> String {
        var text = ""
        if !report.induction.isEmpty {
            text += "\n" + heading("Which values may still be chosen, round by round:")
            text += report.induction.map { line in indented(line) }.joined()
        }
        if !report.meetings.isEmpty {
            text += "\n" + heading("Do two majorities meet?")
            text += report.meetings.map { indented($0) }.joined()
        }
        return text
    }

    private func indented(_ line: String) -> String {
        let blanks = String(line.prefix { $0 == " " }) + "  "
        return Diagram.wrap(line, width: terminal.width - blanks.count).map { blanks + $0 + "\n" }.joined()
    }

    private func words(_ step: Step) -> String {
        let why = step.breaks == nil ? "Why it holds. " : "Why it breaks. "
        var text = "\n" + paragraph(why + step.reason)
        if let cure = step.cure {
            let next = step.next.map { step == .anyQuorum ? "" : " Next: decree learn \($0.number)" } ?? ""
            text += "\n" + paragraph("What is done about it: \(cure).\(next)")
        }
        return text
    }

    /// What can be sent to replicas, with its bytes.
    func ways(_ ways: ReplicationWays) -> String {
        let intro =
            "A state machine takes an input to its next state. To have the same state elsewhere one may send the inputs, the whole "
            + "state behind each, or what that differs by from the one before. Eight inputs to a machine that keeps texts by their "
            + "names, each sent in all three ways, in bytes:"
        let width = ways.rows.reduce(0) { max($0, $1.text.count) }
        func row(_ text: String, _ cells: [String]) -> String {
            pad(text, width) + cells.map { "  " + String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined()
                + "\n"
        }
        let lines = (ways.rows + [ways.sum]).map { row($0.text, ["\($0.input)", "\($0.state)", "\($0.difference)"]) }
        let verdict =
            ways.agree ? terminal.green("All three replicas hold the same in the end.") : "The replicas differ."
        let outro =
            "Inputs are small whatever they do and however large the state is; but everybody has to carry them out, and the "
            + "function must yield the same everywhere. A difference spares the work, and is nothing where nothing changes; but one "
            + "short input may change much. The whole state costs its size each time; it is good for whoever has missed too much."
        return paragraph(intro) + "\n" + terminal.bold(row("", ["input", "state", "difference"])) + lines.joined()
            + "\n" + paragraph(verdict + " " + outro)
    }

    private func heading(_ text: String) -> String {
        Diagram.wrap(text, width: terminal.width).map { terminal.bold($0) + "\n" }.joined()
    }

    /// A text in lines of the terminal's width.
    func paragraph(_ text: String) -> String {
        Diagram.wrap(text.replacing("\n", with: " "), width: min(terminal.width, 100)).map { $0 + "\n" }.joined()
    }

    private func block(_ text: String) -> String { text + "\n" }

    static func rounded(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}

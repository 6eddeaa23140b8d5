/// A run as a TLA+ module with one behaviour, as Spectacle loads it (and TLC checks it).
///
/// Spectacle loads specifications, not traces: what it shares of a trace are hashes of states. So the run is written as a
/// specification that can do nothing else. Its actions bear the names of the kinds of steps, and its view is drawn beside the trace.
/// - Source: github.com/will62794/spectacle, `doc/animation.md`: a definition `AnimView` in the module itself is drawn.
public enum SpectacleModule {
    /// Spectacle reads a module in a browser: of a longer run the beginning is told.
    public static let maximumSteps = 500

    /// The module, in ASCII.
    /// - Parameter name: What it is called; TLC wants its file to be called so, too.
    public static func text(_ run: RecordedRun, name: String) -> String {
        let events = run.events.prefix(maximumSteps)
        let kinds = run.kinds.indices.filter { kind in events.contains { $0.kind == kind } }
        return [
            "---- MODULE \(name) ----", comment(run), "EXTENDS Naturals, Sequences", "",
            "Nodes == \(sequence(run.nodes.map(\.name)))", "",
            "\\* What each node holds before the first step.",
            "Beginning == \(sequence(run.nodes.map { holding($0.facts) }))", "",
            "\\* What happens: at which node, of which kind, in words, and what the node holds from then on.",
            "Steps == <<", steps(run, events), ">>", "", behaviour, "", actions(kinds.map { run.kinds[$0].name }), "",
            view,
            "====", "",
        ].joined(separator: "\n")
    }

    private static func comment(_ run: RecordedRun) -> String {
        let isWhole = run.events.count <= maximumSteps
        let part = isWhole ? "" : " The first \(maximumSteps) of \(run.events.count) steps."
        return
            "(* \(ascii(run.title)). Made by: \(ascii(run.command)).\(part)\n   It can do nothing but what happened. *)"
    }

    private static func steps(_ run: RecordedRun, _ events: ArraySlice<RecordedEvent>) -> String {
        var held = run.nodes.map { holding($0.facts) }
        let lines = events.map { event in
            if let facts = event.facts { held[event.node] = holding(facts) }
            let says = ([event.text] + event.consequences).joined(separator: ", ")
            return "  [node |-> \(event.node + 1), kind |-> \(string(run.kinds[event.kind].name)), "
                + "says |-> \(string("\(run.nodes[event.node].name): \(says)")), holds |-> \(string(held[event.node]))]"
        }
        return lines.joined(separator: ",\n")
    }

    private static func holding(_ facts: [RecordedFact]) -> String {
        facts.isEmpty
            ? "nothing" : facts.map { $0.value.isEmpty ? $0.name : "\($0.name) \($0.value)" }.joined(separator: ", ")
    }

    private static let behaviour = """
        VARIABLES step, happened, holds
        vars == <<step, happened, holds>>

        Init == step = 0 /\\ happened = "nothing yet" /\\ holds = Beginning

        Take(kind) ==
          /\\ step < Len(Steps)
          /\\ Steps[step + 1].kind = kind
          /\\ step' = step + 1
          /\\ happened' = Steps[step + 1].says
          /\\ holds' = [holds EXCEPT ![Steps[step + 1].node] = Steps[step + 1].holds]
        """

    private static func actions(_ kinds: [String]) -> String {
        let names = kinds.map { action($0) }
        let definitions = zip(names, kinds).map { "\($0) == Take(\(string($1)))" }
        let branches = names.isEmpty ? ["  FALSE /\\ UNCHANGED vars"] : names.map { "  \\/ \($0)" }
        return (definitions + ["", "Next =="] + branches + ["", "Spec == Init /\\ [][Next]_vars"]).joined(
            separator: "\n")
    }

    /// As "BarrierConfirmedStep" for "barrier confirmed".
    private static func action(_ kind: String) -> String {
        let words = kind.split { !$0.isLetter || !$0.isASCII }
        return words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() + "Step"
    }

    private static let view = """
        Element(name, attributes, text) == [name |-> name, attrs |-> attributes, children |-> <<>>, innerText |-> text]
        Row(node) == <<
          Element("circle", [cx |-> 20, cy |-> 40 + 30 * node, r |-> 8,
            fill |-> IF step > 0 /\\ Steps[step].node = node THEN "orange" ELSE "lightgray"], ""),
          Element("text", [x |-> 36, y |-> 45 + 30 * node], Nodes[node] \\o ": " \\o holds[node])>>
        RECURSIVE Rows(_)
        Rows(node) == IF node = 0 THEN <<>> ELSE Rows(node - 1) \\o Row(node)
        AnimView == [name |-> "g", attrs |-> [fill |-> "black"], innerText |-> "",
          children |-> <<Element("text", [x |-> 12, y |-> 40], happened)>> \\o Rows(Len(Nodes))]
        """

    // MARK: Texts

    private static func sequence(_ texts: [String]) -> String { "<<\(texts.map(string).joined(separator: ", "))>>" }

    private static func string(_ text: String) -> String { "\"\(ascii(text))\"" }

    /// What can stand in a string and in a comment of TLA+.
    private static func ascii(_ text: String) -> String {
        var plain = ""
        for sign in text.unicodeScalars {
            switch sign {
            case "→": plain += "->"
            case "\"": plain += "'"
            case "\\": plain += "\\\\"
            // No comment ends early.
            case "*": plain += "x"
            case _ where (0x20...0x7E).contains(sign.value): plain.unicodeScalars.append(sign)
            default: plain += "?"
            }
        }
        return plain
    }
}

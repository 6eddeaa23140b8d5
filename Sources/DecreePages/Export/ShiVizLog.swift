/// A run as a log with vector clocks, as ShiViz reads it.
///
/// The first line is the pattern by which its lines are read, the second stays empty since it is one run. Of each event one line says
/// what happened, and one at which host, with its clock.
/// - Source: Beschastnikh, Wang, Brun, Ernst, "Debugging Distributed Systems", CACM 2016.
public enum ShiVizLog {
    /// The log, in UTF-8.
    public static func text(_ run: RecordedRun) -> String {
        let hosts = hosts(of: run)
        var text = "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n\n"
        for (event, clock) in zip(run.events, run.clocks) {
            let entries = zip(hosts, clock).filter { $0.1 > 0 }.map { "\"\($0.0)\":\($0.1)" }
            text += line(of: event) + "\n\(hosts[event.node]) {\(entries.joined(separator: ","))}\n"
        }
        return text
    }

    /// Names without blanks.
    private static func hosts(of run: RecordedRun) -> [String] {
        run.nodes.map { node in String(node.name.map { $0.isLetter || $0.isNumber ? $0 : "-" }) }
    }

    private static func line(of event: RecordedEvent) -> String {
        let words = ([event.text] + event.consequences).joined(separator: ", ")
        return String(words.map { $0.isNewline ? " " : $0 })
    }
}

import DecreeEtcd
import DecreeSimulator

/// How runs are told to people and programs.
enum SimulationText {
    /// One line of JSON for a run.
    static func json(_ report: RunReport) -> String {
        let violation = report.violation.map(json) ?? "null"
        return """
            {"seed":\(report.seed),"events":\(report.events),"digest":"\(report.digestText)",\
            "violation":\(violation)}
            """
    }

    private static func json(_ violation: Violation) -> String {
        """
        {"checker":"\(violation.checker.rawValue)","event":\(violation.event),"text":\(JSONText.quoted(violation.text))}
        """
    }

    /// The last line of JSON.
    static func json(_ totals: Totals, seconds: Double) -> String {
        let faults = FaultKind.allCases.map { "\"\($0.name)\":\(totals.faults[$0])" }.joined(separator: ",")
        let sights = Sight.allCases.map { "\"\($0.name)\":\(totals.sights[$0])" }.joined(separator: ",")
        return """
            {"runs":\(totals.runs),"events":\(totals.events),"chosen":\(totals.chosenSlots),\
            "operations":\(totals.operations),"violations":\(totals.violations.count),\
            "digest":"\(hexadecimal(totals.digest))","seconds":\(rounded(seconds)),\
            "eventsPerSecond":\(rate(totals, seconds)),"faults":{\(faults)},"sights":{\(sights)}}
            """
    }

    /// A run for people.
    static func text(_ report: RunReport) -> String {
        """
        seed \(report.seed): \(report.nodeCount) nodes, \(report.events) events, \(report.chosenSlots) slots chosen, \
        \(report.operations) operations in \(report.virtualTime) of virtual time, digest \(report.digestText)

        """
    }

    static func text(_ violation: Violation, replay: String) -> String {
        """
        seed \(violation.seed), event \(violation.event): \(violation.checker.rawValue): \(violation.text)
        replay: \(replay)

        """
    }

    /// The end of a suite for people.
    static func text(_ totals: Totals, seconds: Double) -> String {
        """
        \(totals.runs) runs, \(totals.events) events, \(totals.chosenSlots) slots chosen, \(totals.operations) operations, \
        \(totals.violations.count) violations
        \(rate(totals, seconds)) events/s, digest \(hexadecimal(totals.digest))

        """ + table("faults", FaultKind.allCases.map { ($0.name, totals.faults[$0], totals.faultRuns[$0]) })
            + table("seen", Sight.allCases.map { ($0.name, totals.sights[$0], totals.sightRuns[$0]) })
    }

    /// An exploration for people.
    static func text(_ report: Exploration.Report, seconds: Double) -> String {
        let extent = report.isComplete ? "all there are" : "all within \(report.depth) steps, and some beyond"
        let lines = [
            "\(report.states) states (\(extent)), \(report.transitions) steps, \(rounded(seconds)) s",
            report.finding ?? "nothing was found",
        ]
        let script = report.finding == nil ? [] : ["choices: \(report.script)"]
        return (lines + report.trace.map { "  \($0)" } + script).map { "\($0)\n" }.joined()
    }

    private static func table(_ title: String, _ rows: [(name: String, count: Int, runs: Int)]) -> String {
        let width = rows.map { $0.name.count }.max() ?? 0
        let digits = rows.map { "\($0.count)".count }.max() ?? 0
        let lines = rows.map { row in
            let count = "\(row.count)"
            let gap = String(repeating: " ", count: width - row.name.count + digits - count.count)
            return "  \(row.name)  \(gap)\(count)  in \(row.runs) runs\n"
        }
        return "\(title)\n\(lines.joined())"
    }

    private static func rate(_ totals: Totals, _ seconds: Double) -> Int {
        seconds > 0 ? Int(Double(totals.events) / seconds) : 0
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1_000).rounded() / 1_000 }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

import DecreeSimulator
import Testing

@Suite("The sound core in 300 worlds")
struct SuiteTests {
    @Test("No checker finds anything, every run is long enough, and every fault and sight comes in several runs")
    func soundCorePasses() async {
        var totals = Totals()
        for report in await Self.reports(1...300) {
            totals.add(report)
            if let violation = report.violation {
                Issue.record("seed \(violation.seed): \(violation.checker): \(violation.text)")
            }
            #expect(report.events >= 10_000, "seed \(report.seed)")
            #expect(report.chosenSlots >= 200, "seed \(report.seed)")
        }
        #expect(totals.runs == 300)
        let scarce = totals.scarce(below: 1)
        #expect(scarce.isEmpty, "in fewer than three runs: \(scarce)")
    }

    @Test("Equal seeds give equal runs, different seeds different ones")
    func digests() async {
        let first = await Self.reports(1...8)
        let second = await Self.reports(1...8)
        #expect(first == second)
        #expect(Set(first.map(\.digest)).count == 8)
    }

    @Test("A run that was written down replays as a script, to the same digest or the same violation")
    func scripts() throws {
        for (seed, name) in [(1, nil), (2, nil), (3, "quorumOfOne")] as [(UInt64, String?)] {
            let bug = name.flatMap { PlantedBug(named: $0) }
            let (report, script) = Simulator<RegisterWorkload>.record(seed: seed, planted: bug)
            #expect(report == Simulator<RegisterWorkload>.run(seed: seed, planted: bug), "writing changes nothing")
            let read = try #require(Script(script.description))
            let again = Simulator<RegisterWorkload>.replay(read, seed: seed + 100, planted: bug)
            #expect(again.digest == report.digest && again.events == report.events)
            #expect(again.violation?.text == report.violation?.text && (report.violation == nil) == (bug == nil))
        }
    }

    private static func reports(_ seeds: ClosedRange<UInt64>) async -> [RunReport] {
        await withTaskGroup(of: RunReport.self) { group in
            for seed in seeds { group.addTask { Simulator<RegisterWorkload>.run(seed: seed) } }
            var reports: [RunReport] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.seed < $1.seed }
        }
    }
}

import DecreeSimulator
import DecreeStoreSimulation
import Testing

@Suite("The store in 300 worlds", .timeLimit(.minutes(20)))
struct StoreSuiteTests {
    @Test("No checker finds anything, every run is long enough, and every fault and sight comes in several runs")
    func soundStorePasses() async {
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
        let scarce = totals.scarce(below: 1, sparing: StoreWorkload.unseen)
        #expect(scarce.isEmpty, "in fewer than three runs: \(scarce)")
    }

    @Test("Equal seeds give equal runs, different seeds different ones")
    func digests() async {
        let first = await Self.reports(301...304)
        #expect(await Self.reports(301...304) == first)
        #expect(Set(first.map(\.digest)).count == 4)
    }

    @Test("Bugs of the log show through the store too", arguments: ["forwardedAppliedTwice", "quorumReadOfOne"])
    func plantedBugs(name: String) throws {
        let bug = try #require(PlantedBug(named: name))
        let found = (1...300 as ClosedRange<UInt64>).lazy
            .compactMap { Simulator<StoreWorkload>.run(seed: $0, planted: bug).violation }.first
        #expect(found != nil)
    }

    private static func reports(_ seeds: ClosedRange<UInt64>) async -> [RunReport] {
        await withTaskGroup(of: RunReport.self) { group in
            for seed in seeds { group.addTask { Simulator<StoreWorkload>.run(seed: seed) } }
            var reports: [RunReport] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.seed < $1.seed }
        }
    }
}

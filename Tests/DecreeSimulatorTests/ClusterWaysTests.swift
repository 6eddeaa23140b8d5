import DecreePages
import Testing

@testable import DecreeSimulator

@Suite("Other ways of what an exploration found")
struct ClusterWaysTests {
    private func found(
        _ name: String, crashes: Int = 1
    ) throws -> (report: Exploration.Report, run: RecordedRun, ways: any RunTree) {
        let bug = try #require(PlantedBug(named: name))
        let report = Exploration.run(crashes: crashes, states: 200_000, planted: bug)
        let (run, ways) = try #require(Exploration.ways(of: report, crashes: crashes, planted: bug, command: "none"))
        return (report, run, ways)
    }

    @Test("The page has the steps of the trace, and ends where a checker finds something")
    func run() throws {
        let (report, run, ways) = try found("quorumOfOne")
        #expect(run.events.count == report.trace.count && run.verdict?.holds == false && run.way == nil)
        for (event, line) in zip(run.events, report.trace) {
            #expect(
                line.hasPrefix("n\(event.node + 1) ") || line.contains("-> n\(event.node + 1) "), "\(line): \(event)")
        }
        #expect(try ways.run(along: Way()).events == run.events)
        #expect(try ways.branches(behind: run.events.count, along: Way()).isEmpty, "it is over")
        #expect(Exploration.ways(of: Exploration.run(states: 200), command: "none") == nil, "nothing was found")
    }

    @Test("Behind every step the run's own is among what can happen, once, and every other is gone to its end")
    func everyBranch() throws {
        let (_, run, ways) = try found("quorumOfOne")
        for step in run.events.indices {
            let branches = try ways.branches(behind: step, along: Way())
            #expect(branches.count { $0.isTaken } == 1, "\(step): \(branches)")
            for (place, branch) in branches.enumerated() where !branch.isTaken {
                let way = try #require(Way("\(step).\(place)"))
                let other = try ways.run(along: way)
                #expect(other.events.prefix(step) == run.events.prefix(step) && other.events.count > step, "\(way)")
                #expect(other.way?.words == [branch.text], "\(way)")
            }
        }
    }

    @Test("Messages arrive behind the step that sent them; promises and votes are told")
    func messages() throws {
        let run = try found("noOpOverAcceptedValue", crashes: 0).run
        for (place, message) in run.messages.enumerated() {
            guard case .arrived(let event) = message.fate, let sending = message.sentBy else { continue }
            #expect(run.events[event].message == place && sending < event)
            #expect(run.events[sending].node == message.from && run.events[event].node == message.to)
        }
        #expect(run.events.contains { $0.voting != nil })
        #expect(run.events.contains { $0.judgement?.isSafe == false }, "its value is not safe, and that is told")
    }
}

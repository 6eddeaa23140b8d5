import DecreePages
import Testing

@testable import DecreeLearning

@Suite("Other ways of a step")
struct StepWaysTests {
    private func ways(_ step: Step) throws -> any RunTree { try #require(step.search().ways) }

    @Test("The way without turns is the run that was found")
    func found() throws {
        let report = Step.askFirst.search()
        let run = try #require(report.ways).run(along: Way())
        let recording = try #require(report.recording)
        #expect(
            run.events == recording.events && run.messages == recording.messages && run.verdict == recording.verdict)
        #expect(run.way == RecordedWay(Way(), words: [], places: []))
    }

    @Test("Behind every step what the run does is among what can happen, once")
    func taken() throws {
        let ways = try ways(.askFirst)
        let run = try ways.run(along: Way())
        for step in run.events.indices {
            let branches = try ways.branches(behind: step, along: Way())
            #expect(branches.count { $0.isTaken } == 1, "\(step): \(branches)")
        }
        #expect(try ways.branches(behind: run.events.count, along: Way()).isEmpty, "it is broken by then")
    }

    @Test("Every other branch is a run that is the same up to there, goes on, and comes to its end")
    func everyBranch() throws {
        let ways = try ways(.askFirst)
        let run = try ways.run(along: Way())
        for step in run.events.indices {
            for (place, branch) in try ways.branches(behind: step, along: Way()).enumerated() where !branch.isTaken {
                let way = try #require(Way().turning(Way.Turn(step: step, branch: place)))
                let other = try ways.run(along: way)
                #expect(other.events.prefix(step) == run.events.prefix(step), "\(way)")
                #expect(other.events.count > step && other.way?.words == [branch.text], "\(way)")
                let rest = try ways.branches(behind: other.events.count, along: way)
                #expect(rest.isEmpty || other.verdict?.holds == true, "\(way): \(rest)")
            }
        }
    }

    @Test("The same run may break otherwise: who delivers what is late in time sees agreement")
    func cured() throws {
        let ways = try ways(.askFirst)
        // Behind step 3 node 0 has asked for votes; here one arrives at once.
        let branches = try ways.branches(behind: 3, along: Way())
        let place = try #require(branches.firstIndex { $0.text == "node 0 → node 1: accept A in 1.0" })
        let other = try ways.run(along: try #require(Way("3.\(place)")))
        #expect(other.verdict?.holds == true && other.verdict?.text == "In this run nothing is wrong")
        #expect(other.events[3].text == "accept A in 1.0")
    }

    @Test("Turns can follow turns, and what is taken is told")
    func turns() throws {
        let ways = try ways(.oneServer)
        let first = try ways.branches(behind: 0, along: Way())
        let death = try #require(first.firstIndex { $0.text == "node 2 dies" })
        let way = try #require(Way("0.\(death)"))
        let second = try ways.branches(behind: 1, along: way)
        #expect(second.allSatisfy { $0.group != .fault }, "one death is all there is: \(second)")
        let wish = try #require(second.firstIndex { $0.group == .client })
        let run = try ways.run(along: try #require(way.turning(Way.Turn(step: 1, branch: wish))))
        #expect(run.way?.words == ["node 2 dies", second[wish].text] && run.verdict?.holds == true)
        #expect(try ways.branches(behind: 0, along: way)[death].isTaken)
    }

    @Test("What is not there is refused")
    func refused() throws {
        let ways = try ways(.askFirst)
        #expect(throws: WayProblem.noStep(99, of: 10)) { try ways.branches(behind: 99, along: Way()) }
        #expect(throws: WayProblem.self) { try ways.run(along: try #require(Way("3.99"))) }
        #expect(throws: WayProblem.noStep(50, of: 10)) { try ways.run(along: try #require(Way("50.0"))) }
    }
}

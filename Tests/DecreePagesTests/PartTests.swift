import Testing

@testable import DecreePages

@Suite("A part of a run")
struct PartTests {
    @Test("Messages from before come from nowhere, those that arrive behind are under way")
    func messages() {
        let part = makeRun().part(1..<4)
        #expect(part.events.map(\.text) == ["own", "hello", "again"])
        #expect(part.messages.map(\.sentBy) == [nil, nil, 2])
        #expect(part.messages.map(\.fate) == [.arrived(1), .underWay, .underWay])
        #expect(part.events[1].message == 0)
        #expect(part.causes == [[], [0], []])
    }

    @Test("What nodes held before is told")
    func facts() {
        var run = makeRun()
        run.events[0].facts = [RecordedFact("holds", "A")]
        #expect(run.part(1..<4).nodes.map(\.facts) == [[RecordedFact("holds", "A")], []])
        #expect(run.part(0..<5) == run)
    }
}

@Suite("Two runs")
struct DifferenceTests {
    @Test("They part at the first event that is otherwise, or where one ends")
    func first() {
        let run = makeRun()
        #expect(run.firstDifference(from: run) == nil)
        var other = run
        other.events[3].text = "something else"
        #expect(run.firstDifference(from: other) == 3 && other.firstDifference(from: run) == 3)
        other.events[3] = run.events[3]
        other.events.removeLast()
        #expect(run.firstDifference(from: other) == 4 && other.firstDifference(from: run) == 4)
        other.events[0].nanoseconds = 1
        #expect(run.firstDifference(from: other) == 0)
    }

    @Test("Where they part moves with the part that is shown")
    func moved() {
        var run = makeRun()
        run.difference = 3
        #expect(run.part(1..<5).difference == 2)
        #expect(run.part(0..<2).difference == nil)
        #expect(run.json.contains(#""difference":3"#))
    }
}

@Suite("A log for ShiViz")
struct ShiVizTests {
    @Test("Its first line is the pattern of the others, and each event has its clock")
    func log() {
        var run = makeRun(text: "two\r\nlines")
        run.events[2].consequences = ["holds it"]
        let lines = ShiVizLog.text(run).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == #"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"# && lines[1].isEmpty)
        #expect(lines[2...5] == ["two lines", #"node-0 {"node-0":1}"#, "own", #"node-1 {"node-1":1}"#])
        #expect(lines[6...7] == ["two lines, holds it", #"node-1 {"node-0":1,"node-1":2}"#])
        #expect(lines.count == 2 + 2 * run.events.count + 1)
    }
}

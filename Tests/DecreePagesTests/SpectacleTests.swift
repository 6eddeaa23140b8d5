import Testing

@testable import DecreePages

@Suite("A module for Spectacle")
struct SpectacleTests {
    private func lines(_ run: RecordedRun) -> [Substring] {
        SpectacleModule.text(run, name: "Run").split(separator: "\n", omittingEmptySubsequences: false)
    }

    @Test("It has one step for each event, and an action for each kind")
    func shape() {
        var run = makeRun()
        run.nodes[1].facts = [RecordedFact("down", "", weight: .down)]
        run.events[2].facts = [RecordedFact("holds", "A")]
        run.events[2].consequences = ["holds A"]
        let lines = lines(run)
        #expect(lines.first == "---- MODULE Run ----" && lines.suffix(2) == ["====", ""])
        #expect(lines.contains(#"Nodes == <<"node 0", "node 1">>"#))
        #expect(lines.contains(#"Beginning == <<"nothing", "down">>"#))
        let steps = lines.filter { $0.hasPrefix("  [node |-> ") }
        #expect(steps.count == 5)
        #expect(
            steps[2] == #"  [node |-> 2, kind |-> "word", says |-> "node 1: hello, holds A", holds |-> "holds A"],"#)
        #expect(steps[4].hasSuffix(#"holds |-> "holds A"]"#), "what is held stays, and no comma stands behind the last")
        #expect(lines.contains(#"WishStep == Take("wish")"#) && lines.contains("  \\/ WordStep"))
    }

    @Test("No text ends a string or a comment", arguments: RunJSONTests.hostile + ["(*", "*)", "----", "===="])
    func hostile(text: String) {
        let usual = lines(makeRun())
        let hostile = lines(makeRun(text: text))
        #expect(hostile.count == usual.count && hostile.joined().utf8.allSatisfy { (0x20...0x7E).contains($0) })
        for line in hostile where line.hasPrefix("  [node") {
            #expect(line.replacing(#"\\\\"#, with: "").count { $0 == "\"" } == 6, "\(line)")
        }
        #expect(hostile[1].hasPrefix("(* ") && !hostile[1].contains("*)") && !hostile[1].dropFirst(2).contains("(*"))
    }

    @Test("Of a long run the beginning is told, and that it is one")
    func long() {
        var run = makeRun()
        run.events = Array(repeating: run.events[0], count: SpectacleModule.maximumSteps + 1)
        run.messages = []
        let lines = lines(run)
        #expect(lines.count { $0.hasPrefix("  [node") } == SpectacleModule.maximumSteps)
        #expect(lines[1].contains("The first 500 of 501 steps."))
        run.events = []
        #expect(self.lines(run).contains("  FALSE /\\ UNCHANGED vars"))
    }
}

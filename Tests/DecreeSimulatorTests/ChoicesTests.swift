import PaxosBase
import Testing

@testable import DecreeSimulator

@Suite("Choices")
struct ChoicesTests {
    /// What a run asks: a little of everything.
    private func ask(_ choices: inout Choices) -> [UInt64] {
        var other = choices.split()
        return [
            choices.below(3), other.below(1 << 40), choices.chance(1, in: 100) ? 1 : 0, choices.next(),
            other.span(below: .milliseconds(5)).nanoseconds, choices.chance(0, in: 5) ? 1 : 0,
            UInt64(choices.element(of: [7, 8, 9])),
        ]
    }

    @Test("Choices from a seed are those of the generator, written down or not")
    func seeded() {
        for seed in 0..<50 as Range<UInt64> {
            var plain = Choices(seed: seed)
            var recorded = Choices.recorded(seed: seed)
            var random = SeededRandom(seed: seed)
            var other = random.split()
            let drawn = ask(&plain)
            #expect(drawn == ask(&recorded))
            #expect(drawn[0] == random.below(3) && drawn[1] == other.below(1 << 40))
            #expect(plain.taken.choices.isEmpty && recorded.taken.choices.count == 6)
        }
    }

    @Test("What was written down replays as a script, in text too, and as what a seed goes on behind")
    func replays() throws {
        var recorded = Choices.recorded(seed: 5)
        let asked = ask(&recorded)
        let script = try #require(Script(recorded.taken.description))
        #expect(script == recorded.taken)
        var scripted = Choices.scripted(script)
        #expect(ask(&scripted) == asked)
        #expect(scripted.divergence == nil && scripted.remaining == 0)
        var other = Choices.recorded(seed: 6, after: script)
        #expect(ask(&other) == asked)
        #expect(other.below(1_000) != scripted.below(1_000), "the one goes on by chance, the other with the first")
    }

    @Test("A script of another run is noticed")
    func divergence() {
        var choices = Choices.scripted(Script([Choice(1, of: 2), Choice(2, of: 3), Choice(1, of: 4)]))
        #expect(choices.below(2) == 1)
        #expect(choices.below(5) == 0)
        #expect(choices.below(4) == 0, "behind it the script means nothing")
        #expect(choices.divergence == 1)
    }

    @Test("Scripts are printed short, and what is none is refused")
    func text() {
        let script = Script([Choice(0, of: 2), Choice(0, of: 2), Choice(0, of: 2), Choice(1, of: 3), Choice(9, of: 0)])
        #expect(script.description == "0/2*3 1/3 9/0")
        #expect(Script("0/2*3  1/3\n9/0") == script)
        #expect(Script("") == Script())
        for text in ["2/2", "1", "1/", "1/2*0", "1/2*", "a/2", "1/2*3*4", "-1/2", "1/2*99999999999"] {
            #expect(Script(text) == nil, "\(text)")
        }
    }

    @Test("An enumeration makes every sequence of choices once, in order, where later choices depend on earlier ones")
    func enumeration() {
        var enumeration = Enumeration(limit: 100)
        var runs: [[UInt64]] = []
        while var choices = enumeration.nextRun() {
            let first = choices.below(3)
            runs.append([first] + (0..<first).map { _ in choices.below(2) })
        }
        #expect(runs == [[0], [1, 0], [1, 1], [2, 0, 0], [2, 0, 1], [2, 1, 0], [2, 1, 1]])
        #expect(enumeration.isComplete && enumeration.runs == 7)
        let next = enumeration.nextRun()
        #expect(next == nil)
    }

    @Test("An enumeration ends at its limit, and goes on from a script")
    func limits() throws {
        var enumeration = Enumeration(limit: 3)
        var last = Script()
        while var choices = enumeration.nextRun() {
            _ = choices.below(4)
            _ = choices.below(2)
            last = choices.taken
        }
        #expect(!enumeration.isComplete && enumeration.runs == 3)
        #expect(last.description == "1/4 0/2")
        var rest = Enumeration(limit: 100, from: last)
        while var choices = rest.nextRun() {
            _ = choices.below(4)
            _ = choices.below(2)
        }
        #expect(rest.isComplete && rest.runs == 6)
    }
}

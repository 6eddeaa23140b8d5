import PaxosBase
import Testing

@testable import DecreeSimulator

@Suite("Harnesses")
struct HarnessTests {
    private func bad(_ isAtomic: Bool) -> (runs: Int, bad: [Script]) {
        var enumeration = Enumeration(limit: 1_000)
        var bad: [Script] = []
        while let choices = enumeration.nextRun() {
            var run = Run(Clerks(isAtomic: isAtomic), NothingLost(), choices)
            if run.go() != nil { bad.append(run.choices.taken) }
        }
        return (enumeration.runs, bad)
    }

    @Test("Enumerated, two clerks have six runs, of which four lose an addition; in one step each two, and none does")
    func enumerated() {
        let (runs, lost) = bad(false)
        #expect(runs == 6 && lost.count == 4)
        #expect(bad(true).runs == 2 && bad(true).bad.isEmpty)
    }

    @Test("Explored, two clerks have twelve states; in one step each they have four")
    func explored() {
        let sound = Explorer.explore(Clerks(isAtomic: true), NothingLost())
        #expect(sound.isComplete && sound.counterexample == nil)
        #expect(sound.states == 4 && sound.transitions == 4 && sound.depth == 2 && sound.ends == 1)
        let broken = Explorer.explore(Clerks(isAtomic: false), Everything<Clerks>())
        #expect(broken.isComplete && broken.states == 12 && broken.depth == 4 && broken.ends == 2)
        #expect(Explorer.explore(Clerks(isAtomic: false), NothingLost()).counterexample?.text == "the number is 1")
    }

    @Test("A ring of three has seven states: who holds the token, inside or not, or it is lost", arguments: 1...6)
    func ring(size: Int) {
        let result = Explorer.explore(TokenRing(size: size, passesInside: false), OneInside())
        #expect(result.isComplete && result.counterexample == nil && result.ends == 0)
        #expect(result.states == 2 * size + 1)
        // From each node: enter, pass, pass and lose, leave; and the first makes a token.
        #expect(result.transitions == 4 * size + 1)
    }

    @Test("A planted bug is found in the fewest steps, and replays as a script, behind a seed and in an enumeration")
    func planted() throws {
        let ring = TokenRing(size: 3, passesInside: true)
        let found = try #require(Explorer.explore(ring, OneInside()).counterexample)
        #expect(found.events == [.enter(0), .pass(0), .enter(1)])
        #expect(found.script.description == "0/2 1/2 0/2*2")
        let script = try #require(Script(found.script.description))
        var enumeration = Enumeration(limit: 1, from: script)
        let enumerated = enumeration.nextRun()
        for choices in [.scripted(script), .recorded(seed: 9, after: script), enumerated!] {
            var run = Run(ring, OneInside().and(TraceRecorder()), choices)
            #expect(run.go(atMost: 100) == found.text)
            #expect(run.observer.second.events == found.events)
            #expect(run.choices.taken == script && run.choices.divergence == nil)
        }
    }

    @Test("A bug that chance finds replays as a script")
    func drawn() throws {
        let ring = TokenRing(size: 3, passesInside: true)
        var run = Run(ring, OneInside(), .recorded(seed: 1))
        let found = run.go(atMost: 10_000)
        let text = try #require(found)
        var again = Run(ring, OneInside(), .scripted(run.choices.taken))
        #expect(again.go() == text && again.steps == run.steps)
    }

    @Test("An exploration ends at its limits and says so")
    func limits() {
        let ring = TokenRing(size: 50, passesInside: false)
        let shallow = Explorer.explore(ring, OneInside(), limits: .init(depth: 3))
        #expect(!shallow.isComplete && shallow.depth == 3)
        let few = Explorer.explore(ring, OneInside(), limits: .init(states: 10))
        #expect(!few.isComplete && few.states == 10)
    }
}

/// Finds nothing.
struct Everything<Subject: Harness>: Observer, Hashable {
    func saw(_ event: Subject.Event, in subject: Subject) -> String? { nil }
}

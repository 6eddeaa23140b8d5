import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

@Suite("The real replica, explored")
struct SmallClusterTests {
    private func explore(
        _ plan: SmallCluster.Plan, depth: Int = .max, states: Int = .max
    ) -> Explorer<SmallClusterChecker>.Result {
        let cluster = SmallCluster(plan)
        return Explorer.explore(
            cluster, SmallClusterChecker(cluster), limits: .init(depth: depth, states: states))
    }

    @Test("One of three nodes stands and proposes: every order of messages and syncs, to the end")
    func oneCandidate() {
        let result = explore(.init(candidates: 1))
        #expect(result.isComplete && result.ends > 0)
        #expect(result.counterexample?.text == nil)
        #expect(result.states > 4_000, "\(result.states) states")
    }

    @Test("Two nodes stand and propose: the first fourteen steps, and with a crash the first twelve")
    func twoCandidates() {
        let rivals = explore(.init(), depth: 14)
        #expect(rivals.counterexample?.text == nil)
        #expect(rivals.states > 10_000, "\(rivals.states) states")
        let crashing = explore(.init(crashes: 1), depth: 12)
        #expect(crashing.counterexample?.text == nil)
        #expect(crashing.states > 20_000, "\(crashing.states) states")
    }

    /// Bugs with the checker that finds them in the fewest steps, and how many these are.
    static let planted: [(flaw: Flaw, checker: CheckerName, steps: Int)] = [
        (.promiseBeforeDurable, .monotone, 4), (.acceptBeforeDurable, .monotone, 8),
        (.leaderVoteBeforeDurable, .durableQuorum, 9), (.promiseLostOnRestart, .monotone, 5),
        (.acceptDoesNotPromise, .monotone, 8), (.quorumOfOne, .durableQuorum, 4),
        (.votesCountedAcrossBallots, .durableQuorum, 13), (.noOpOverAcceptedValue, .agreement, 14),
    ]

    @Test("Planted bugs are found in the fewest steps, and what is found replays as a script", arguments: planted)
    func plantedBugs(flaw: Flaw, checker: CheckerName, steps: Int) throws {
        let plan = SmallCluster.Plan(crashes: 1, flaws: [flaw])
        let found = try #require(explore(plan, states: 200_000).counterexample)
        #expect(found.text.hasPrefix(checker.rawValue), "\(found.text)")
        #expect(found.events.count == steps, "\(found.events)")
        let cluster = SmallCluster(plan)
        let script = try #require(Script(found.script.description))
        var run = Run(cluster, SmallClusterChecker(cluster), .scripted(script))
        #expect(run.go(atMost: found.events.count) == found.text)
        #expect(run.choices.divergence == nil && run.choices.remaining == 0)
        #expect(explore(.init(crashes: 1), depth: 10).counterexample?.text == nil, "the sound core passes")
    }

    @Test("Runs drawn from seeds go through the same cluster, and what is wrong in them replays as a script")
    func drawn() throws {
        let cluster = SmallCluster(.init(crashes: 1, flaws: [.quorumOfOne]))
        var findings = 0
        for seed in 1...50 as ClosedRange<UInt64> {
            var run = Run(cluster, SmallClusterChecker(cluster), .recorded(seed: seed))
            guard let text = run.go(atMost: 200) else { continue }
            findings += 1
            var again = Run(cluster, SmallClusterChecker(cluster), .scripted(run.choices.taken))
            #expect(again.go() == text)
        }
        #expect(findings > 10)
    }
}

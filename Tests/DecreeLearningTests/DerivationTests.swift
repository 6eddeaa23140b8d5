import PaxosBase
import Testing

@testable import DecreeLearning

@Suite("The derivation")
struct DerivationTests {
    /// How many steps the shortest run has that breaks a proposal.
    static let shortest: [(Step, steps: Int)] = [
        (.oneServer, 2), (.writeToAll, 6), (.twoPhaseCommit, 4), (.twoLeaders, 10), (.firstValue, 11),
        (.majorityOfFirst, 15),
    ]

    @Test("Every step is refuted, in what it is said not to keep, by a shortest run", arguments: shortest)
    func refuted(step: Step, steps: Int) throws {
        let refutation = try #require(step.refute())
        #expect(refutation.text.hasPrefix(step.plan.property.rawValue))
        #expect(refutation.lines.count == steps, "\(refutation.lines.joined(separator: "\n"))")
    }

    @Test("Where one client wants a value Paxos keeps it in all that can happen", arguments: Step.allCases.prefix(3))
    func repaired(step: Step) {
        let search = Search(from: PaxosWorld(step.plan))
        #expect(search.isComplete && search.counterexample == nil, "\(search.counterexample?.text ?? "")")
    }

    @Test(
        "Where several do Paxos keeps it in two thousand drawn runs, each to its end",
        arguments: Step.allCases.suffix(3))
    func repairedDrawn(step: Step) {
        for seed in UInt64(1)...2_000 {
            var random = SeededRandom(seed: seed)
            var world = PaxosWorld(step.plan)
            var finding: String?
            while finding == nil, case let actions = world.actions(), !actions.isEmpty {
                finding = world.perform(actions[Int(random.below(UInt64(actions.count)))])
            }
            #expect(finding == nil, "seed \(seed): \(finding ?? "")")
        }
    }

    @Test("The drawn runs would notice: a proposer that ignores what was accepted breaks agreement")
    func notices() {
        var isFound = false
        for seed in UInt64(1)...2_000 where !isFound {
            var random = SeededRandom(seed: seed)
            var world = PaxosWorld(Step.twoLeaders.plan, flaw: .highestAcceptedIgnored)
            while !isFound, case let actions = world.actions(), !actions.isEmpty {
                isFound = world.perform(actions[Int(random.below(UInt64(actions.count)))]) != nil
            }
        }
        #expect(isFound)
    }

    @Test("Every step says why it breaks and what the next one does about it", arguments: Step.allCases)
    func words(step: Step) {
        #expect(!step.reason.isEmpty && !step.cure.isEmpty)
    }
}

import Foundation
import PaxosBase
import Testing

@testable import DecreeLearning

@Suite("The derivation")
struct DerivationTests {
    /// How many steps the shortest run has that breaks a proposal.
    static let shortest: [(Step, moments: Int)] = [
        (.oneServer, 2), (.writeToAll, 4), (.twoPhaseCommit, 4), (.twoLeaders, 6), (.firstValue, 7),
        (.majorityOfFirst, 9), (.toldLast, 4), (.latestRound, 4), (.neverChange, 9), (.changeFreely, 4),
        (.askFirst, 10), (.promiseAlone, 10), (.anyQuorum, 2), (.liar, 5),
    ]

    @Test("Every step is refuted, in what it is said not to keep, by a shortest run", arguments: shortest)
    func refuted(step: Step, moments: Int) throws {
        let report = step.search()
        let finding = try #require(report.finding)
        let property = try #require(step.breaks)
        #expect(finding.hasPrefix(property.rawValue) && !report.isComplete)
        let run = try #require(report.run)
        #expect(run.moments.count == moments, "\(run.moments.map(\.text).joined(separator: "\n")) \(report.states)")
    }

    @Test("Every proposal but Paxos is refuted")
    func allRefuted() {
        let logs: Set<Step> = [.leaderlessLog, .lostDecision, .interruptedRound, .fastLog]
        #expect(Set(Self.shortest.map(\.0)) == Set(Step.allCases).subtracting(logs).subtracting([.paxos]))
        #expect(Set(Step.allCases.filter { $0.breaks == nil }) == logs.union([.paxos]))
    }

    /// The worlds in which one or two clients want something; with three there is too much that can happen.
    static let small = Set(Step.allCases.map(\.plan)).filter { $0.proposers.count < 3 && $0.property != .order }

    @Test("Repaired, which is to say replaced by Paxos, none is: in all that can happen", arguments: small)
    func repaired(plan: StepPlan) {
        let search = Search(from: StepNumbering(StepWorld<PaxosNode<Paxos>>(plan)).code())
        #expect(search.isComplete && search.counterexample == nil, "\(search.counterexample?.text ?? "")")
    }

    /// Draws runs to their ends.
    /// - Returns: The first thing that is wrong.
    private func draw<Node: StepNode>(_ node: Node.Type, _ plan: StepPlan, runs: UInt64) -> String? {
        for seed in 1...runs {
            var random = SeededRandom(seed: seed)
            var world = StepWorld<Node>(plan)
            while case let actions = world.actions(), !actions.isEmpty {
                let finding = world.perform(actions[Int(random.below(UInt64(actions.count)))])
                if let finding { return "seed \(seed): \(finding)" }
            }
        }
        return nil
    }

    @Test("Where three clients want something Paxos keeps it in two thousand drawn runs, each to its end")
    func repairedDrawn() {
        let plan = Step.majorityOfFirst.plan
        #expect(plan == Step.neverChange.plan && plan.proposers.count == 3)
        #expect(draw(PaxosNode<Paxos>.self, plan, runs: 2_000) == nil)
        #expect(draw(Keeper<MajorityOfFirst>.self, plan, runs: 2_000) != nil)
    }

    @Test("Numbers and names find their step, and nothing else does")
    func names() {
        for step in Step.allCases {
            #expect(Step(step.number) == step && Step(step.name) == step)
            #expect(!step.title.isEmpty && !step.idea.isEmpty && !step.reason.isEmpty)
            #expect((step.cure == nil) == (step.holds || step == .liar))
            #expect((step.showing != nil) == step.holds)
        }
        #expect(Step("0") == nil && Step("9") == nil && Step("") == nil && Step("14") == nil)
        #expect(Step("9a") == .neverChange && Step("12") == .paxos && Step("13") == .anyQuorum)
    }

    @Test("What a step is said to do otherwise stands in the sources", arguments: Step.allCases)
    func changes(step: Step) throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        for change in step.changes {
            let text = try String(contentsOf: root.appendingPathComponent(change.file), encoding: .utf8)
            #expect(text.contains(change.new), "\(change.file): \(change.new)")
            #expect(change.former.isEmpty || text.contains(change.former), "\(change.file): \(change.former)")
        }
    }

    @Test("Where a promise is missing, the induction shows the round that began too early, and who voted twice")
    func inductionBreaks() throws {
        let report = Step.askFirst.search()
        let line = try #require(report.induction.first { $0.contains("here it breaks") })
        #expect(line.contains("only"))
        #expect(report.meetings.count == 1 && report.meetings[0].contains("which voted for both"))
    }

    @Test("Of Paxos a run is shown on which a later round takes over what was decided")
    func inductionHolds() throws {
        let report = Step.paxos.search()
        #expect(report.finding == nil && report.isComplete)
        #expect(!report.induction.contains { $0.contains("breaks") })
        #expect(report.induction.contains { $0.contains("is safe") })
    }
}

import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

/// All that can happen to a small Synod of the processes that ship.
@Suite("A Synod, explored")
struct SynodExplorationTests {
    @Test("Three acceptors and two proposers with a ballot each have 17289 states, and none breaks a promise")
    func complete() {
        var plan = SynodPlan.small()
        plan.proposersIgnoreVotes = true
        plan.syncsAtOnce = true
        let search = Search(from: SynodExploration(plan))
        #expect(search.isComplete && search.counterexample == nil)
        #expect(search.states == 17_289)
    }

    @Test("Writes take their time and an acceptor crashes: no state of the first 40000 breaks a promise")
    func crashes() {
        var plan = SynodPlan.small(learners: 1)
        plan.crashes = 1
        let search = Search(from: SynodExploration(plan), maximumStates: 40_000)
        #expect(search.counterexample == nil && search.depth > 7)
    }

    /// Rules whose absence shows within a ballot for each of two proposers.
    static let shallow: [(SynodFlaw, steps: Int)] = [
        (.promiseNotRecorded, 13), (.acceptanceNotRecorded, 13), (.acceptsBelowPromise, 12), (.promisesLowerBallot, 12),
        (.highestAcceptedIgnored, 12), (.promiseOmitsAccepted, 12), (.minorityAsQuorum, 5),
    ]

    @Test("A rule that is left out is found in the fewest steps, and the way replays", arguments: shallow)
    func planted(flaw: SynodFlaw, steps: Int) throws {
        var plan = SynodPlan.small(learners: 1)
        plan.flaw = flaw
        plan.crashes = 1
        plan.proposersIgnoreVotes = true
        plan.syncsAtOnce = true
        let found = try #require(Search(from: SynodExploration(plan), maximumStates: 150_000).counterexample)
        #expect(found.actions.count == steps)
        var again = SynodExploration(plan)
        let findings = found.actions.map { again.perform($0) }
        #expect(findings.last == found.text && findings.dropLast().allSatisfy { $0 == nil })
    }
}

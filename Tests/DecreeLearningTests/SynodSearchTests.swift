import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

/// The same as ``SynodExplorationTests``, by tables.
@Suite("A Synod, explored by tables")
struct SynodSearchTests {
    static func plan(crashes: Int = 0, flaw: SynodFlaw? = nil) -> SynodPlan {
        var plan = SynodPlan.small()
        plan.proposersIgnoreVotes = true
        plan.syncsAtOnce = crashes == 0
        plan.crashes = crashes
        plan.flaw = flaw
        return plan
    }

    @Test("It goes through the states that a search without tables goes through, and through no other")
    func same() {
        let search = SynodSearch(Self.plan(), reductions: [])
        #expect(search.isComplete && search.finding == nil && search.states == 17_289)
    }

    @Test("States that are one by exchange of acceptors stand for as many as there are without")
    func represents() {
        let search = SynodSearch(Self.plan(), reductions: .symmetry, countsRepresented: true)
        #expect(search.isComplete && search.represented == 17_289 && search.states < 17_289 / 5)
    }

    @Test(
        "Without a crash every rule left out is found, or not, with symmetry and without", arguments: SynodFlaw.allCases
    )
    func symmetry(flaw: SynodFlaw) {
        let plain = SynodSearch(Self.plan(flaw: flaw), reductions: [])
        let reduced = SynodSearch(Self.plan(flaw: flaw), reductions: .symmetry, countsRepresented: true)
        #expect((plain.finding == nil) == (reduced.finding == nil))
        #expect(plain.way.count == reduced.way.count && plain.isComplete == reduced.isComplete)
        if plain.isComplete { #expect(plain.states == reduced.represented) }
    }

    /// Those whose absence shows with a ballot for each of two proposers and one crash.
    static let shown: Set<SynodFlaw> = [
        .promiseNotRecorded, .acceptanceNotRecorded, .saidBeforeDurable, .acceptsBelowPromise, .promisesLowerBallot,
        .highestAcceptedIgnored, .promiseOmitsAccepted, .minorityAsQuorum,
    ]

    @Test(
        "With a crash a rule left out is found with all reductions where it is without, and the way replays",
        arguments: shown)
    func crashes(flaw: SynodFlaw) throws {
        let plan = Self.plan(crashes: 1, flaw: flaw)
        let reduced = SynodSearch(plan)
        try #require(reduced.finding != nil)
        let plain = SynodSearch(plan, reductions: .oneWrite, maximumStates: 300_000)
        #expect(plain.finding != nil)
        var again = SynodExploration(plan)
        let findings = reduced.way.map { step in
            guard let packet = step.packet else { return again.perform(step.kind) }
            let place = again.world.network.firstIndex(of: packet)
            return place.flatMap { again.perform(.arrives(UInt16($0))) }
        }
        // A checker that sees one thing after the other may see something else of it first, and say so in other words.
        #expect(findings.last.map { $0 != nil } == true && findings.dropLast().allSatisfy { $0 == nil })
    }

    @Test("What does not show with a crash and a ballot each does not show with reductions either")
    func notShown() {
        for flaw in SynodFlaw.allCases where !Self.shown.contains(flaw) {
            let search = SynodSearch(Self.plan(crashes: 1, flaw: flaw), maximumStates: 200_000)
            #expect(search.finding == nil, "\(flaw)")
        }
    }

    @Test("The quick bounds are gone through completely, with a crash before or behind any write")
    func quick() {
        let report = ThoroughBounds.quick.search()
        #expect(report.isComplete && report.finding == nil && report.states > 10_000)
    }

    @Test("A learner, two crashes and votes that are lost and come again are gone through completely")
    func learner() {
        let report = ThoroughBounds.learner.search()
        #expect(report.isComplete && report.finding == nil && report.states == 401_032, "\(report)")
    }

    @Test(
        "A learner that counts what it must not is seen to learn what is not chosen",
        arguments: [SynodFlaw.repeatedVotesCounted, .votesCountedAcrossBallots])
    func learnerCounts(flaw: SynodFlaw) throws {
        var plan = ThoroughBounds.learner.plan
        plan.crashes = 0
        plan.flaw = flaw
        let search = SynodSearch(plan, maximumStates: 400_000)
        #expect(try #require(search.finding).contains("learns"), "\(search.way)")
    }
}

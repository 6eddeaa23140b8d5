import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

/// All that can happen to Fast Paxos with two clients: a fast ballot, and where it collides its recovery.
@Suite("Fast Paxos, explored")
struct FastExplorationTests {
    enum TooSmall: FastVariation { static let flaw: FastPaxosFlaw? = .fastQuorumsTooSmall }
    enum CountedAsClassic: FastVariation { static let flaw: FastPaxosFlaw? = .fastCountedAsClassic }
    enum AnyReported: FastVariation { static let flaw: FastPaxosFlaw? = .anyReportedTaken }
    enum TakenForFree: FastVariation { static let flaw: FastPaxosFlaw? = .collisionTakenForFree }
    enum VotesAgain: FastVariation { static let flaw: FastPaxosFlaw? = .votesAgain }

    private static func search<Variation: FastVariation>(_: Variation.Type, _ plan: StepPlan) -> Search<StepCode> {
        Search(from: StepNumbering(StepWorld<FastNode<Variation>>(plan)).code(), maximumStates: 2_000_000)
    }

    private static func search(without flaw: FastPaxosFlaw, _ plan: StepPlan) -> Search<StepCode> {
        switch flaw {
        case .fastQuorumsTooSmall: search(TooSmall.self, plan)
        case .fastCountedAsClassic: search(CountedAsClassic.self, plan)
        case .anyReportedTaken: search(AnyReported.self, plan)
        case .collisionTakenForFree: search(TakenForFree.self, plan)
        case .votesAgain: search(VotesAgain.self, plan)
        }
    }

    static func plan(_ property: Property, nodes: Int) -> StepPlan {
        StepPlan(property: property, nodes: nodes, proposers: [0, nodes - 1])
    }

    @Test(
        "Nothing breaks it: no two values are decided, and where all messages arrive everybody learns which is",
        arguments: [Property.agreement, .validity, .progress])
    func complete(property: Property) {
        let three = Self.search(SoundFastPaxos.self, Self.plan(property, nodes: 3))
        #expect(three.isComplete && three.counterexample == nil && three.states == 3_912)
        let four = Self.search(SoundFastPaxos.self, Self.plan(property, nodes: 4))
        #expect(four.isComplete && four.counterexample == nil && four.states == 352_000)
    }

    @Test("Every rule that is left out is found: two values are decided", arguments: FastPaxosFlaw.allCases)
    func flaws(flaw: FastPaxosFlaw) {
        // Of three acceptors a fast quorum is all: whoever sees two votes that differ knows that none is chosen.
        let nodes = flaw == .anyReportedTaken || flaw == .collisionTakenForFree ? 4 : 3
        let found = Self.search(without: flaw, Self.plan(.agreement, nodes: nodes))
        #expect(found.counterexample?.text == "agreement: A and B are decided")
    }
}

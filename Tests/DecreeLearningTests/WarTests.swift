import DecreeSimulator
import PaxosBase
import PaxosSynod
import Testing

@testable import DecreeLearning

/// Two proposers under a schedule without a fault, but in which requests to accept are slower than all else: whoever has
/// its promises meets acceptors that have promised the other meanwhile.
@Suite("Warring proposers")
struct WarTests {
    /// - Returns: After how many steps every learner knew; nil when none did.
    private static func steps(_ manner: Patience.Manner, leader: NodeID?, proposers: Int = 2, seed: UInt64 = 1) -> Int?
    {
        let synod = Synod(
            proposers: (1...proposers).map { NodeID(UInt64($0)) }, acceptors: [NodeID(3), NodeID(4), NodeID(5)],
            learners: [NodeID(6)])
        var plan = SynodPlan(synod)
        plan.network = .faulty(losses: 0, repetitions: 0)
        plan.ballots = nil
        plan.manner = manner
        plan.seed = seed
        var world = SynodWorld(plan)
        world.heal(.acceptsLast, leader: leader)
        var choices = Choices(seed: seed)
        for step in 1...20_000 {
            guard let kind = world.kinds.first else { break }
            _ = world.happen(SynodWorld.Event(kind: kind), &choices)
            if world.isLearned { return step }
        }
        return nil
    }

    @Test("Relentless proposers go on for ever, and nothing is chosen")
    func war() {
        #expect(Self.steps(.relentless, leader: nil) == nil)
    }

    @Test("Proposers that back off end it", arguments: UInt64(1)...20)
    func backoff(seed: UInt64) throws {
        #expect(try #require(Self.steps(.backsOff, leader: nil, seed: seed)) < 500)
    }

    @Test("So does a hint who leads, however relentless they are", arguments: [1, 2])
    func hint(leader: UInt64) throws {
        #expect(try #require(Self.steps(.relentless, leader: NodeID(leader))) < 100)
    }

    @Test("One proposer alone always makes progress", arguments: [Patience.Manner.relentless, .backsOff])
    func alone(manner: Patience.Manner) throws {
        #expect(try #require(Self.steps(manner, leader: nil, proposers: 1)) < 50)
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

/// - Source: Ng, Haridi, Carbone, "Omni-Paxos", EuroSys 2023, section 2 (the three cases).
@Suite("Partial connectivity ends with a stable leader")
struct ConnectivityTests {
    /// A world without faults in which time is moved by hand.
    private struct Scene {
        let world: World<RegisterWorkload>
        var engine: Engine { world.engine }

        init(nodeCount: Int, seed: UInt64) {
            var choices = Choices(seed: seed)
            var plan = RunPlan()
            plan.nodeCount = nodeCount
            plan.safetyEvents = .max
            plan.clients.thinkTime = .milliseconds(50)
            world = World(seed: seed, plan: plan, flaws: [], choices: &choices)
            world.begin()
        }

        func pass(seconds: UInt64) { engine.run(until: engine.schedule.now + seconds * 1_000_000_000) }

        /// Cuts all links but those between the pairs.
        func connectOnly(_ pairs: [(Int, Int)]) {
            engine.network.healAll()
            _ = engine.network.cut(
                engine.network.links { from, to in
                    !pairs.contains { ($0 == from && $1 == to) || ($0 == to && $1 == from) }
                })
        }

        var leaders: [Int] { engine.nodes.filter { $0.process?.isLeading() == true }.map(\.index) }

        func ballot(of node: Int) -> Ballot? { engine.nodes[node].process?.leader() }

        /// Lets five seconds pass and sees that nobody else came to lead, while commands go on being chosen.
        func expectStable(_ leader: Int) {
            let ballot = ballot(of: leader)
            let chosen = engine.checkers.durableQuorum.chosenCount
            pass(seconds: 5)
            #expect(leaders.contains(leader))
            #expect(self.ballot(of: leader) == ballot, "the leader has the ballot it had")
            // How many is a matter of chance: a client that asks a node without a way to the leader waits for its time-out.
            #expect(engine.checkers.durableQuorum.chosenCount > chosen, "commands are chosen")
            #expect(world.violation == nil, "\(String(describing: world.violation))")
        }
    }

    private static let seeds: ClosedRange<UInt64> = 1...4

    @Test("Quorum loss: only one node still hears a quorum, and it is not the leader", arguments: seeds)
    func quorumLoss(seed: UInt64) throws {
        let scene = Scene(nodeCount: 5, seed: seed)
        scene.pass(seconds: 5)
        let leader = try #require(scene.leaders.first)
        let hub = (leader + 1) % 5
        scene.connectOnly((0..<5).filter { $0 != hub }.map { ($0, hub) })
        scene.pass(seconds: 10)
        scene.expectStable(hub)
    }

    @Test("Constrained election: the only node that hears a quorum is behind, and the leader is gone", arguments: seeds)
    func constrainedElection(seed: UInt64) throws {
        let scene = Scene(nodeCount: 5, seed: seed)
        scene.pass(seconds: 5)
        let leader = try #require(scene.leaders.first)
        let hub = (leader + 1) % 5
        let others = (0..<5).filter { $0 != hub }
        scene.connectOnly(others.flatMap { first in others.map { (first, $0) } }.filter { $0.0 < $0.1 })
        scene.pass(seconds: 3)
        scene.connectOnly(others.filter { $0 != leader }.map { ($0, hub) })
        scene.pass(seconds: 10)
        scene.expectStable(hub)
    }

    @Test("Chained: the leader and another node lose each other, and a third hears both", arguments: seeds)
    func chained(seed: UInt64) throws {
        let scene = Scene(nodeCount: 3, seed: seed)
        scene.pass(seconds: 5)
        let leader = try #require(scene.leaders.first)
        let middle = (leader + 1) % 3
        let end = (leader + 2) % 3
        scene.connectOnly([(leader, middle), (middle, end)])
        scene.pass(seconds: 10)
        let stable = try #require(scene.leaders.first)
        scene.expectStable(stable)
    }
}

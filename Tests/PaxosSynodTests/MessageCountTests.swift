import PaxosBase
import Testing

@testable import PaxosSynod

/// How many messages a whole choice takes, counted: what a process says to itself counts too, as if roles stood apart.
@Suite("Messages of a choice")
struct MessageCountTests {
    struct Count: Hashable {
        var messages = 0
        /// By process: how many of them it sent or received.
        var load: [UInt64: Int] = [:]
    }

    /// One proposer has its value chosen, and every learner that lives learns it.
    /// - Parameter dead: Processes that answer nothing.
    private func choose(_ synod: Synod, dead: Set<UInt64> = []) -> Count {
        var stage = Stage(synod)
        var count = Count()
        var mail = stage.propose(1, red).map { (from: UInt64(1), send: $0) }
        while !mail.isEmpty {
            let (sender, send) = mail.removeFirst()
            let receiver = send.to.rawValue
            count.messages += 1
            count.load[sender, default: 0] += 1
            guard !dead.contains(receiver) else { continue }
            count.load[receiver, default: 0] += 1
            mail += stage.tell(receiver, send.message, from: sender).map { (receiver, $0) }
        }
        for learner in synod.learners where !dead.contains(learner.rawValue) {
            #expect(stage[learner.rawValue].chosen == red)
        }
        #expect(stage[1].chosen == red)
        return count
    }

    /// Proposer 1; acceptors from 11 on, learners from 101 on.
    private func synod(
        acceptors: UInt64, learners: UInt64 = 0, _ learning: Synod.Learning = .fromAcceptors
    ) -> Synod {
        Synod(
            proposers: [NodeID(1)], acceptors: (0..<acceptors).map { NodeID(11 + $0) },
            learners: (0..<learners).map { NodeID(101 + $0) }, learning: learning)
    }

    @Test(
        "Where f of 2f+1 acceptors may fail a change costs from 4f+6 to 8f+6 messages, the client's two included",
        arguments: 1...4 as ClosedRange<UInt64>)
    func ofAChange(f: UInt64) {
        let failures = Int(f)
        let all = choose(synod(acceptors: 2 * f + 1)).messages + 2
        #expect(all == 8 * failures + 6)
        let dead = Set((0..<f).map { 11 + $0 })
        let fewest = choose(synod(acceptors: 2 * f + 1), dead: dead).messages + 2
        // Those that are dead are asked all the same; without that it would be the lower bound.
        #expect(fewest - 2 * failures == 4 * failures + 6)
    }

    @Test(
        "The square of the nodes is what it takes if all acceptors tell all learners; through one it is some for each node",
        arguments: [3, 5, 7, 9] as [UInt64])
    func ofLearning(nodes: UInt64) {
        let count = Int(nodes)
        let toAll = choose(synod(acceptors: nodes, learners: nodes))
        #expect(toAll.messages == 4 * count + count * count)
        let throughOne = choose(synod(acceptors: nodes, learners: nodes, .through([NodeID(101)])))
        #expect(throughOne.messages == 4 * count + count + (count - 1))
    }

    @Test(
        "More nodes bring no more choices: each acceptor has four messages for each, however many there are, and the proposer ever more"
    )
    func load() {
        for nodes in [3, 5, 7, 9] as [UInt64] {
            let load = choose(synod(acceptors: nodes)).load
            #expect((0..<nodes).allSatisfy { load[11 + $0] == 4 } && load[1] == 4 * Int(nodes))
        }
    }
}

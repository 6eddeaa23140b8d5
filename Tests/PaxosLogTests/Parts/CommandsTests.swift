import PaxosBase
import Testing

@testable import PaxosLog

@Suite("Commands that wait")
struct CommandsTests {
    private let limit = TimeSpan.seconds(7)

    private func at(_ milliseconds: UInt64) -> Instant { Parts.now + .milliseconds(milliseconds) }

    @Test("One that was overtaken and renumbered is given up when its own time is over, before younger ones")
    func renumbered() {
        var commands = PendingCommands(of: NodeID(1), in: Incarnation(1))
        for (token, since) in [(1, 0), (2, 0), (3, 6_900)] as [(UInt64, UInt64)] {
            commands.append(token: token, payload: Payload([1]), since: at(since))
        }
        #expect(commands.dispatch(atMost: 3, at: at(6_900)).count == 3)
        #expect(commands.settle(Origin(node: NodeID(1), incarnation: Incarnation(1), sequence: 2)) == 2)
        #expect(commands.takeExpired(at: at(6_999), limit: limit).isEmpty)
        #expect(commands.takeExpired(at: at(7_000), limit: limit) == [1])
        #expect(commands.count == 1 && commands.bytes == 1 && commands.dispatched == 1)
        #expect(commands.takeExpired(at: at(13_899), limit: limit).isEmpty)
        #expect(commands.takeExpired(at: at(13_900), limit: limit) == [3])
        #expect(commands.oldest == nil && commands.dispatched == 0)
    }

    @Test("While the disk does not take the incarnation, commands and reads end in time")
    func beforeIncarnation() {
        var cluster = Cluster(of: 3)
        cluster.crash(NodeID(1))
        cluster.stalledDisks = [NodeID(1)]
        cluster.start(NodeID(1))
        #expect(cluster.replicas[NodeID(1)]?.nextDeadline == nil)
        cluster.propose("x", at: NodeID(1), token: 5)
        cluster.step(NodeID(1), .readRequested(ReadToken(9)))
        #expect(cluster.replicas[NodeID(1)]?.nextDeadline == cluster.now + cluster.settings.proposalTimeout)
        cluster.run(milliseconds: 6_900)
        #expect(cluster.outcomes[NodeID(1)] == [])
        cluster.run(milliseconds: 200)
        #expect(cluster.outcomes[NodeID(1)] == [.unknown(token: 5), .readFailed(ReadToken(9))])
        #expect(cluster.replicas[NodeID(1)]?.nextDeadline == nil)
    }

    @Test("Commands that name a node as origin that is no member are not taken")
    func strangers() {
        var cluster = Cluster(of: 3)
        let leader = cluster.elect()
        let peer = cluster.nodes.first { $0 != leader }!
        let origin = Origin(node: peer, incarnation: Incarnation(9), sequence: 1)
        let known = Command(origin: origin, payload: Payload("known".utf8))
        for command in [Parts.command(1), known] {
            let forward = Message.forward(Forward(commands: [command], hops: 2))
            cluster.step(leader, .received(cluster.envelope(forward), from: peer))
        }
        cluster.deliver()
        #expect(cluster.log(of: leader) == ["known"])
    }
}

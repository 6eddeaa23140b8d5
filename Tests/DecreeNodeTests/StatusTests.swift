import DecreeNode
import PaxosBase
import PaxosLog
import Testing

@Suite("What a node says of itself")
struct StatusTests {
    @Test("The status shows what the loop published")
    func showsLoop() {
        var loop = LoopStatus()
        loop.phase = .serving
        loop.leader = Ballot(configuration: ConfigurationNumber(1), round: 3, node: NodeID(2))
        loop.applied = Slot(7)
        let status = NodeStatus(node: NodeID(1), clusterID: 9, members: [], loop: loop)
        #expect(status.phase == .serving)
        #expect(status.leader == NodeID(2))
        #expect(status.applied == Slot(7))
        #expect(status.peers.isEmpty)
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

@Suite("The virtual network")
struct VirtualNetworkTests {
    @Test("Overlapping cuts heal one by one")
    func cuts() {
        var network = VirtualNetwork(nodeCount: 3)
        let first = network.cut([network.link(0, 1)])
        let second = network.cut([network.link(0, 1), network.link(1, 2)])
        #expect(!network.isOpen(0, 1) && network.isOpen(1, 0) && !network.isOpen(1, 2))
        network.heal(first)
        #expect(!network.isOpen(0, 1))
        network.heal(second)
        #expect(network.isOpen(0, 1) && network.isOpen(1, 2))
    }

    @Test("A frame that is overtaken is late; a copy comes as often as it was made")
    func deliveries() {
        var network = VirtualNetwork(nodeCount: 2)
        let early = network.take([1], from: 0, to: 1, isCorrupt: false, copies: 2)
        let late = network.take([2], from: 0, to: 1, isCorrupt: false, copies: 1)
        #expect(network.deliver(early).isLate == false)
        #expect(network.deliver(late).isLate == false)
        let copy = network.deliver(early)
        #expect(copy.isLate && copy.frame.bytes == [1])
        #expect(network.take([3], from: 1, to: 0, isCorrupt: false, copies: 1) == early)
    }

    @Test("A full partition cuts both ways, a one-way partition one, and neither cuts within a group")
    func partitions() {
        let network = VirtualNetwork(nodeCount: 5)
        var random = Choices(seed: 3)
        for _ in 0..<100 {
            let full = Set(network.linksOfFullPartition(&random))
            #expect(!full.isEmpty)
            #expect(full.allSatisfy { full.contains(network.link($0 % 5, $0 / 5)) })
            let oneWay = Set(network.linksOfOneWayPartition(&random))
            #expect(!oneWay.isEmpty)
            #expect(oneWay.allSatisfy { !oneWay.contains(network.link($0 % 5, $0 / 5)) })
        }
    }

    @Test("A bridged partition leaves the leader a minority, and one node that hears all")
    func bridges() {
        let network = VirtualNetwork(nodeCount: 7)
        var random = Choices(seed: 4)
        for _ in 0..<100 {
            let links = network.linksOfBridgedPartition(around: 2, bridge: 5, quorum: 4, &random)
            #expect(links.allSatisfy { $0 / 7 != 5 && $0 % 7 != 5 })
            #expect(links.count { $0 / 7 == 2 } == 4)
        }
    }
}

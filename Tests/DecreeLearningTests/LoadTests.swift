import Testing

@testable import DecreeLearning

/// Who has how much to do in the worlds of the steps.
@Suite("Load")
struct LoadTests {
    /// All clients want something, and all messages arrive.
    /// - Returns: By node: how many messages it sent to others or received.
    private func measure<Node: StepNode>(_ node: Node.Type, nodes: Int) -> [Int] {
        var world = StepWorld<Node>(
            StepPlan(property: .agreement, nodes: nodes, proposers: Array((1..<nodes).prefix(3))))
        var load = Array(repeating: 0, count: nodes)
        while let action = world.actions().last {
            if case .arrives(let message) = action { load[message.receiver] += 1 }
            for message in world.happen(action).sent where message.sender != message.receiver {
                load[message.sender] += 1
            }
        }
        return load
    }

    @Test("One server has a part in every message, however many nodes there are: it is the bottleneck")
    func oneServer() {
        for nodes in [4, 6, 8] {
            let load = measure(OneServer.self, nodes: nodes)
            #expect(load[0] == 6 && load.reduce(0, +) == 12 && load[1...3].allSatisfy { $0 == 2 }, "\(load)")
        }
    }

    @Test("Copies take the load off nobody: where all are written to, each node has its part in every write")
    func writeToAll() {
        for nodes in [4, 6, 8] {
            let load = measure(WriteToAll.self, nodes: nodes)
            #expect(load.allSatisfy { $0 >= 3 }, "\(load)")
        }
    }
}

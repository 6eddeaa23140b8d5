import DecreeNode
import PaxosBase
import PaxosLog

// What the machines of the nodes bring about in the histories of clients, and the end of their lives.
extension World {
    /// A command is applied for the first time anywhere: that is where it stands in the history.
    func applied(_ payload: Payload, _ place: Int, at slot: Slot) {
        guard let entry = engine.groupCheckers[place].proposed.place(of: payload) else { return }
        if let first = history.entries[entry].slot {
            engine.findings.report(
                .atMostOnce, "\(history.entries[entry].operation) is applied at \(slot) and was at \(first)")
        }
        history.entries[entry].slot = slot
        if case .unknown = history.entries[entry].result, !clients.contains(where: { $0.current == entry }) {
            engine.sights[.lateEffect] += 1
        }
    }

    /// The power of a node fails: its machines and all that was under way there are gone.
    func crash(_ node: SimulatedNode) {
        guard node.isUp else { return }
        engine.crash(node)
        seats[node.index] = []
        for client in clients.indices where clients[client].node == node.index {
            if let entry = clients[client].current { conclude(entry, .unknown) }
        }
        engine.planRestart(node)
    }

    /// A node that was asked to stop has nothing left to wait for; the process ends with it.
    func end(_ node: SimulatedNode) {
        guard let process = node.process else { return }
        for (place, seat) in node.seats.enumerated() {
            seat.end(&process.node)
            deliver(node, place)
        }
        engine.closeJournal(of: node)
        crash(node)
    }

    /// A fault ends the process.
    func fail(_ node: SimulatedNode) { crash(node) }
}

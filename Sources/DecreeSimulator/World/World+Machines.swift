import DecreeNode
import PaxosBase
import PaxosLog

// What the machines of the nodes bring about in the histories of clients, and the end of their lives.
extension World {
    /// A command is applied for the first time anywhere: that is where it stands in the history.
    func applied(_ payload: Payload, _ place: Int, at slot: Slot, _ time: LogTime) {
        if Self.hasPushes { notePushes(payload, place, at: slot, time) }
        guard let entry = engine.groupCheckers[place].proposed.place(of: payload) else {
            return appliedOwn(payload, place, at: slot, time)
        }
        if let first = history.entries[entry].slot {
            engine.findings.report(
                .atMostOnce, "\(history.entries[entry].operation) is applied at \(slot) and was at \(first)")
        }
        history.entries[entry].slot = slot
        history.entries[entry].time = time
        if case .unknown = history.entries[entry].result, !clients.contains(where: { $0.current == entry }) {
            engine.sights[.lateEffect] += 1
        }
    }

    /// A command that the machine wanted by itself is applied for the first time anywhere.
    private func appliedOwn(_ payload: Payload, _ place: Int, at slot: Slot, _ time: LogTime) {
        guard let operation = workload.ownOperation(payload) else { return }
        engine.sights[.dueApplied] += 1
        engine.moment += 1
        let owner = -1 - place
        var entry = Log.Entry(client: owner, operation: operation, invoked: engine.moment, slot: slot)
        entry.time = time
        history.entries.append(entry)
        owners.append(owner)
    }

    /// The power of a node fails, or its process ends: its machines and all that was under way there are gone.
    func crash(_ node: SimulatedNode, keepingPages: Bool = false) {
        guard node.isUp else { return }
        engine.crash(node, keepingPages: keepingPages)
        seats[node.index] = []
        fronts[node.index] = []
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
            settleAll(at: node, place)
            for subscriber in seats[node.index][place].subscribers {
                pushModels[place].checker.nodeEnded(subscriber, of: node.id, engine.findings)
            }
        }
        outcomes.nodeEnded(node, engine.findings)
        engine.closeJournal(of: node)
        crash(node)
    }
}

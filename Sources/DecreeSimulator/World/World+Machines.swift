import PaxosBase
import PaxosLog

// The state machines of the nodes.
extension World {
    /// Carries out what the replica handed out to be applied, after the checkers have looked at it.
    func apply(_ node: SimulatedNode) {
        commands.removeAll(keepingCapacity: true)
        awaited.removeAll(keepingCapacity: true)
        for apply in node.effects.applies {
            check(apply, at: node)
            if violation != nil { return }
            if case .command(let payload, let token) = apply.action {
                commands.append(ChosenCommand(slot: apply.slot, payload: payload, isAwaited: token != nil))
                if let token { awaited.append(Int(token)) }
            }
            if engine.plan.appliesSingly { applyGathered(node, through: apply.slot) }
        }
        applyGathered(node, through: node.effects.applies.last!.slot)
    }

    private func applyGathered(_ node: SimulatedNode, through slot: Slot) {
        if !commands.isEmpty {
            outputs.removeAll(keepingCapacity: true)
            machines[node.index]!.apply(commands, into: &outputs)
            invariant(outputs.count == awaited.count, "one output for each awaited command: \(outputs.count)")
            for (entry, output) in zip(awaited, outputs) { conclude(entry, .output(output)) }
            commands.removeAll(keepingCapacity: true)
            awaited.removeAll(keepingCapacity: true)
            _ = machines[node.index]!.performMaintenance()
        }
        let digest = machines[node.index]!.digest
        engine.digest.combine(digest.low ^ slot.rawValue)
        engine.digest.combine(digest.high)
        engine.checkers.digest.reached(slot, digest, by: node.id, &engine.checkers.findings)
    }

    /// What is applied must be what a quorum holds; a command comes once and is noted in its history.
    private func check(_ apply: Apply, at node: SimulatedNode) {
        guard let fact = engine.checkers.durableQuorum.chosen(apply.slot) else {
            return engine.checkers.durableQuorum.claimed(
                first: apply.slot, last: apply.slot, by: node.id, &engine.checkers.findings)
        }
        switch (apply.action, fact.entry) {
        case (.command(let payload, _), .command(let command)) where command.payload == payload:
            engine.checkers.atMostOnce.applied(
                command.origin, at: apply.slot, by: node.id, &engine.checkers.findings)
            engine.checkers.agreement.applied(
                apply.slot, fact.key.rawValue, by: node.id, &engine.checkers.findings)
            if apply.slot > frontier { note(payload, appliedAt: apply.slot) }
        case (.skip, .command(let command)):
            engine.sights[.duplicateSkipped] += 1
            engine.checkers.atMostOnce.skipped(
                command.origin, at: apply.slot, by: node.id, &engine.checkers.findings)
            engine.checkers.agreement.applied(apply.slot, 0, by: node.id, &engine.checkers.findings)
        case (.skip, .noOp):
            engine.checkers.agreement.applied(apply.slot, 0, by: node.id, &engine.checkers.findings)
        default:
            engine.checkers.findings.report(
                .durableQuorum, "\(node.id) applies at \(apply.slot) something else than \(fact.key), which is chosen")
        }
        frontier = max(frontier, apply.slot)
    }

    /// A command is applied for the first time anywhere: that is where it stands in the history.
    private func note(_ payload: Payload, appliedAt slot: Slot) {
        guard let entry = engine.checkers.proposed.place(of: payload) else { return }
        if let first = history.entries[entry].slot {
            engine.checkers.findings.report(
                .atMostOnce, "\(history.entries[entry].operation) is applied at \(slot) and was at \(first)")
        }
        history.entries[entry].slot = slot
        if case .unknown = history.entries[entry].result, !clients.contains(where: { $0.current == entry }) {
            engine.sights[.lateEffect] += 1
        }
    }

    /// A node starts, for the first time or again: it restores its snapshot and reads its journal.
    func restart(_ occurrence: Occurrence) {
        let node = engine.nodes[Int(occurrence.node)]
        guard occurrence.life == node.life, !node.isUp, !node.isGone else { return }
        guard let recovered = engine.readJournal(of: node) else { return }
        var machine = workload.makeMachine()
        if let snapshot = node.snapshot, let text = Self.restore(snapshot, into: &machine) {
            return engine.checkers.findings.report(.durability, "\(node.id) cannot restore its snapshot: \(text)")
        }
        machines[node.index] = machine
        engine.start(node, recovered)
        if let snapshot = node.snapshot {
            engine.checkers.digest.reached(
                snapshot.metadata.applied, machine.digest, by: node.id, &engine.checkers.findings)
        }
    }

    private static func restore(_ snapshot: StoredSnapshot, into machine: inout Machine) -> String? {
        do throws(SnapshotError) {
            machine.beginRestore()
            for block in snapshot.blocks {
                try block.withBytes { bytes throws(SnapshotError) in try machine.restore(bytes) }
            }
            try machine.endRestore()
            return nil
        } catch {
            return error.description
        }
    }

    /// The power of a node fails: its machine and all that was under way there are gone.
    func crash(_ node: SimulatedNode) {
        guard node.isUp else { return }
        engine.crash(node)
        machines[node.index] = nil
        snapshots[node.index] = nil
        questions[node.index] = []
        for client in clients.indices where clients[client].node == node.index {
            if let entry = clients[client].current { conclude(entry, .unknown) }
        }
        engine.planRestart(node)
    }

    func beginSnapshot(_ node: SimulatedNode) {
        guard let process = node.process else { return }
        snapshots[node.index] = OpenSnapshot(
            metadata: process.replica.snapshotMetadata(), walk: machines[node.index]!.beginSnapshot())
        planSnapshotStep(node)
    }

    private func planSnapshotStep(_ node: SimulatedNode) {
        engine.schedule.plan(
            Occurrence(.snapshotStep, node: node.index, life: node.life), after: engine.plan.disk.delay)
    }

    /// Writes the next block; after the last one the new snapshot takes the old one's place in one step.
    func walkSnapshot(_ node: SimulatedNode) {
        guard var open = snapshots[node.index] else { return }
        snapshots[node.index] = nil
        if open.isWalked {
            guard let process = node.process, process.replica.durableWatermark >= open.metadata.applied else {
                snapshots[node.index] = open
                return planSnapshotStep(node)
            }
            node.snapshot = StoredSnapshot(metadata: open.metadata, blocks: open.blocks)
            node.isWritingSnapshot = false
            engine.step(node, .snapshotWritten(through: open.metadata.applied))
            return engine.endInput(node)
        }
        if let block = machines[node.index]!.nextBlock(of: &open.walk) {
            open.blocks.append(block)
        } else {
            open.isWalked = true
        }
        snapshots[node.index] = open
        planSnapshotStep(node)
    }
}

import DecreeNode
import PaxosBase
import PaxosLog

// The state machines of the nodes.
extension World {
    /// The second half of a turn, for every group of the node.
    func endTurn(_ node: SimulatedNode) {
        guard let process = node.process else { return }
        let now = engine.clock(node)
        node.machineDeadline = .distantFuture
        for place in machines[node.index].indices {
            if process.core.hasWorkForMachine(place) {
                check(process.core.groups[place].pendingApplies, place, at: node)
                if violation != nil { return }
                apply(node, process, place)
                machines[node.index][place].endTurn(core: &process.core, at: now, into: &node.effects)
            }
            advanceSlices(node, process, place, at: now)
            let work = machines[node.index][place].pendingWork()
            if work.hasCompletions { deliver(node, place) }
            node.machineDeadline = min(node.machineDeadline, deadline(of: work, process, place))
        }
        if process.core.advanceStop(at: now, into: &node.effects) { end(node, process) }
    }

    /// Applies what the turn brought; in half of the runs slot by slot, to compare digests at each.
    private func apply(_ node: SimulatedNode, _ process: Process, _ place: Int) {
        let limit = engine.plan.appliesSingly ? 1 : Int.max
        while let slot = machines[node.index][place].applyNext(
            upTo: limit, core: &process.core, into: &node.effects)
        {
            let digest = machines[node.index][place].machine.digest
            engine.digest.combine(digest.low ^ slot.rawValue)
            engine.digest.combine(digest.high)
            engine.groupCheckers[place].digest.reached(slot, digest, by: node.id, &engine.findings.content)
        }
    }

    /// A few steps of each kind of work that may take long.
    private func advanceSlices(_ node: SimulatedNode, _ process: Process, _ place: Int, at now: Instant) {
        if process.core.nextMeasurement <= now {
            let free = Int(clamping: engine.freeSpace(of: node))
            engine.step(node, .measured(journalBytes: node.journalBytes, freeBytes: free))
        }
        let before = machines[node.index][place].pendingWork()
        for slice in WorkSlice.allCases where before.has(slice) || isDue(slice, process, place, at: now) {
            var steps = engine.plan.stepsPerTurn
            while machines[node.index][place].advance(slice, core: &process.core, at: now, into: &node.effects) {
                steps -= 1
                guard steps > 0 else {
                    if slice == .cursors { engine.sights[.longQuestion] += 1 }
                    break
                }
            }
        }
    }

    /// When the machine wants its next turn.
    private func deadline(of work: MachineWork, _ process: Process, _ place: Int) -> Instant {
        let isBusy = work.has(.firstSteps) || work.has(.cursors) || work.has(.maintenance)
        return isBusy || (work.hasWalk && process.core.mayWalk(place)) ? .zero : work.heldUntil
    }

    private func isDue(_ slice: WorkSlice, _ process: Process, _ place: Int, at now: Instant) -> Bool {
        slice == .snapshot && process.core.snapshotNeedsMachine(place, at: now)
    }

    /// What is applied must be what a quorum holds; a command comes once and is noted in its history.
    private func check(_ applies: [Apply], _ place: Int, at node: SimulatedNode) {
        for apply in applies where violation == nil { check(apply, engine.groupCheckers[place], place, at: node) }
    }

    private func check(_ apply: Apply, _ checkers: Checkers, _ place: Int, at node: SimulatedNode) {
        checkers.logTime.applied(
            apply, of: checkers.durableQuorum.chosen(apply.slot)?.key, by: node.id, at: engine.schedule.now,
            &engine.findings.content)
        guard let fact = checkers.durableQuorum.chosen(apply.slot) else {
            return checkers.durableQuorum.claimed(
                first: apply.slot, last: apply.slot, by: node.id, &engine.findings.content)
        }
        switch (apply.action, fact.entry) {
        case (.command(let payload, _), .command(let command)) where command.payload == payload:
            checkers.atMostOnce.applied(command.origin, at: apply.slot, by: node.id, &engine.findings.content)
            checkers.agreement.applied(apply.slot, fact.key.rawValue, by: node.id, &engine.findings.content)
            if apply.slot > frontiers[place] { note(payload, checkers, appliedAt: apply.slot) }
        case (.skip, .command(let command)):
            engine.sights[.duplicateSkipped] += 1
            checkers.atMostOnce.skipped(command.origin, at: apply.slot, by: node.id, &engine.findings.content)
            checkers.agreement.applied(apply.slot, 0, by: node.id, &engine.findings.content)
        case (.skip, .noOp):
            checkers.agreement.applied(apply.slot, 0, by: node.id, &engine.findings.content)
        default:
            engine.findings.content.report(
                .durableQuorum, "\(node.id) applies at \(apply.slot) something else than \(fact.key), which is chosen")
        }
        frontiers[place] = max(frontiers[place], apply.slot)
    }

    /// A command is applied for the first time anywhere: that is where it stands in the history.
    private func note(_ payload: Payload, _ checkers: Checkers, appliedAt slot: Slot) {
        guard let entry = checkers.proposed.place(of: payload) else { return }
        if let first = history.entries[entry].slot {
            engine.findings.content.report(
                .atMostOnce, "\(history.entries[entry].operation) is applied at \(slot) and was at \(first)")
        }
        history.entries[entry].slot = slot
        if case .unknown = history.entries[entry].result, !clients.contains(where: { $0.current == entry }) {
            engine.sights[.lateEffect] += 1
        }
    }

    // MARK: The end of a life

    /// The power of a node fails: its machines and all that was under way there are gone.
    func crash(_ node: SimulatedNode) {
        guard node.isUp else { return }
        engine.crash(node)
        machines[node.index] = []
        for client in clients.indices where clients[client].node == node.index {
            if let entry = clients[client].current { conclude(entry, .unknown) }
        }
        engine.planRestart(node)
    }

    /// A node that was asked to stop has nothing left to wait for; the process ends with it.
    private func end(_ node: SimulatedNode, _ process: Process) {
        for place in machines[node.index].indices {
            machines[node.index][place].end(core: &process.core)
            deliver(node, place)
        }
        engine.closeJournal(of: node)
        crash(node)
    }

    /// A fault ends the process.
    func fail(_ node: SimulatedNode) { crash(node) }
}

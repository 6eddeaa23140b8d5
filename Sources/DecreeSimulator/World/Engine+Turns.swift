import DecreeJournal
import DecreeNode
import PaxosBase
import PaxosLog

// One thing after another, and the turns of the nodes.
extension Engine {
    /// Lets the world go on until virtual time is `end`.
    func run(until end: UInt64) {
        while findings.first == nil, let time = schedule.nextTime, time <= end,
            let occurrence = takeNext()
        {
            happen(occurrence)
        }
    }

    func happen(_ occurrence: Occurrence) {
        note(occurrence)
        switch occurrence.kind {
        case .delivery, .diskDone, .loadDone, .deadline, .turnEnds, .snapshotStep, .submission, .identityDone, .dial,
            .frontTurn:
            reach(occurrence)
        case .partitionHeals: network.heal(occurrence.number)
        case .resume:
            let node = nodes[Int(occurrence.node)]
            if node.life == occurrence.life { resume(node) }
        case .journalHasRoom:
            setDiskFull(false, nodes[Int(occurrence.node)])
            endInput(nodes[Int(occurrence.node)])
        case .restart, .clientActs, .clientGivesUp, .fault, .timeLimit: host.happen(occurrence)
        }
        if events >= aim { host.advancePhase() }
    }

    /// Something reaches a node: it waits while the process stands still, and is void if it was for an earlier life.
    private func reach(_ occurrence: Occurrence) {
        let node = nodes[Int(occurrence.node)]
        if node.isPaused { return node.postponed.append(occurrence) }
        if occurrence.kind == .delivery {
            if arrive(Int(occurrence.number), at: node) { endInput(node) }
            return
        }
        if occurrence.kind == .submission { return host.happen(occurrence) }
        guard occurrence.life == node.life, node.isUp else { return }
        switch occurrence.kind {
        case .diskDone:
            diskDone(node, occurrence.number)
            endInput(node)
        case .loadDone:
            loadDone(node)
            endInput(node)
        case .deadline: if wake(node) { passTime(node) }
        case .turnEnds: if node.isGathering { endTurn(node) }
        case .snapshotStep:
            snapshotDone(node, Int(occurrence.number))
            endInput(node)
        case .identityDone:
            identityDone(node)
            endInput(node)
        case .dial: dial(node, Int(occurrence.number))
        default: host.happen(occurrence)
        }
    }

    private func passTime(_ node: SimulatedNode) {
        events += 1
        if node.process?.journal.needsMark == true { step(node, JournalEvent.idle) }
        endInput(node)
    }

    /// The node may gather more before its turn ends.
    func endInput(_ node: SimulatedNode) {
        guard !node.isGathering, node.isUp else { return }
        guard faultChoices.chance(plan.gatherPercent, in: 100) else { return endTurn(node) }
        node.isGathering = true
        schedule.plan(Occurrence(.turnEnds, node: node.index, life: node.life), after: plan.gatherTime)
    }

    /// A turn of the node core, as every host does it: what the replicas gathered leaves, the machines apply what is
    /// chosen, and clients have their answers.
    private func endTurn(_ node: SimulatedNode) {
        node.isGathering = false
        guard let process = node.process else { return }
        let clock = clock(node)
        if node.hasRequests { submitRequests(node, process, at: clock) }
        moment += 1
        if process.node.endInput(at: clock) { look(at: node, process) }
        carryOut(node, process)
        guard node.isUp, findings.first == nil else { return }
        if node.machineDeadline <= clock || node.isStopping || process.node.needsMachines(at: clock) {
            endMachines(node, process, at: clock)
            carryOut(node, process)
        }
        guard node.isUp else { return }
        planWake(node)
        goOn(node)
    }

    private func submitRequests(_ node: SimulatedNode, _ process: Process, at clock: Instant) {
        node.hasRequests = false
        node.machineDeadline = clock
        for seat in node.seats where seat.submit(&process.node, at: clock) {
            if !process.node.core.isFormed { sights[.requestHeld] += 1 }
            // They are looked at in every turn.
            node.hasRequests = true
        }
    }

    /// Work that takes many steps goes on by itself, whatever else happens or does not.
    private func goOn(_ node: SimulatedNode) {
        guard node.machineDeadline == .zero, !node.isGathering else { return }
        node.isGathering = true
        schedule.plan(Occurrence(.turnEnds, node: node.index, life: node.life), after: .microseconds(20))
    }

    /// What the node core wants done.
    private func carryOut(_ node: SimulatedNode, _ process: Process) {
        // Taken out first: what is carried out may make new effects.
        var current = NodeEffects()
        swap(&current, &spareEffects)
        defer { swap(&current, &spareEffects) }
        guard process.node.takeEffects(&current) else { return }
        write(node, current.batches)
        for send in current.sends { transmit(send, from: node) }
        for load in current.loads { begin(load, of: node) }
        if current.measuresJournal { measure(node) }
        for effect in current.snapshots { carryOut(effect, of: node) }
        if let identity = current.identity { record(identity, of: node) }
        let fault = current.fault
        current.removeAll()
        if fault != nil { host.fail(node) }
    }
}

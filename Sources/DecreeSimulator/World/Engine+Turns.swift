import DecreeJournal
import PaxosBase
import PaxosLog

// One thing after another, and the turns of the nodes.
extension Engine {
    /// Lets the world go on until the run is over or a checker found something.
    func run() {
        while !isOver, checkers.findings.first == nil, let occurrence = schedule.next() {
            happen(occurrence)
            watchTime(occurrence)
        }
    }

    /// Lets the world go on until virtual time is `end`.
    func run(until end: UInt64) {
        while checkers.findings.first == nil, let time = schedule.nextTime, time <= end,
            let occurrence = schedule.next()
        {
            happen(occurrence)
        }
    }

    func happen(_ occurrence: Occurrence) {
        note(occurrence)
        switch occurrence.kind {
        case .delivery, .diskDone, .loadDone, .deadline, .turnEnds, .snapshotStep, .submission: reach(occurrence)
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
        default: host.happen(occurrence)
        }
    }

    private func passTime(_ node: SimulatedNode) {
        events += 1
        step(node, .timePassed)
        if node.process?.journal.needsMark == true { step(node, JournalEvent.idle) }
        endInput(node)
    }

    /// The node may gather more before its turn ends.
    func endInput(_ node: SimulatedNode) {
        guard !node.isGathering, node.isUp else { return }
        guard faultRandom.chance(plan.gatherPercent, in: 100) else { return endTurn(node) }
        node.isGathering = true
        schedule.plan(Occurrence(.turnEnds, node: node.index, life: node.life), after: plan.gatherTime)
    }

    /// What the replica gathered leaves, its machine applies what is chosen, and clients have their answers.
    private func endTurn(_ node: SimulatedNode) {
        node.isGathering = false
        step(node, .inputDrained)
        write(node)
        for send in node.effects.sends { transmit(send, from: node) }
        for load in node.effects.loads { begin(load, of: node) }
        if checkers.findings.first == nil && !node.effects.applies.isEmpty { host.apply(node) }
        if checkers.findings.first == nil && node.openQuestions > 0 { host.advanceQuestions(node) }
        for outcome in node.effects.outcomes { host.settle(outcome, at: node) }
        node.effects.removeAll()
        considerSnapshot(node)
        planWake(node)
        // A question that takes many steps goes on by itself, whatever else happens or does not.
        if node.openQuestions > 0, !node.isGathering, node.isUp {
            node.isGathering = true
            schedule.plan(Occurrence(.turnEnds, node: node.index, life: node.life), after: .microseconds(20))
        }
    }

    private func considerSnapshot(_ node: SimulatedNode) {
        guard !node.isWritingSnapshot, let process = node.process else { return }
        let last = node.snapshot?.metadata.applied ?? .zero
        guard process.applied.distance(from: last) >= plan.snapshotInterval else { return }
        node.isWritingSnapshot = true
        host.beginSnapshot(node)
    }
}

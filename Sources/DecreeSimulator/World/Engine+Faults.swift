import DecreeNode
import PaxosBase
import PaxosLog

// The faults that come by a timetable.
extension Engine {
    static let timetable: [FaultKind] = [
        .crash, .fullPartition, .oneWayPartition, .partialPartition, .bridgedPartition,
        .slowLink, .pause, .diskFull, .connectionReset, .handOver, .stop,
    ]

    func planFaults() {
        for kind in Self.timetable { planNext(kind) }
    }

    func planNext(_ kind: FaultKind) {
        let interval = plan.faults.interval(kind)
        guard interval > .zero, !isHealed else { return }
        let span = TimeSpan(nanoseconds: interval.nanoseconds / 2 + faultChoices.below(interval.nanoseconds))
        schedule.plan(Occurrence(.fault, node: Int(kind.rawValue)), after: span)
    }

    /// Something goes wrong; crashes are left to the world, which knows the machines.
    func happen(_ kind: FaultKind) {
        switch kind {
        case .fullPartition: cut(kind, network.nodeCount > 1 ? network.linksOfFullPartition(&faultChoices) : [])
        case .oneWayPartition: cut(kind, network.nodeCount > 1 ? network.linksOfOneWayPartition(&faultChoices) : [])
        case .partialPartition: cut(kind, network.linksOfPartialPartition(&faultChoices))
        case .bridgedPartition: cut(kind, linksOfBridgedPartition())
        case .slowLink: slowDown()
        case .pause: pause(randomNode())
        case .diskFull: fillDisk(of: randomNode())
        default: break
        }
    }

    func randomNode() -> SimulatedNode { nodes[Int(faultChoices.below(UInt64(nodes.count)))] }

    /// The nodes that crash now.
    func crashVictims() -> [SimulatedNode] {
        let isAll = faultChoices.chance(plan.faults.crashAllPercent, in: 100)
        let victims = isAll ? nodes : [randomNode()]
        return victims.filter(\.isUp)
    }

    func planRestart(_ node: SimulatedNode) {
        let span = faultChoices.span(below: plan.faults.downTime * 2)
        schedule.plan(Occurrence(.restart, node: node.index, life: node.life), after: span)
    }

    /// Cuts links for a while.
    func cut(_ kind: FaultKind, _ links: [Int]) {
        guard !links.isEmpty else { return }
        faults[kind] += 1
        let number = network.cut(links)
        let span = faultChoices.span(below: plan.faults.partitionTime * 2)
        schedule.plan(Occurrence(.partitionHeals, number: number), after: span)
    }

    /// What one peer says to `node` becomes slow.
    func slowDown(toward node: SimulatedNode) {
        let peer = randomNode()
        slowLink = peer === node ? nil : network.link(peer.index, node.index)
        if slowLink != nil { faults[.slowLink] += 1 }
    }

    private func linksOfBridgedPartition() -> [Int] {
        guard network.nodeCount > 2 else { return [] }
        let leader = nodes.first { $0.process?.isLeading() == true } ?? randomNode()
        let others = nodes.filter { $0 !== leader }
        let bridge = others[Int(faultChoices.below(UInt64(others.count)))]
        // Half of the time what the leader says reaches even the bridge late.
        slowLink = faultChoices.chance(1, in: 2) ? network.link(leader.index, bridge.index) : nil
        if slowLink != nil { faults[.slowLink] += 1 }
        return network.linksOfBridgedPartition(
            around: leader.index, bridge: bridge.index, quorum: configuration.acceptQuorum, &faultChoices)
    }

    /// One direction of a link becomes slow, until the next is drawn.
    private func slowDown() {
        let (from, to) = (randomNode().index, randomNode().index)
        slowLink = from == to ? nil : network.link(from, to)
        if slowLink != nil { faults[.slowLink] += 1 }
    }

    /// The process stands still for a while.
    func pause(_ node: SimulatedNode) {
        guard node.isUp, !node.isPaused else { return }
        faults[.pause] += 1
        node.isPaused = true
        let span = faultChoices.span(below: plan.faults.pauseTime * 2)
        schedule.plan(Occurrence(.resume, node: node.index, life: node.life), after: span)
    }

    func resume(_ node: SimulatedNode) {
        guard node.isPaused else { return }
        node.isPaused = false
        node.resumed = now
        for occurrence in node.postponed { schedule.plan(occurrence, at: now) }
        node.postponed = []
    }

    private func fillDisk(of node: SimulatedNode) {
        guard !node.isDiskFull else { return }
        setDiskFull(true, node)
        let span = faultChoices.span(below: plan.faults.diskFullTime * 2)
        schedule.plan(Occurrence(.journalHasRoom, node: node.index), after: span)
    }

    /// Everything that is broken is mended, but for nodes that are gone for good.
    func mend() {
        isHealed = true
        network.healAll()
        giveQuestionsTime()
        for node in nodes where !node.isGone {
            resume(node)
            if node.isDiskFull { setDiskFull(false, node) }
            if !node.isUp { schedule.plan(Occurrence(.restart, node: node.index, life: node.life), after: .zero) }
        }
    }

    /// Who asks for all that there is, as clients do in the end, needs a time-out that is longer than the work.
    private func giveQuestionsTime() {
        plan.limits.queryTimeout = NodeLimits().queryTimeout
        for node in nodes { node.process?.node.core.limits.queryTimeout = plan.limits.queryTimeout }
    }

    /// The nodes that stay down from now on, if only a quorum heals.
    func drawGone() -> [SimulatedNode] {
        var gone = nodes.filter { isOut($0) || $0.hasDamage }
        var remaining = nodes.filter { !isOut($0) && !$0.hasDamage }
        // Before all have met, nobody can do without anybody.
        guard plan.healsQuorumOnly, remaining.allSatisfy({ $0.identity.formed != nil }) else { return gone }
        while remaining.count > configuration.acceptQuorum {
            gone.append(remaining.remove(at: Int(faultChoices.below(UInt64(remaining.count)))))
        }
        return gone
    }
}

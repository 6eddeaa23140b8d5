import PaxosBase
import PaxosLog

// How a run goes from faults to its end.
extension World {
    /// What every run reaches.
    static var minimumEvents: Int { 10_000 }
    static var minimumChosen: Int { 200 }
    /// How long clients may take for their last operations after healing.
    private var patience: TimeSpan { .seconds(60) }
    /// How long a healed world may take until the run is long enough, when its clients do have their answers.
    private var fullPatience: TimeSpan { .seconds(600) }
    /// How long all replicas may take until they are equal, when nothing else happens. Who lags learns at worst value by value,
    /// with a question and an answer for each. Who may have few bytes on their way to its disk refuses what does not fit, and
    /// asks again for it an interval later.
    private var teachingPatience: TimeSpan {
        let settings = engine.plan.replica
        let hasRoom = settings.maximumUnsyncedBytes >= 1 << 20
        let step = hasRoom ? settings.heartbeatInterval : settings.resendInterval
        return patience + step * UInt64(engine.chosenCount)
    }

    func fault(_ kind: FaultKind) {
        guard phase == .faults else { return }
        engine.planNext(kind)
        switch kind {
        case .crash: for node in engine.crashVictims() { crash(node) }
        case .handOver: handOver()
        case .stop: stop(engine.randomNode())
        case .connectionReset: resetConnection()
        case .diskFull:
            engine.happen(kind)
            for node in engine.nodes { engine.endInput(node) }
        default: engine.happen(kind)
        }
    }

    private func handOver() {
        guard let leader = engine.nodes.first(where: { $0.process?.isLeading() == true && !$0.isPaused }) else {
            return
        }
        engine.faults[.handOver] += 1
        if engine.plan.faults.handOverDeafens { engine.slowDown(toward: leader) }
        engine.step(leader, .handOverRequested)
        engine.endInput(leader)
    }

    private func stop(_ node: SimulatedNode) {
        guard node.isUp, !node.isPaused, !node.isStopping else { return }
        engine.faults[.stop] += 1
        node.isStopping = true
        engine.step(node, .stopRequested(isGraceful: true))
        for index in fronts[node.index].indices { step(.stopping, index, of: node) }
        engine.endInput(node)
    }

    private func resetConnection() {
        let (first, second) = (engine.randomNode(), engine.randomNode())
        guard first !== second else { return }
        engine.faults[.connectionReset] += 1
        engine.reset(first, second)
        for (node, peer) in [(first, second), (second, first)] where node.isUp && !node.isPaused {
            engine.step(node, .disconnected(peer.id))
            engine.endInput(node)
        }
    }

    /// Looks whether the phase has reached its aim.
    func advancePhase() {
        switch phase {
        case .faults: if engine.events >= engine.plan.safetyEvents { heal() }
        case .healed: if isLongEnough { askLastQuestions() }
        case .lastQuestions: if clients.allSatisfy(\.isDone) { fallSilent() }
        case .silence: if haveConverged { finish() }
        case .over: break
        }
    }

    private var isLongEnough: Bool {
        stall == .over && unfinishedClients == 0 && engine.events >= Self.minimumEvents
            && engine.chosenCount >= Self.minimumChosen
    }

    func heal() {
        phase = .healed
        engine.aim = Self.minimumEvents
        for node in engine.drawGone() {
            node.isGone = true
            crash(node)
        }
        engine.mend()
        healedAt = engine.now
        for node in engine.nodes { engine.endInput(node) }
        limit(.healed, to: patience)
        planStall()
    }

    private func askLastQuestions() {
        phase = .lastQuestions
        lastQuestionsBegan = engine.moment
        limit(.lastQuestions, to: patience)
    }

    private func fallSilent() {
        phase = .silence
        limit(.silence, to: teachingPatience)
    }

    private func finish() {
        phase = .over
        engine.isOver = true
    }

    /// The time for a phase is up.
    func timeIsUp(_ raw: UInt64) {
        if let stage = StallStage(rawValue: raw) { return stallGoesOn(after: stage) }
        guard let ended = Phase(rawValue: raw) else { return }
        if ended == .faults {
            if phase == .faults { heal() }
        } else if ended == .healed {
            guard phase == .healed else { return }
            let late = clients.count { $0.finished < engine.plan.clients.finalOperations }
            if late > 0 { return reportLate(late) }
            guard isExtended else {
                isExtended = true
                return limit(.healed, to: fullPatience)
            }
            let chosen = engine.chosenCount
            engine.findings.report(
                .liveness,
                "the run does not come to its end: \(engine.events) events, \(chosen) slots chosen, "
                    + LivenessChecker.tell(standings))
        } else if ended == phase {
            reportLate(clients.count { !$0.isDone })
        }
    }

    private func reportLate(_ unfinished: Int) {
        LivenessChecker().timeIsUp(unfinished: unfinished, standings: standings, engine.findings)
    }

    func standings(of place: Int) -> [LivenessChecker.Standing] {
        engine.healedNodes.map { node in
            LivenessChecker.Standing(
                node: node.id, watermark: node.process?.watermark(place) ?? .zero,
                applied: node.process?.applied(place) ?? .zero,
                digest: node.seats.isEmpty ? StateDigest() : node.seats[place].digest,
                leader: node.process?.leader(place), due: due(at: node, place))
        }
    }

    /// What the node's machine waits for, but for what is too far away to be waited for.
    private func due(at node: SimulatedNode, _ place: Int) -> LogTime? {
        guard !node.seats.isEmpty, let due = node.seats[place].nextDue else { return nil }
        let time = engine.nodes.compactMap { $0.process?.leadership(place, at: engine.clock($0))?.time }.max()
        return due <= (time ?? .zero) + .seconds(5) ? due : nil
    }

    private var haveConverged: Bool {
        (0..<engine.plan.groupCount).allSatisfy { place in
            engine.isEvenlyApplied(place) && LivenessChecker.haveConverged(standings(of: place))
        }
    }

    /// How the group stands that has not converged, or the first.
    private var standings: [LivenessChecker.Standing] {
        let late = (0..<engine.plan.groupCount).first { !LivenessChecker.haveConverged(standings(of: $0)) }
        return standings(of: late ?? 0)
    }

    private func history(of place: Int) -> Log {
        guard engine.plan.groupCount > 1 else { return history }
        var part = Log()
        part.entries = history.entries.filter { group(of: $0.client) == place }
        return part
    }

    /// After the last event: was what the clients saw right?
    func judgeHistory() {
        judgePushes()
        judgeFronts()
        for place in 0..<engine.plan.groupCount {
            var model = workload.makeModel()
            if let text = LinearizabilityChecker<W.Model>().check(history(of: place), on: &model) {
                engine.findings.report(.linearizability, text)
            }
        }
    }
}

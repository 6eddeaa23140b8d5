import PaxosBase
import PaxosLog

/// Which of a leader's messages stall, while its heartbeats pass.
enum BulkStall: Sendable {
    case outgoing, incoming
}

// In a healed world the leader's bulk connections stall. The others must choose without it.
extension World {
    enum StallStage: UInt64 {
        /// Numbers beside those of phases.
        case planned = 100
        case begun, awaited, over
    }

    /// How long a leader may go on without progress, others may take to notice, and the next to begin.
    private var stallPatience: TimeSpan {
        engine.plan.replica.progressLimit * 2 + engine.plan.replica.electionTimeout * 160 + engine.plan.clients.patience
            * 2
    }

    /// How long clients think. Where a stall is ahead the world only waits, and is not to be filled with what they do meanwhile.
    var thinkTime: TimeSpan {
        stall == .over ? engine.plan.clients.thinkTime : max(engine.plan.clients.thinkTime, stallPatience / 400)
    }

    /// Called when the world is healed.
    func planStall() {
        guard engine.plan.bulkStall != nil, engine.healedNodes.count > engine.configuration.acceptQuorum else { return }
        enter(.planned, for: engine.plan.replica.electionTimeout * 10)
    }

    private func enter(_ stage: StallStage, for span: TimeSpan) {
        stall = stage
        engine.schedule.plan(Occurrence(.timeLimit, number: stage.rawValue), after: span)
    }

    /// The time for a stage is up.
    func stallGoesOn(after stage: StallStage) {
        switch stage {
        case .planned:
            engine.faults[.bulkStall] += 1
            beginStall()
            enter(.begun, for: stallPatience)
        case .begun:
            chosenBeforeStall = chosenCounts
            enter(.awaited, for: stallPatience)
        case .awaited:
            judgeStall()
            engine.bulkStalled = nil
            stall = .over
            stallEnded = engine.now
        case .over: break
        }
    }

    private func beginStall() {
        let leader = engine.nodes.first { $0.process?.leader(0)?.node == $0.id }
        guard engine.plan.stallsAnother, let leader else {
            engine.bulkStalled = (leader ?? engine.randomNode()).index
            return
        }
        let others = engine.healedNodes.filter { $0 !== leader }
        engine.bulkStalled = engine.faultChoices.element(of: others).index
        engine.step(leader, .handOverRequested)
        engine.endInput(leader)
    }

    private var chosenCounts: [Int] { engine.groupCheckers.map(\.durableQuorum.chosenCount) }

    private func judgeStall() {
        let chosen = chosenCounts
        guard let place = chosen.indices.first(where: { chosen[$0] <= chosenBeforeStall[$0] }) else { return }
        let node = engine.nodes[engine.bulkStalled ?? 0].id
        let direction = engine.plan.bulkStall == .outgoing ? "from" : "to"
        engine.findings.report(
            .liveness,
            "nothing is chosen in group \(place) for \(stallPatience) while only heartbeats pass \(direction) \(node): "
                + LivenessChecker.tell(standings(of: place)))
    }
}

import DecreeNode
import PaxosBase
import PaxosLog

// Whoever subscribes to what the machines push.
extension World {
    static var hasPushes: Bool { Machine.Push.self != Never.self }

    /// A command is applied for the first time anywhere: what does it push?
    func notePushes(_ payload: Payload, _ place: Int, at slot: Slot, _ time: LogTime) {
        var outputs: [Machine.Output] = []
        var pushes: [Machine.Push] = []
        let command = ChosenCommand(slot: slot, time: time, payload: payload, isAwaited: false)
        pushModels[place].machine.apply([command], into: &outputs)
        pushModels[place].machine.takePushes(into: &pushes)
        pushModels[place].checker.applied(slot, pushes)
    }

    /// The ports of a node that has started begin to listen, or not.
    func subscribe(_ node: SimulatedNode) {
        guard let process = node.process else { return }
        for seat in seats[node.index] {
            for port in seat.ports.indices
            where engine.subscriberChoices.chance(engine.plan.subscribers.subscribePercent, in: 100) {
                seat.toggle(port, &process.node)
            }
        }
    }

    /// A port that hands in a request may subscribe, or think better of it, and is sometimes done with what it holds.
    func stir(_ port: Int, _ seat: Seat<Machine>, _ node: SimulatedNode) {
        guard let process = node.process,
            engine.subscriberChoices.chance(engine.plan.subscribers.togglePercent, in: 100)
        else { return }
        if seat.subscribers[port].held.count > 0, engine.subscriberChoices.chance(1, in: 2) { seat.drain(port) }
        seat.toggle(port, &process.node)
    }

    /// A port is handed what the turn pushed, before anything that the turn completed for it.
    func take(_ news: PortNews<Machine>, _ seat: Seat<Machine>, _ node: SimulatedNode, _ place: Int) {
        guard let port = seat.ports.firstIndex(of: news.port) else { return }
        let checker = pushModels[place].checker
        if let batch = news.pushes {
            if !batch.pushes.isEmpty { engine.sights[.pushed] += 1 }
            if case .lost = batch.end { engine.sights[.pushesLost] += 1 }
            checker.told(
                batch, to: &seat.subscribers[port], of: node.id, at: seat.applied, isEnding: node.isStopping,
                engine.findings)
            if engine.subscriberChoices.chance(engine.plan.subscribers.drainPercent, in: 100) { seat.drain(port) }
        }
        guard !news.completions.isEmpty else { return }
        checker.shows(seat.applied, to: seat.subscribers[port], of: node.id, engine.findings)
    }

    /// After the last event: was everybody told everything?
    func judgePushes() {
        for node in engine.nodes {
            for (place, seat) in seats[node.index].enumerated() {
                for subscriber in seat.subscribers {
                    pushModels[place].checker.shows(seat.applied, to: subscriber, of: node.id, engine.findings)
                }
            }
        }
    }
}

/// What a group's commands push, found out by applying each alone.
struct PushModel<Machine: StateMachine> where Machine.Push: Equatable {
    var machine: Machine
    var checker: PushChecker<Machine.Push>

    init(machine: Machine, limits: NodeLimits) {
        self.machine = machine
        self.machine.isPushing = true
        checker = PushChecker(
            limit: PushAmount(count: limits.maximumPushes, byteCount: limits.maximumPushBytes))
    }
}

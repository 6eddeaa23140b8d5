import DecreeNode
import PaxosBase
import PaxosLog

/// A front at its port, and what waits for its next turn.
final class FrontSeat<Front: ClientFront> {
    let front: Front
    private var completions: [NodeCompletion<Front.Machine>] = []
    private(set) var hasCompletions = false
    /// How the node stood in its last turn.
    var status = LoopStatus()
    /// Empty between events.
    var effects = FrontEffects<Front.Machine>()
    /// The virtual time of the earliest turn that is planned.
    var plannedTurn = UInt64.max

    init(_ front: Front) { self.front = front }

    // The parts of a turn stand here, where the types of a generic world need not be looked up.

    func stand(at clock: Instant) { front.step(.nodeStands(status), at: clock, into: &effects) }

    func complete(at clock: Instant) {
        let taken = completions
        completions = []
        hasCompletions = false
        front.step(.completed(taken), at: clock, into: &effects)
    }

    func endTurn(at clock: Instant) { front.step(.turnEnded, at: clock, into: &effects) }

    func add(_ news: [NodeCompletion<Front.Machine>]) {
        completions += news
        hasCompletions = true
    }
}

// What stands between the clients and the nodes. A front has turns of its own, as the loops of a server have.
extension World {
    /// A node starts: so do the fronts at its ports, if the workload has any.
    func openFronts(of node: SimulatedNode) {
        fronts[node.index] = []
        for _ in 0..<engine.plan.groupCount * Self.portCount {
            guard let front = workload.makeFront(of: node.id, choices: frontChoices.split()) else { return }
            fronts[node.index].append(FrontSeat(front))
        }
        for index in fronts[node.index].indices { planTurn(index, of: node, after: .zero) }
    }

    func frontIndex(_ place: Int, _ port: Int) -> Int { place * Self.portCount + port }

    /// Something happens at a front; more may be gathered before its turn ends.
    func step(_ event: FrontEvent<Machine, W.Operation>, _ index: Int, of node: SimulatedNode) {
        carryOut(event, index, of: node, at: engine.clock(node))
        planTurn(index, of: node, after: gatherTime)
    }

    private var gatherTime: TimeSpan {
        frontChoices.chance(1, in: 2) ? .zero : frontChoices.span(below: .microseconds(400))
    }

    private func planTurn(_ index: Int, of node: SimulatedNode, after span: TimeSpan) {
        planTurn(index, of: node, at: engine.now + span.nanoseconds)
    }

    private func planTurn(_ index: Int, of node: SimulatedNode, at time: UInt64) {
        guard time < fronts[node.index][index].plannedTurn else { return }
        fronts[node.index][index].plannedTurn = time
        engine.schedule.plan(
            Occurrence(.frontTurn, node: node.index, life: node.life, number: UInt64(index)), at: time)
    }

    /// What the node completed for a port reaches its front with the next turn.
    func hand(_ news: PortNews<Machine>, _ seat: Seat<Machine>, _ node: SimulatedNode, _ place: Int) {
        guard let port = seat.ports.firstIndex(of: news.port) else { return }
        let index = frontIndex(place, port)
        for completion in news.completions { see(completion) }
        fronts[node.index][index].add(news.completions)
        planTurn(index, of: node, after: gatherTime)
    }

    func takeTurn(_ occurrence: Occurrence) {
        let node = engine.nodes[Int(occurrence.node)]
        let index = Int(occurrence.number)
        let seat = fronts[node.index][index]
        // Another was planned before it, which has planned what comes next.
        guard engine.now >= seat.plannedTurn else { return }
        seat.plannedTurn = .max
        takeTurn(index, of: node, at: engine.clock(node))
        if node.hasRequests { engine.endInput(node) }
        guard node.isUp, !fronts[node.index].isEmpty, let deadline = seat.front.nextDeadline else { return }
        planTurn(index, of: node, at: max(engine.now, node.clock.time(of: deadline)))
    }

    private func takeTurn(_ index: Int, of node: SimulatedNode, at clock: Instant) {
        guard let process = node.process else { return }
        let seat = fronts[node.index][index]
        process.node.core.report(group: index / Self.portCount, into: &seat.status)
        seat.stand(at: clock)
        carryOut(seat, index, of: node)
        if seat.hasCompletions {
            seat.complete(at: clock)
            carryOut(seat, index, of: node)
        }
        seat.endTurn(at: clock)
        carryOut(seat, index, of: node)
    }

    private func carryOut(
        _ event: FrontEvent<Machine, W.Operation>, _ index: Int, of node: SimulatedNode, at clock: Instant
    ) {
        let seat = fronts[node.index][index]
        seat.front.step(event, at: clock, into: &seat.effects)
        carryOut(seat, index, of: node)
    }

    /// What the front wants done, if anything.
    private func carryOut(_ front: FrontSeat<W.Front>, _ index: Int, of node: SimulatedNode) {
        guard !front.effects.isEmpty else { return }
        let effects = front.effects.take()
        for told in effects.outcomes { tell(told.call, told.outcome) }
        if let finding = effects.finding { engine.findings.report(.outcome, "\(node.id): \(finding)") }
        handIn(effects, index, of: node)
    }

    /// What a front wants of its node waits for the node's next turn.
    private func handIn(_ effects: FrontEffects<Machine>, _ index: Int, of node: SimulatedNode) {
        guard !effects.requests.isEmpty || !effects.stopped.isEmpty else { return }
        let seat = seats[node.index][index / Self.portCount]
        let port = seat.ports[index % Self.portCount]
        for token in effects.stopped { seat.cancel(RequestKey(port: port, token: token)) }
        for (request, call) in effects.requests {
            register(request, of: call, index / Self.portCount)
            seat.add(request, from: port)
        }
        node.hasRequests = true
    }

    /// What a front hands over for a call is what its client proposes.
    private func register(_ request: NodeRequest<Machine>, of call: Int?, _ place: Int) {
        guard case .command(let payload, _) = request, let call else { return }
        if engine.groupCheckers[place].proposed.place(of: payload) != nil {
            return engine.findings.report(.outcome, "\(history.entries[call].operation) is handed over twice")
        }
        engine.groupCheckers[place].proposed.proposed(payload, place: call)
    }

    private func tell(_ entry: Int, _ outcome: ToldOutcome<Machine>) {
        outcomes.told(entry, engine.findings)
        switch outcome {
        case .output(let output): conclude(entry, .output(output))
        case .answer(let answer, let isLinearizable):
            conclude(entry, .answer(answer, isLinearizable: isLinearizable))
        case .refused: conclude(entry, .refused)
        case .unknown: conclude(entry, .unknown)
        }
    }

    // MARK: Ends

    /// The node has told its last; what fronts ask for now meets nobody but a refusal.
    func settleAll(at node: SimulatedNode, _ place: Int) {
        guard !fronts[node.index].isEmpty else { return }
        for port in 0..<Self.portCount {
            let index = frontIndex(place, port)
            let seat = fronts[node.index][index]
            // The answer to one question may be the reason for the next, a little later.
            for _ in 0..<3 {
                takeTurn(index, of: node, at: max(engine.clock(node), seat.front.nextDeadline ?? .zero))
                seat.add(seats[node.index][place].refuseWaiting(port, .stopped))
            }
        }
    }

    /// After the last event: did fronts tell what they should have told by now?
    func judgeFronts() {
        guard engine.isHealed else { return }
        let span = TimeSpan(nanoseconds: engine.now - min(engine.now, healedAt))
        for node in engine.nodes where node.isUp && !node.isPaused {
            for index in fronts[node.index].indices {
                carryOut(.judged(healedFor: span), index, of: node, at: engine.clock(node))
            }
        }
    }
}

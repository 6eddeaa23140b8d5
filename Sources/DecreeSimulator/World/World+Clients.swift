import PaxosBase
import PaxosLog

// The clients: each does one thing after another and waits for the result, but not for ever.
extension World {
    /// A client does the next thing, at a replica of its choice.
    func act(_ client: Int) {
        guard clients[client].current == nil, !clients[client].isDone, phase != .silence else { return }
        guard let node = chooseNode() else { return think(client, at: .milliseconds(5)) }
        let operation =
            phase == .lastQuestions
            ? workload.finalQuestion() : workload.nextOperation(client: client, random: &clientRandom)
        engine.moment += 1
        let entry = history.entries.count
        history.entries.append(.init(client: client, operation: operation, invoked: engine.moment))
        clients[client].current = entry
        clients[client].node = node.index
        if case .command(let payload) = workload.request(for: operation) {
            engine.checkers.proposed.proposed(payload, place: entry)
        }
        engine.schedule.plan(
            Occurrence(.submission, node: node.index, life: node.life, number: UInt64(entry)), after: .zero)
        engine.schedule.plan(
            Occurrence(.clientGivesUp, node: client, number: UInt64(entry)), after: engine.plan.clients.patience)
    }

    private func chooseNode() -> SimulatedNode? {
        let running = engine.nodes.filter(\.isUp)
        guard !running.isEmpty else { return nil }
        if clientRandom.chance(engine.plan.clients.leaderPercent, in: 100),
            let leader = running.first(where: { $0.process?.replica.isLeading == true })
        {
            return leader
        }
        return running[Int(clientRandom.below(UInt64(running.count)))]
    }

    private func think(_ client: Int, at span: TimeSpan) {
        engine.schedule.plan(Occurrence(.clientActs, node: client), after: span)
    }

    /// An operation reaches its replica.
    func submit(_ occurrence: Occurrence) {
        let node = engine.nodes[Int(occurrence.node)]
        let entry = Int(occurrence.number)
        guard occurrence.life == node.life, node.isUp else { return conclude(entry, .unknown) }
        switch workload.request(for: history.entries[entry].operation) {
        case .command(let payload):
            engine.step(node, .proposed([Proposal(token: UInt64(entry), payload: payload)]))
            engine.endInput(node)
        case .linearizableRead:
            engine.step(node, .readRequested(ReadToken(UInt64(entry))))
            engine.endInput(node)
        case .serializableRead: ask(entry, at: node, isLinearizable: false)
        }
    }

    func settle(_ outcome: Outcome, at node: SimulatedNode) {
        switch outcome {
        case .readReady(let token): ask(Int(token.rawValue), at: node, isLinearizable: true)
        case .readFailed(let token):
            engine.sights[.readFailed] += 1
            conclude(Int(token.rawValue), .unknown)
        case .rejected(let token, _):
            engine.sights[.commandRejected] += 1
            conclude(Int(token), .refused)
        case .unknown(let token):
            engine.sights[.unknownOutcome] += 1
            conclude(Int(token), .unknown)
        case .leaderChanged: break
        }
    }

    /// Begins to answer a question on the state as it is.
    private func ask(_ entry: Int, at node: SimulatedNode, isLinearizable: Bool) {
        guard clients[history.entries[entry].client].current == entry else { return }
        let query: Machine.Query
        switch workload.request(for: history.entries[entry].operation) {
        case .linearizableRead(let question), .serializableRead(let question): query = question
        case .command: return
        }
        settle(machines[node.index]!.begin(query), of: entry, at: node, isLinearizable)
    }

    /// Goes on with every question that was begun here, by one step.
    func advanceQuestions(_ node: SimulatedNode) {
        let open = questions[node.index]
        questions[node.index] = []
        node.openQuestions = 0
        for question in open {
            guard clients[history.entries[question.entry].client].current == question.entry else {
                machines[node.index]!.abandon(question.cursor)
                continue
            }
            let step = machines[node.index]!.advance(question.cursor)
            settle(step, of: question.entry, at: node, question.isLinearizable)
        }
    }

    private func settle(
        _ step: QueryStep<Machine.Answer, Machine.Cursor>, of entry: Int, at node: SimulatedNode,
        _ isLinearizable: Bool
    ) {
        switch step {
        case .finished(let answer): conclude(entry, .answer(answer, isLinearizable: isLinearizable))
        case .unfinished(let cursor):
            node.openQuestions += 1
            questions[node.index].append(
                OpenQuestion(entry: entry, cursor: cursor, isLinearizable: isLinearizable))
        }
    }

    /// A client is out of patience.
    func giveUp(_ client: Int, entry: Int) {
        guard clients[client].current == entry else { return }
        conclude(entry, .unknown)
    }

    /// An operation ends for its client, if it still waits for it.
    func conclude(_ entry: Int, _ result: Log.Result) {
        let client = history.entries[entry].client
        guard clients[client].current == entry else { return }
        engine.moment += 1
        clients[client].current = nil
        history.entries[entry].result = result
        switch result {
        case .output, .answer:
            history.entries[entry].returned = engine.moment
            if phase != .faults { clients[client].finished += 1 }
            if phase == .lastQuestions, history.entries[entry].invoked > lastQuestionsBegan {
                clients[client].isDone = true
            }
        case .unknown: break
        case .refused:
            // Who is turned away comes back later: a full disk must not make a run of refusals.
            return think(client, at: .milliseconds(1 + clientRandom.below(10)))
        }
        think(client, at: clientRandom.span(below: engine.plan.clients.thinkTime * 2))
    }
}

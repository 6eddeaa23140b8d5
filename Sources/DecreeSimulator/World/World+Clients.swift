import DecreeNode
import PaxosBase
import PaxosLog

// The clients: each does one thing after another and waits for the result, but not for ever.
extension World {
    /// A client does the next thing, at a replica of its choice.
    func act(_ client: Int) {
        guard clients[client].current == nil, !clients[client].isDone, phase != .silence else { return }
        guard let node = chooseNode(group(of: client)) else { return think(client, at: .milliseconds(5)) }
        let operation =
            phase == .lastQuestions
            ? workload.finalQuestion() : workload.nextOperation(client: client, choices: &clientChoices)
        engine.moment += 1
        clients[client].wantsSince = clients[client].wantsSince ?? engine.now
        let entry = history.entries.count
        history.entries.append(.init(client: client, operation: operation, invoked: engine.moment))
        owners.append(client)
        clients[client].current = entry
        clients[client].node = node.index
        if fronts[node.index].isEmpty { prepare(operation, of: client, entry) }
        engine.schedule.plan(
            Occurrence(.submission, node: node.index, life: node.life, number: UInt64(entry)), after: .zero)
        engine.schedule.plan(
            Occurrence(.clientGivesUp, node: client, number: UInt64(entry)), after: engine.plan.clients.patience)
    }

    /// What the client says to the node itself.
    private func prepare(_ operation: W.Operation, of client: Int, _ entry: Int) {
        let request = workload.request(for: operation)
        requests[client] = request
        if case .command(let payload) = request {
            engine.groupCheckers[group(of: client)].proposed.proposed(payload, place: entry)
        }
    }

    private func chooseNode(_ group: Int) -> SimulatedNode? {
        // While progress is demanded beside a stalled node, no client waits for that one: else nothing may be asked of the others.
        let running = engine.nodes.filter { $0.isUp && (stall != .awaited || $0.index != engine.bulkStalled) }
        guard !running.isEmpty else { return nil }
        if clientChoices.chance(engine.plan.clients.leaderPercent, in: 100),
            let leader = running.first(where: { $0.process?.isLeading(group) == true })
        {
            return leader
        }
        return running[Int(clientChoices.below(UInt64(running.count)))]
    }

    private func think(_ client: Int, at span: TimeSpan) {
        engine.schedule.plan(Occurrence(.clientActs, node: client), after: span)
    }

    /// An operation reaches its node: it goes in with the next turn.
    func submit(_ occurrence: Occurrence) {
        let node = engine.nodes[Int(occurrence.node)]
        let entry = Int(occurrence.number)
        guard occurrence.life == node.life, node.isUp else { return conclude(entry, .unknown) }
        let client = owners[entry]
        let group = group(of: client)
        let seat = seats[node.index][group]
        let port = port(of: client)
        outcomes.look(engine.nodes, at: engine.now, engine.findings)
        outcomes.asked(entry, of: node, at: engine.now)
        guard fronts[node.index].isEmpty else {
            return step(
                .called(entry, history.entries[entry].operation), frontIndex(group, port), of: node)
        }
        if Self.hasPushes { stir(port, seat, node) }
        seat.add(request(for: entry), from: seat.ports[port])
        node.hasRequests = true
        engine.endInput(node)
    }

    private func request(for entry: Int) -> NodeRequest<Machine> {
        switch clientRequest(for: entry) {
        case .command(let payload): .command(payload, token: UInt64(entry))
        case .linearizableRead(let query): .query(query, linearizable: true, token: UInt64(entry))
        case .serializableRead(let query): .query(query, linearizable: false, token: UInt64(entry))
        }
    }

    /// As it was sent; made anew for what its client waits for no more.
    private func clientRequest(for entry: Int) -> ClientRequest<Machine.Query> {
        let client = owners[entry]
        guard clients[client].current == entry, let request = requests[client] else {
            return workload.request(for: history.entries[entry].operation)
        }
        return request
    }

    private func isLinearizable(_ entry: Int) -> Bool {
        if case .serializableRead = clientRequest(for: entry) { return false }
        return true
    }

    /// Hands clients what the turn completed for them.
    func deliver(_ node: SimulatedNode, _ place: Int) {
        let seat = seats[node.index][place]
        while let news = seat.takeNews() {
            if Self.hasPushes { take(news, seat, node, place) }
            guard fronts[node.index].isEmpty else {
                hand(news, seat, node, place)
                continue
            }
            for completion in news.completions {
                let entry = Int(completion.token)
                let client = owners[entry]
                if self.group(of: client) != place || seat.ports[port(of: client)] != news.port {
                    engine.findings.report(
                        .pairing, "what \(node.id) says of \(history.entries[entry].operation) reaches another port")
                }
                settle(completion, entry)
            }
        }
    }

    private func settle(_ completion: NodeCompletion<Machine>, _ entry: Int) {
        see(completion)
        outcomes.told(entry, engine.findings)
        switch completion {
        case .output(_, let output): conclude(entry, .output(output))
        case .answer(_, let answer): conclude(entry, .answer(answer, isLinearizable: isLinearizable(entry)))
        case .failed(_, .unknownOutcome): conclude(entry, .unknown)
        case .failed: conclude(entry, .refused)
        }
    }

    /// Counts how a request ended.
    func see(_ completion: NodeCompletion<Machine>) {
        switch completion {
        case .output, .answer: break
        case .failed(_, .unknownOutcome): engine.sights[.unknownOutcome] += 1
        case .failed(_, .noLeader), .failed(_, .timedOut): engine.sights[.readFailed] += 1
        case .failed: engine.sights[.commandRejected] += 1
        }
    }

    /// A client is out of patience.
    func giveUp(_ client: Int, entry: Int) {
        guard clients[client].current == entry else { return }
        if clientChoices.chance(1, in: 2) { cancel(entry, of: client) }
        conclude(entry, .unknown)
    }

    private func cancel(_ entry: Int, of client: Int) {
        let node = engine.nodes[clients[client].node]
        let group = group(of: client)
        guard node.isUp, !node.isPaused else { return }
        outcomes.gaveUp(entry)
        guard fronts[node.index].isEmpty else {
            return step(.cancelled(entry), frontIndex(group, port(of: client)), of: node)
        }
        let seat = seats[node.index][group]
        seat.cancel(RequestKey(port: seat.ports[port(of: client)], token: UInt64(entry)))
    }

    /// A client has what it wanted, perhaps after several tries: in a healed world within a bound.
    private func noteServed(_ client: Int, _ entry: Int) {
        let since = clients[client].wantsSince ?? engine.now
        clients[client].wantsSince = nil
        // Who asks a node that stalls has to wait for the end of that.
        guard phase != .faults, stall == .over else { return }
        let begin = max(since, healedAt, stallEnded)
        LivenessChecker().served(
            after: TimeSpan(nanoseconds: engine.now - begin), limit: engine.plan.calmLatency, engine.findings
        ) { "\(history.entries[entry].operation)" }
    }

    private func noteFinished(_ client: Int) {
        clients[client].finished += 1
        if clients[client].finished == engine.plan.clients.finalOperations { unfinishedClients -= 1 }
    }

    private func tellWorkload(_ result: Log.Result, of operation: W.Operation) {
        switch result {
        case .output(let output): workload.saw(output, of: operation)
        case .answer(let answer, _): workload.saw(answer, to: operation)
        case .unknown, .refused: break
        }
    }

    /// An operation ends for its client, if it still waits for it.
    func conclude(_ entry: Int, _ result: Log.Result) {
        let client = owners[entry]
        guard clients[client].current == entry else { return }
        engine.moment += 1
        clients[client].current = nil
        history.entries[entry].result = result
        tellWorkload(result, of: history.entries[entry].operation)
        switch result {
        case .output, .answer:
            history.entries[entry].returned = engine.moment
            noteServed(client, entry)
            if phase != .faults { noteFinished(client) }
            if phase == .lastQuestions, history.entries[entry].invoked > lastQuestionsBegan {
                clients[client].isDone = true
            }
        case .unknown: break
        case .refused:
            // Who is turned away comes back later: a full disk must not make a run of refusals.
            return think(client, at: .milliseconds(1 + clientChoices.below(10)))
        }
        think(client, at: clientChoices.span(below: thinkTime * 2))
    }
}

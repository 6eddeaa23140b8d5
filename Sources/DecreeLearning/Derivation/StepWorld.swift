/// What can happen in the world of a step.
enum StepAction<Message: StepMessage>: Hashable {
    case proposes(UInt8)
    case arrives(Message)
    case dies(UInt8)
}

/// The nodes of a step in a world where each message arrives, at any time, and nodes die.
///
/// No message is lost: what breaks here breaks on a perfect network.
struct StepWorld<Node: StepNode>: Explorable {
    typealias Message = Node.Message
    typealias Action = StepAction<Message>

    let plan: StepPlan
    private(set) var nodes: [Node]
    /// Ascending, each once: what arrives twice tells nothing new.
    private(set) var mail: [Message] = []
    private var dead: UInt8 = 0
    private var proposed: UInt8 = 0

    init(_ plan: StepPlan) {
        self.plan = plan
        nodes = (0..<plan.nodes).map { Node(place: $0, in: plan) }
    }

    /// Equal worlds are reached by equal plans.
    func hash(into hasher: inout Hasher) {
        hasher.combine(nodes)
        hasher.combine(mail)
        hasher.combine(dead)
        hasher.combine(proposed)
    }

    func isAlive(_ place: Int) -> Bool { dead & (1 << UInt8(place)) == 0 }

    private func mayPropose(_ place: Int) -> Bool { isAlive(place) && proposed & (1 << UInt8(place)) == 0 }

    func actions() -> [Action] {
        var actions = mail.map { Action.arrives($0) }
        for place in plan.proposers where mayPropose(place) { actions.append(.proposes(UInt8(place))) }
        guard dead.nonzeroBitCount < plan.deaths else { return actions }
        return actions + nodes.indices.filter(isAlive).map { .dies(UInt8($0)) }
    }

    mutating func perform(_ action: Action) -> String? { happen(action).finding }

    /// The same, telling what was sent.
    mutating func happen(_ action: Action) -> (sent: [Message], finding: String?) {
        var sent: [Message] = []
        switch action {
        case .proposes(let place):
            proposed |= 1 << place
            nodes[Int(place)].propose(plan.wish(of: Int(place)), &sent)
        case .arrives(let message):
            mail.removeAll { $0 == message }
            nodes[message.receiver].receive(message, &sent)
        case .dies(let place):
            dead |= 1 << place
            mail.removeAll { $0.receiver == place }
        }
        deliver(&sent)
        return (sent, finding)
    }

    private mutating func deliver(_ sent: inout [Message]) {
        var next = 0
        while next < sent.count {
            let message = sent[next]
            next += 1
            if message.sender == message.receiver {
                nodes[message.receiver].receive(message, &sent)
            } else if isAlive(message.receiver) {
                post(message)
            }
        }
    }

    private mutating func post(_ message: Message) {
        let place = mail.firstIndex { $0 >= message } ?? mail.count
        if place < mail.count, mail[place] == message { return }
        mail.insert(message, at: place)
    }
}

// MARK: What is wrong

extension StepWorld {
    private var finding: String? {
        switch plan.property {
        case .agreement: disagreement
        case .validity: invention
        case .progress: standstill
        }
    }

    private var disagreement: String? {
        var first: Wish?
        for node in nodes {
            guard let decided = node.decided else { continue }
            if let first, first != decided {
                return "agreement: \(min(first, decided)) and \(max(first, decided)) are decided"
            }
            first = decided
        }
        return nil
    }

    private var invention: String? {
        let wanted = plan.proposers.filter { proposed & (1 << UInt8($0)) != 0 }.map(plan.wish)
        guard let invented = nodes.lazy.compactMap(\.decided).first(where: { !wanted.contains($0) }) else { return nil }
        return "validity: \(invented) is decided, and nobody wanted it"
    }

    /// Nothing but a further death could happen, and somebody who lives waits.
    private var standstill: String? {
        guard mail.isEmpty, !plan.proposers.contains(where: mayPropose) else { return nil }
        let living = nodes.indices.filter(isAlive)
        guard living.count >= plan.majority else { return nil }
        guard let waiting = living.first(where: { nodes[$0].isWaiting }) else { return nil }
        return "progress: node \(waiting) waits for ever, although \(living.count) of \(nodes.count) nodes live"
    }
}

/// What can happen in the world of a step.
enum StepAction<Message: StepMessage>: Hashable, Sendable {
    case proposes(UInt8)
    case arrives(Message)
    case dies(UInt8)
    case restarts(UInt8)
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
    /// Bits by place.
    private(set) var dead: UInt8 = 0
    private(set) var proposed: UInt8 = 0
    private(set) var restarts: UInt8 = 0

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
        hasher.combine(restarts)
    }

    func isAlive(_ place: Int) -> Bool { dead & (1 << UInt8(place)) == 0 }

    func actions() -> [Action] {
        var actions = mail.map { Action.arrives($0) }
        for place in plan.proposers where mayPropose(place) { actions.append(.proposes(UInt8(place))) }
        if dead.nonzeroBitCount < plan.deaths { actions += mortals.filter(isAlive).map { .dies(UInt8($0)) } }
        if restarts < plan.restarts { actions += mortals.filter(isAlive).map { .restarts(UInt8($0)) } }
        return actions
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
        case .restarts(let place):
            restarts += 1
            nodes[Int(place)].restart(&sent)
        case .dies(let place):
            dead |= 1 << place
            mail.removeAll { $0.receiver == place || plan.losesLastWords && $0.sender == place }
        }
        deliver(&sent)
        if Node.isSometimesDeaf { mail.removeAll { nodes[$0.receiver].isDeaf(to: $0) } }
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

    /// What a node in some state does by itself at something that happens, whatever the others do.
    func alone(_ node: Node, at place: Int, _ action: Action) -> (node: Node, sent: [Message]) {
        var world = self
        world.nodes[place] = node
        world.mail = []
        world.dead = 0
        world.proposed = 0
        let sent = world.happen(action).sent
        return (world.nodes[place], sent)
    }

    private mutating func post(_ message: Message) {
        let place = mail.firstIndex { $0 >= message } ?? mail.count
        if place < mail.count, mail[place] == message { return }
        mail.insert(message, at: place)
    }
}

// MARK: What is wrong

extension StepWorld: JudgedWorld {
    var hasMail: Bool { !mail.isEmpty }
    func hasProposed(_ place: Int) -> Bool { proposed & (1 << UInt8(place)) != 0 }
    func decisions(_ place: Int) -> WishList { nodes[place].decisions }
    func isWaiting(_ place: Int) -> Bool { nodes[place].isWaiting }
}

import PaxosBase

/// The nodes of a step and their messages, each with a number.
final class StepNumbering<Node: StepNode>: StepNumbers {
    typealias Message = Node.Message

    private(set) var receivedBy: [PacketSet]
    private(set) var sentBy: [PacketSet]
    private(set) var takeovers = PacketSet()
    private(set) var order: [Int] = []
    private let world: StepWorld<Node>
    private var messages: [Message] = []
    private var numberOfMessage: [Message: Int] = [:]
    private var nodes: [[Node]]
    private var numberOfNode: [[Node: UInt16]]

    /// - Parameter world: Whose nodes' states get the number zero.
    init(_ world: StepWorld<Node>) {
        invariant(world.nodes.count <= StepCode.maximumNodes, "a small world: \(world.nodes.count) nodes")
        self.world = world
        receivedBy = Array(repeating: PacketSet(), count: world.nodes.count)
        sentBy = receivedBy
        nodes = world.nodes.map { [$0] }
        numberOfNode = world.nodes.map { [$0: 0] }
    }

    var plan: StepPlan { world.plan }

    /// The world by its numbers.
    func code() -> StepCode {
        var mail = PacketSet()
        for message in world.mail { mail.insert(number(of: message)) }
        return StepCode(
            StepTables(self), mail: mail, dead: world.dead, proposed: world.proposed,
            restarts: world.restarts)
    }

    /// What a search through the numbers found, as it happens to the world.
    func action(_ action: StepCode.Action) -> StepAction<Message> {
        switch action.kind {
        case .arrives: .arrives(messages[Int(action.message)])
        case .proposes: .proposes(action.place)
        case .dies: .dies(action.place)
        case .restarts: .restarts(action.place)
        }
    }

    func facts(_ place: Int, _ state: UInt16) -> StepTables.Facts {
        let node = nodes[place][Int(state)]
        return StepTables.Facts(decisions: node.decisions, isWaiting: node.isWaiting)
    }

    var isSometimesDeaf: Bool { Node.isSometimesDeaf }

    func isDeaf(_ place: Int, _ state: UInt16, to message: Int) -> Bool {
        nodes[place][Int(state)].isDeaf(to: messages[message])
    }

    func work(_ place: Int, _ state: UInt16, _ event: Int) -> StepTables.Outcome {
        let (node, said) = world.alone(nodes[place][Int(state)], at: place, action(event, at: place))
        var sent = PacketSet()
        for message in said where message.receiver != place { sent.insert(number(of: message)) }
        return StepTables.Outcome(next: number(of: node, at: place), sent: sent)
    }

    private func action(_ event: Int, at place: Int) -> StepAction<Message> {
        switch event {
        case StepTables.proposes: .proposes(UInt8(place))
        case StepTables.restarts: .restarts(UInt8(place))
        default: .arrives(messages[event])
        }
    }

    private func number(of node: Node, at place: Int) -> UInt16 {
        if let known = numberOfNode[place][node] { return known }
        invariant(nodes[place].count < Int(UInt16.max), "states of a node fit 16 bits")
        let number = UInt16(nodes[place].count)
        numberOfNode[place][node] = number
        nodes[place].append(node)
        return number
    }

    private func number(of message: Message) -> Int {
        if let known = numberOfMessage[message] { return known }
        let number = messages.count
        invariant(number < StepTables.maximumMessages, "messages that a small world can send: \(number)")
        numberOfMessage[message] = number
        messages.append(message)
        receivedBy[message.receiver].insert(number)
        sentBy[message.sender].insert(number)
        order.insert(number, at: order.firstIndex { messages[$0] > message } ?? order.count)
        if case .proposes(let round, let wish) = message.meaning, wish != plan.wish(of: Int(round.place)) {
            takeovers.insert(number)
        }
        return number
    }
}

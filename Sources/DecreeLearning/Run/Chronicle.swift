/// Writes down what happens in a world, in words.
struct Chronicle<Node: StepNode> {
    typealias Message = Node.Message

    private(set) var world: StepWorld<Node>
    private(set) var moments: [Moment] = []
    private(set) var ballots: BallotBook
    /// When each message that is under way was sent.
    private var sentAt: [Message: Int] = [:]

    init(_ plan: StepPlan) {
        world = StepWorld(plan)
        ballots = BallotBook(nodes: plan.nodes, quorum: Node.quorum(of: plan), keepsPromises: Node.keepsPromises)
    }

    /// A run from its beginning.
    init(_ plan: StepPlan, _ actions: [StepAction<Message>]) {
        self.init(plan)
        for action in actions { _ = happen(action) }
    }

    var run: Run { Run(nodes: world.nodes.count, moments: moments) }

    /// - Returns: What is wrong from now on.
    mutating func happen(_ action: StepAction<Message>) -> String? {
        let before = world
        let (sent, finding) = world.happen(action)
        let number = moments.count + 1
        moments.append(
            Moment(happening: happening(action), text: text(of: action), consequences: consequences(since: before)))
        for message in sent where !before.mail.contains(message) { sentAt[message] = number }
        for message in sent { ballots.hear(message.meaning, from: message.sender, at: number) }
        return finding
    }

    private func happening(_ action: StepAction<Message>) -> Moment.Happening {
        switch action {
        case .proposes(let place): .wants(node: Int(place))
        case .dies(let place): .dies(node: Int(place))
        case .restarts(let place): .restarts(node: Int(place))
        case .arrives(let message):
            .arrives(from: message.sender, to: message.receiver, sentAt: sentAt[message] ?? 0)
        }
    }

    /// What can be said of an action before it happens.
    func text(of action: StepAction<Message>) -> String {
        switch action {
        case .proposes(let place): "node \(place) wants \(world.plan.wishText(of: Int(place)))"
        case .dies(let place): "node \(place) dies"
        case .restarts(let place): "node \(place) crashes and starts again"
        case .arrives(let message): message.description
        }
    }

    private func consequences(since before: StepWorld<Node>) -> [String] {
        var lines: [String] = []
        for (place, node) in world.nodes.enumerated() {
            let former = before.nodes[place]
            if let holding = node.holding, holding != former.holding { lines.append("node \(place) holds \(holding)") }
            let news = node.decisions.wishes.dropFirst(former.decisions.count)
            if !news.isEmpty {
                lines.append("node \(place) \(Node.verb) " + news.map(\.description).joined(separator: " and "))
            }
        }
        return lines
    }
}

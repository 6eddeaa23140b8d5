import DecreePages

/// Records what happens in the world of a step for a page.
struct Recording<Node: StepNode> {
    typealias Message = Node.Message

    private let step: Step
    private var world: StepWorld<Node>
    private var ballots: BallotBook
    private var kinds: [RecordedKind] = []
    private var events: [RecordedEvent] = []
    private var messages: [RecordedMessage] = []
    /// By message under way: its place among all.
    private var underWay: [Message: Int] = [:]

    /// A run from its beginning.
    init(of step: Step, _ actions: [StepAction<Message>]) {
        self.step = step
        let plan = step.plan
        world = StepWorld(plan)
        ballots = BallotBook(nodes: plan.nodes, quorum: Node.quorum(of: plan), keepsPromises: Node.keepsPromises)
        for action in actions { happen(action) }
    }

    // MARK: What happens

    private mutating func happen(_ action: StepAction<Message>) {
        let before = world
        let rows = ballots.rows
        let sent = world.happen(action).sent
        let number = events.count + 1
        for message in sent { ballots.hear(message.meaning, from: message.sender, at: number) }
        var event = begin(action)
        event.consequences = consequences(at: event.node, since: before)
        event.facts = facts(of: event.node)
        if ballots.rows != rows { event.voting = ballots.rows }
        event.judgement = ballots.judgement(at: number)
        events.append(event)
        for message in sent where message.sender != message.receiver { send(message, before) }
        loseMail()
    }

    private mutating func begin(_ action: StepAction<Message>) -> RecordedEvent {
        switch action {
        case .proposes(let place):
            return RecordedEvent(
                node: Int(place), kind: self.place(of: .wants(in: step)),
                text: "wants \(world.plan.wish(of: Int(place)))")
        case .dies(let place):
            return RecordedEvent(node: Int(place), kind: self.place(of: .dies), text: "dies")
        case .arrives(let message):
            var event = RecordedEvent(
                node: message.receiver, kind: place(of: message.kind(in: step)), text: message.description)
            event.message = underWay.removeValue(forKey: message)
            if let number = event.message { messages[number].fate = .arrived(events.count) }
            return event
        }
    }

    private mutating func place(of kind: RecordedKind) -> Int {
        if let place = kinds.firstIndex(of: kind) { return place }
        kinds.append(kind)
        return kinds.count - 1
    }

    /// A message leaves; one that is under way already tells nothing new.
    private mutating func send(_ message: Message, _ before: StepWorld<Node>) {
        guard underWay[message] == nil else { return }
        underWay[message] = messages.count
        messages.append(
            RecordedMessage(
                from: message.sender, to: message.receiver, kind: place(of: message.kind(in: step)),
                text: message.description, sentBy: events.count - 1))
    }

    /// What was under way to somebody who is dead is lost.
    private mutating func loseMail() {
        for (message, number) in underWay where !world.isAlive(message.receiver) {
            messages[number].fate = .lost(events.count - 1)
            underWay[message] = nil
        }
    }

    // MARK: What nodes hold

    private func consequences(at place: Int, since before: StepWorld<Node>) -> [String] {
        let (node, former) = (world.nodes[place], before.nodes[place])
        var lines: [String] = []
        if let holding = node.holding, holding != former.holding { lines.append("holds \(holding)") }
        if let decided = node.decided, decided != former.decided { lines.append("decides \(decided)") }
        return lines
    }

    private func facts(of place: Int) -> [RecordedFact] {
        let node = world.nodes[place]
        var facts = node.facts
        if let decided = node.decided {
            facts.append(RecordedFact("decided", decided.description, weight: .decided))
        } else if node.isWaiting {
            facts.append(RecordedFact("waits", "for a decision"))
        }
        if !world.isAlive(place) { facts.append(RecordedFact("dead", "", weight: .down)) }
        return facts
    }

    // MARK: The whole

    /// - Parameters:
    ///   - finding: What is wrong in the end; nil when nothing is.
    ///   - states: How many were reached in the search for it.
    func told(finding: String?, states: Int) -> RecordedRun {
        var run = RecordedRun(
            title: Self.sentence(step.title),
            origin: step == .liar ? "The way to Paxos, and beyond it" : "The way to Paxos, step \(step.number)",
            command: "decree learn \(step.number) --html FILE",
            nodes: world.nodes.indices.map { RecordedNode(name: "node \($0)") }, kinds: kinds)
        run.introduction = [step.idea]
        run.changes = step.changes.map { RecordedChange(file: $0.file, former: $0.former, new: $0.new) }
        run.verdict = RecordedVerdict(
            holds: finding == nil,
            text: finding.map { "It breaks \($0)" } ?? "Nothing breaks it, in \(states) states: all that can happen",
            reasons: reasons)
        run.events = events
        run.messages = messages
        return run
    }

    private var reasons: [String] {
        [step.reason] + (step.cure.map { ["What is done about it: \($0)."] } ?? [])
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

import DecreePages

/// Records what happens in the world of a step for a page.
struct Recording<Node: StepNode> {
    typealias Message = Node.Message
    typealias Action = StepAction<Message>

    private let step: Step
    private var world: StepWorld<Node>
    private var ballots: BallotBook
    private var built = RunBuilder()
    /// By message under way: its place among all.
    private var underWay: [Message: Int] = [:]
    /// What is wrong since the last step; nil while nothing is.
    private(set) var finding: String?

    /// Nothing has happened.
    init(of step: Step) {
        self.step = step
        let plan = step.plan
        world = StepWorld(plan)
        ballots = BallotBook(nodes: plan.nodes, quorum: Node.quorum(of: plan), keepsPromises: Node.keepsPromises)
    }

    /// A run from its beginning.
    init(of step: Step, _ actions: [Action]) {
        self.init(of: step)
        for action in actions { happen(action) }
    }

    /// How many steps were made.
    var count: Int { built.events.count }

    // MARK: What can happen

    /// What can happen now; nothing once something is wrong.
    var possible: [Action] { finding == nil ? world.actions() : [] }

    /// What comes next if nobody chooses: the message that is under way for the longest time, then what clients want. Nobody
    /// dies by itself.
    var next: Action? {
        guard finding == nil else { return nil }
        if let oldest = underWay.min(by: { $0.value < $1.value })?.key { return .arrives(oldest) }
        return world.plan.proposers.first(where: world.mayPropose).map { .proposes(UInt8($0)) }
    }

    /// What would happen, for somebody who is to choose.
    func branch(_ action: Action, isTaken: Bool) -> Branch {
        switch action {
        case .arrives(let message):
            Branch(
                .arrival, "node \(message.sender) → node \(message.receiver): \(message.description)", isTaken: isTaken)
        case .proposes(let place):
            Branch(.client, "node \(place) wants \(world.plan.wishText(of: Int(place)))", isTaken: isTaken)
        case .dies(let place): Branch(.fault, "node \(place) dies", isTaken: isTaken)
        case .restarts(let place): Branch(.fault, "node \(place) crashes and starts again", isTaken: isTaken)
        }
    }

    // MARK: What happens

    mutating func happen(_ action: Action) {
        let before = world
        let rows = ballots.rows
        let (sent, finding) = world.happen(action)
        self.finding = finding
        let number = count + 1
        for message in sent { ballots.hear(message.meaning, from: message.sender, at: number) }
        begin(action)
        let node = built.events[number - 1].node
        built.events[number - 1].consequences = consequences(at: node, since: before)
        built.events[number - 1].facts = facts(of: node)
        if ballots.rows != rows { built.events[number - 1].voting = ballots.rows }
        built.events[number - 1].judgement = ballots.judgement(at: number)
        for message in sent where message.sender != message.receiver { send(message) }
        loseMail()
    }

    private mutating func begin(_ action: Action) {
        switch action {
        case .proposes(let place):
            built.happened(Int(place), .wants(in: step), "wants \(world.plan.wishText(of: Int(place)))")
        case .dies(let place): built.happened(Int(place), .dies, "dies")
        case .restarts(let place): built.happened(Int(place), .restarts, "crashes and starts again")
        case .arrives(let message):
            guard let number = underWay.removeValue(forKey: message) else {
                return built.happened(message.receiver, message.kind(in: step), message.description)
            }
            built.arrived(number)
        }
    }

    /// A message leaves; one that is under way already tells nothing new.
    private mutating func send(_ message: Message) {
        guard underWay[message] == nil else { return }
        underWay[message] = built.sent(
            message.kind(in: step), message.description, from: message.sender, to: message.receiver, by: count - 1)
    }

    private func isLost(_ message: Message) -> Bool {
        !world.isAlive(message.receiver) || world.plan.losesLastWords && !world.isAlive(message.sender)
    }

    /// What was under way to somebody who is dead is lost; of what its receiver is deaf to nothing will come, and it stays.
    private mutating func loseMail() {
        for (message, number) in underWay where !world.mail.contains(message) {
            if isLost(message) { built.lost(number) }
            underWay[message] = nil
        }
    }

    // MARK: What nodes hold

    private func consequences(at place: Int, since before: StepWorld<Node>) -> [String] {
        let (node, former) = (world.nodes[place], before.nodes[place])
        var lines: [String] = []
        if let holding = node.holding, holding != former.holding { lines.append("holds \(holding)") }
        let news = node.decisions.wishes.dropFirst(former.decisions.count)
        if !news.isEmpty { lines.append("\(Node.verb) " + news.map(\.description).joined(separator: " and ")) }
        return lines
    }

    private func facts(of place: Int) -> [RecordedFact] {
        let node = world.nodes[place]
        var facts = node.facts
        if !node.decisions.isEmpty {
            let name = Node.verb == "decides" ? "decided" : "delivered"
            facts.append(RecordedFact(name, node.decisions.description, weight: .decided))
        }
        if node.isWaiting {
            facts.append(RecordedFact("waits", "for a decision"))
        }
        if !world.isAlive(place) { facts.append(RecordedFact("dead", "", weight: .down)) }
        return facts
    }

    // MARK: The whole

    /// What was recorded, with words around it.
    /// - Parameter verdict: What it amounts to.
    func told(_ verdict: RecordedVerdict) -> RecordedRun {
        var run = built.run(
            title: Self.sentence(step.title),
            origin: origin,
            command: "decree learn \(step.number) --html FILE",
            nodes: world.nodes.indices.map { RecordedNode(name: "node \($0)") })
        run.introduction = [step.idea]
        run.changes = step.changes.map { RecordedChange(file: $0.file, former: $0.former, new: $0.new) }
        run.verdict = verdict
        return run
    }

    private var origin: String {
        if step == .liar { return "The way to Paxos, and beyond it" }
        return step.isLog ? "From Paxos to a log, step \(step.number)" : "The way to Paxos, step \(step.number)"
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension Step {
    /// What a search came to, for the run that it found.
    /// - Parameters:
    ///   - finding: What is wrong in the end; nil when nothing is.
    ///   - states: How many were reached in the search for it.
    func verdict(finding: String?, states: Int) -> RecordedVerdict {
        RecordedVerdict(
            holds: finding == nil,
            text: finding.map { "It breaks \($0)" } ?? "Nothing breaks it, in \(states) states: all that can happen",
            reasons: [reason] + (cure.map { ["What is done about it: \($0)."] } ?? []))
    }

    /// What a run amounts to that somebody chose.
    func verdict(ofChosenRun finding: String?) -> RecordedVerdict {
        RecordedVerdict(
            holds: finding == nil, text: finding.map { "It breaks \($0)" } ?? "In this run nothing is wrong",
            reasons: finding == nil ? [] : [reason])
    }
}

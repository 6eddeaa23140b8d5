import DecreePages
import DecreeWire
import PaxosBase
import PaxosLog

/// Lets a world go on, step by step, and writes down for a page what can be seen of it from outside.
///
/// It looks at the world before and after each step and touches nothing in it, so that a run is the same with it and without.
struct WorldRecorder {
    private let engine: Engine
    private var built = RunBuilder()
    private var sights: [NodeSight]
    /// By link, then by the order in which frames were taken: the event by which each was sent.
    private var sendings: [[Int]]
    /// By link: it carried messages when it was looked at last.
    private var wasOpen: [Bool]
    private var chosenCount = 0
    /// By group: the votes for its slots.
    private var votes: [LogVotes]

    init(_ engine: Engine) {
        self.engine = engine
        sights = engine.nodes.map { NodeSight($0) }
        let links = engine.nodes.count * engine.nodes.count
        sendings = Array(repeating: [], count: links)
        wasOpen = Array(repeating: true, count: links)
        votes = (1...engine.plan.groupCount).map { number in
            LogVotes(
                nodes: engine.nodes.map(\.id), quorum: engine.configuration.acceptQuorum,
                group: engine.plan.groupCount > 1 ? number : nil)
        }
    }

    /// What was recorded, without words around it.
    var recorded: RecordedRun {
        var run = built.run(
            title: "", origin: "", command: "", nodes: engine.nodes.map { RecordedNode(name: "\($0.id)") })
        for node in run.nodes.indices { run.nodes[node].facts = [RecordedFact("down", "", weight: .down)] }
        return run
    }

    /// How many steps were recorded.
    var count: Int { built.events.count }

    // MARK: A step

    /// What is known of a step before it happens.
    private struct Prospect {
        var frame: VirtualNetwork.Frame?
        var isCut = false
        /// By node, then by group: what is on its way to the disk.
        var underWay: [[RingBuffer<(id: WriteID, records: [Record])>]]
        var events = 0
        var lost = 0
    }

    /// Lets the next thing happen.
    /// - Returns: Whether there was one.
    mutating func advance() -> Bool {
        guard !engine.isOver, let occurrence = engine.takeNext() else { return false }
        record(occurrence) { [engine] in
            engine.happen(occurrence)
            engine.watchTime(occurrence)
        }
        return true
    }

    /// Lets something happen in place of what comes next.
    mutating func advance(_ intervention: Intervention) {
        let first = built.events.count
        guard case .loses(let number, let occurrence) = intervention else {
            record(intervention.occurrence) { [engine] in engine.happen(intervention) }
            if built.events.count == first {
                add(Int(intervention.occurrence.node), .turn, "takes no notice of it", nil)
            }
            return
        }
        // A copy is asked, as in `look`.
        var network = engine.network
        let frame = network.deliver(Int(occurrence.number)).frame
        engine.happen(.loses(number, occurrence))
        tellLoss(frame)
    }

    private mutating func record(_ occurrence: Occurrence, _ happen: () -> Void) {
        let prospect = look(ahead: occurrence)
        happen()
        let first = built.events.count
        tell(occurrence, prospect)
        tellLinks()
        sightAll(occurrence, prospect, from: first)
        attribute(from: first)
        mentionLosses(prospect, from: first)
    }

    private func look(ahead occurrence: Occurrence) -> Prospect {
        var prospect = Prospect(
            underWay: engine.nodes.map { $0.groups.map(\.underWay) }, events: engine.events,
            lost: engine.faults[.messageLost])
        guard occurrence.kind == .delivery, !engine.nodes[Int(occurrence.node)].isPaused else { return prospect }
        // A copy is asked: what it hands out stays in the network.
        var network = engine.network
        let (frame, _, isLost) = network.deliver(Int(occurrence.number))
        prospect.frame = frame
        prospect.isCut = isLost
        return prospect
    }

    // MARK: What happened at the node

    private mutating func tell(_ occurrence: Occurrence, _ prospect: Prospect) {
        switch occurrence.kind {
        case .delivery: if let frame = prospect.frame { tell(frame, prospect) }
        case .submission: add(Int(occurrence.node), .request, "a client asks", prospect)
        case .diskDone: tellSync(Int(occurrence.node), prospect)
        default: break
        }
    }

    /// A frame arrives, or does not.
    private mutating func tell(_ frame: VirtualNetwork.Frame, _ prospect: Prospect) {
        let to = Int(frame.to)
        var message = message(frame)
        let (kind, text) = content(of: frame)
        let isHeard = frame.isHandshake ? engine.nodes[to].isUp && !frame.isCorrupt : engine.events > prospect.events
        guard isHeard, !prospect.isCut else {
            message.fate = .lost(max(0, built.events.count - 1))
            return built.messages.append(message)
        }
        message.fate = .arrived(built.events.count)
        add(to, kind, text, prospect)
        built.events[built.events.count - 1].message = built.messages.count
        built.messages.append(message)
    }

    private mutating func message(_ frame: VirtualNetwork.Frame) -> RecordedMessage {
        let (from, to) = (Int(frame.from), Int(frame.to))
        let (kind, text) = content(of: frame)
        let sent = sendings[engine.network.link(from, to)]
        let order = Int(frame.order) - 1
        return RecordedMessage(
            from: from, to: to, kind: built.place(of: kind), text: text, sentBy: order < sent.count ? sent[order] : nil)
    }

    /// Somebody takes a frame away.
    private mutating func tellLoss(_ frame: VirtualNetwork.Frame) {
        var message = message(frame)
        message.fate = .lost(built.events.count)
        built.messages.append(message)
        add(message.to, .loss, "never gets \(message.text) of \(engine.nodes[message.from].id)", nil)
    }

    /// What a frame is, and says.
    func content(of frame: VirtualNetwork.Frame) -> (RecordedKind, String) {
        guard !frame.isHandshake else { return (.greeting, "greets") }
        guard let envelope = engine.envelope(in: frame) else { return (.damaged, "a damaged frame") }
        let suffix = engine.plan.groupCount > 1 ? " (group \(envelope.group.rawValue))" : ""
        return (RecordedKind.of(envelope.message.kind), ScenarioText.text(envelope.message) + suffix)
    }

    private mutating func tellSync(_ node: Int, _ prospect: Prospect) {
        guard engine.nodes[node].isUp else { return add(node, .crash, "cannot sync its journal, and ends", prospect) }
        var durable: [Record] = []
        var rows: [RecordedBallot] = []
        for (place, former) in prospect.underWay[node].enumerated() {
            let left = former.count - kept(of: former, in: engine.nodes[node].groups[place].underWay)
            let records = (0..<left).flatMap { former[$0].records }
            rows += votes[place].synced(records, at: node)
            durable += records
        }
        guard !durable.isEmpty else { return }
        add(node, .disk, "has synced \(ScenarioText.text(durable))", prospect)
        if !rows.isEmpty { built.events[built.events.count - 1].voting = rows }
    }

    /// How many of the writes that were on their way still are.
    private func kept(
        of former: RingBuffer<(id: WriteID, records: [Record])>,
        in present: RingBuffer<(id: WriteID, records: [Record])>
    ) -> Int {
        guard let first = present.first, let last = former.last, first.id <= last.id else { return 0 }
        return (0..<former.count).count { former[$0].id >= first.id }
    }

    // MARK: What can be seen at all nodes

    /// Nodes that look otherwise, or wrote something, without an event of their own get one.
    private mutating func sightAll(_ occurrence: Occurrence, _ prospect: Prospect, from first: Int) {
        for node in engine.nodes.indices where !built.events[first...].contains(where: { $0.node == node }) {
            let (former, present) = (sights[node], NodeSight(engine.nodes[node]))
            guard former != present || !written(node, prospect).joined().isEmpty else { continue }
            if former.condition == .down, present.condition != .down { findVotes(of: node) }
            add(node, kind(of: present, since: former, occurrence), "", prospect)
        }
    }

    /// What a node starts with may be more than was seen to become durable.
    private mutating func findVotes(of node: Int) {
        for place in votes.indices { votes[place].found(engine.nodes[node].groups[place].durable, at: node) }
    }

    private func kind(of present: NodeSight, since former: NodeSight, _ occurrence: Occurrence) -> RecordedKind {
        switch (former.condition, present.condition) {
        case (.up, .down), (.paused, .down): .crash
        case (.down, .up): .start
        case (.up, .paused): .pause
        case (.paused, .up): .resume
        default: occurrence.kind == .deadline ? .timer : .turn
        }
    }

    /// What was handed to the journal in this step, by group.
    private func written(_ node: Int, _ prospect: Prospect) -> [[Record]] {
        zip(prospect.underWay[node], engine.nodes[node].groups.map(\.underWay)).map { former, present in
            let last = former.last?.id ?? .zero
            return (0..<present.count).map { present[$0] }.filter { $0.id > last }.flatMap(\.records)
        }
    }

    private mutating func tellLinks() {
        let count = engine.nodes.count
        for from in engine.nodes.indices {
            let changed = (0..<count).filter { engine.network.isOpen(from, $0) != wasOpen[from * count + $0] }
            for isOpen in [false, true] {
                let peers = changed.filter { engine.network.isOpen(from, $0) == isOpen }
                guard !peers.isEmpty else { continue }
                let names = peers.map { "\(engine.nodes[$0].id)" }.joined(separator: ", ")
                add(from, isOpen ? .mended : .cut, isOpen ? "reaches \(names) again" : "cannot reach \(names)", nil)
            }
            for peer in changed { wasOpen[from * count + peer].toggle() }
        }
    }

    // MARK: Events

    private mutating func add(_ node: Int, _ kind: RecordedKind, _ text: String, _ prospect: Prospect?) {
        let present = NodeSight(engine.nodes[node])
        let groups = prospect.map { self.written(node, $0) } ?? []
        let written = Array(groups.joined())
        let write = written.isEmpty ? "" : "writes \(ScenarioText.text(written))"
        let words = [text.isEmpty && write.isEmpty ? Self.words[kind.name] ?? "goes on" : text, write]
        var event = RecordedEvent(
            node: node, kind: built.place(of: kind), text: words.filter { !$0.isEmpty }.joined(separator: "; "))
        event.nanoseconds = engine.now
        event.consequences = present.changes(since: sights[node])
        if present.facts != sights[node].facts { event.facts = present.facts }
        event.judgement = judgement(of: groups, by: node)
        sights[node] = present
        let chosen = engine.chosenCount
        if chosen > chosenCount { event.consequences.append(chosenText(chosen - chosenCount)) }
        chosenCount = chosen
        built.events.append(event)
    }

    /// Whether what a leader proposes is safe.
    private mutating func judgement(of groups: [[Record]], by node: Int) -> RecordedJudgement? {
        let found = groups.indices.compactMap { votes[$0].proposed(groups[$0], by: node) }
        guard !found.isEmpty else { return nil }
        return RecordedJudgement(isSafe: found.allSatisfy(\.isSafe), lines: found.flatMap(\.lines))
    }

    private func chosenText(_ count: Int) -> String {
        "\(count == 1 ? "a slot is" : "\(count) slots are") chosen, \(engine.chosenCount) in all"
    }

    private static let words = [
        "crash": "crashes", "start": "starts", "pause": "stands still", "resume": "goes on",
        "deadline": "its time has come",
    ]

    // MARK: What was sent

    /// Frames that were taken in this step belong to the last event of their sender in it.
    private mutating func attribute(from first: Int) {
        var network = engine.network
        let count = engine.nodes.count
        for from in engine.nodes.indices {
            for to in engine.nodes.indices where to != from {
                let link = engine.network.link(from, to)
                // On a copy: the next frame's order tells how many were taken before it.
                let number = network.take([], from: from, to: to, isCorrupt: false, copies: 1)
                let taken = Int(network.deliver(number).frame.order) - 1 - sendings[from * count + to].count
                guard taken > 0 else { continue }
                sendings[link] += Array(repeating: sender(from, since: first), count: taken)
            }
        }
    }

    private mutating func sender(_ node: Int, since first: Int) -> Int {
        if let place = built.events[first...].lastIndex(where: { $0.node == node }) { return place }
        add(node, .turn, "sends what it gathered", nil)
        return built.events.count - 1
    }

    /// What got lost when it was sent is only known by number.
    private mutating func mentionLosses(_ prospect: Prospect, from first: Int) {
        let lost = engine.faults[.messageLost] - prospect.lost - (prospect.isCut ? 1 : 0)
        guard lost > 0, first < built.events.count else { return }
        built.events[built.events.count - 1].text +=
            lost == 1 ? "; a message of it gets lost" : "; \(lost) messages of it get lost"
    }
}

import DecreePages
import PaxosBase
import PaxosLog

/// Writes down for a page what happens in a scenario.
///
/// What a node does in a turn belongs to what came in last before it: so it is told as one step, with its consequences.
struct ScenarioRecorder {
    private var built = RunBuilder()
    /// By the number of the frame: its message, once it was sent.
    private var sent: [Int: Int] = [:]
    private var members: [NodeID] = []
    private var sights: [NodeSight] = []
    private var votes: LogVotes?
    /// By node: what is on its way to the disk.
    private var underWay: [[(id: WriteID, records: [Record])]] = []
    private var milliseconds: UInt64 = 0

    mutating func begin(_ configuration: Configuration) {
        members = configuration.members
        sights = members.map { NodeSight(ScenarioNode(id: $0)) }
        underWay = members.map { _ in [] }
        votes = LogVotes(nodes: members, quorum: configuration.acceptQuorum)
    }

    mutating func passed(to time: UInt64) { milliseconds = time }

    // MARK: Steps

    /// Something happens at a node.
    mutating func happened(_ node: Int, _ kind: RecordedKind, _ text: String) {
        built.happened(node, kind, text)
        stamp()
    }

    private mutating func stamp() { built.events[built.events.count - 1].nanoseconds = milliseconds * 1_000_000 }

    /// A node did something in its turn, in words.
    mutating func did(_ node: Int, _ text: String) {
        let place = eventOfTurn(node)
        built.events[place].text += built.events[place].text.isEmpty ? text : "; \(text)"
    }

    /// The scenario orders something, at the node that it names first.
    mutating func ordered(_ text: Substring) {
        let words = text.split(separator: " ")
        let named = words.compactMap { word in members.firstIndex { "\($0)" == word } }.first
        happened(named ?? 0, .order, String(text))
    }

    /// What came of a turn for the machine and its clients; who leads is seen (``stands(_:_:)``).
    mutating func came(_ node: Int, of effects: Effects) {
        for load in effects.loads {
            did(node, "reads \(ScenarioText.slots(load.first, load.last)) from its journal for \(load.peer)")
        }
        var texts = ScenarioText.texts(effects.applies)
        for outcome in effects.outcomes {
            if case .leaderChanged = outcome { continue }
            texts.append(ScenarioText.text(outcome, of: members[node]))
        }
        guard !texts.isEmpty else { return }
        built.events[eventOfTurn(node)].consequences += texts
    }

    /// The last event of a node at this time; a new one where there is none.
    private mutating func eventOfTurn(_ node: Int) -> Int {
        let last = built.events.lastIndex { $0.node == node }
        if let last, built.events[last].nanoseconds == milliseconds * 1_000_000 { return last }
        happened(node, .timer, "")
        return built.events.count - 1
    }

    /// How a node stands, behind its turn.
    mutating func stands(_ node: ScenarioNode, _ place: Int) {
        let sight = NodeSight(node)
        guard sight != sights[place] else { return }
        let event = eventOfTurn(place)
        defer { sights[place] = sight }
        guard sight.condition == .up else { return built.events[event].facts = sight.facts }
        built.events[event].consequences += sight.changes(since: sights[place])
        if sight.facts != sights[place].facts { built.events[event].facts = sight.facts }
    }

    // MARK: Disks

    mutating func writes(_ node: Int, _ id: WriteID, _ records: [Record]) {
        did(node, "writes \(ScenarioText.text(records))")
        underWay[node].append((id, records))
        built.events[eventOfTurn(node)].judgement = votes?.proposed(records, by: node)
    }

    /// A sync returned: of which writes, its replica is about to hear.
    mutating func synced(_ node: Int, _ inbox: [Event]) {
        let ids = inbox.compactMap { if case .written(let id) = $0 { id } else { nil } }
        let durable = underWay[node].prefix { $0.id <= ids.max() ?? .zero }
        underWay[node].removeFirst(durable.count)
        let rows = votes?.synced(durable.flatMap(\.records), at: node) ?? []
        happened(node, .disk, "has synced \(ScenarioText.text(durable.flatMap(\.records)))")
        if !rows.isEmpty { built.events[built.events.count - 1].voting = rows }
    }

    mutating func started(_ node: Int, with state: DurableState) {
        underWay[node] = []
        votes?.found(state, at: node)
        happened(node, .start, "starts")
    }

    // MARK: Messages

    mutating func sends(_ number: Int, _ from: NodeID, _ to: NodeID, _ message: Message) {
        guard let from = members.firstIndex(of: from), let to = members.firstIndex(of: to) else { return }
        sent[number] = built.sent(
            .of(message.kind), ScenarioText.text(message), from: from, to: to, by: eventOfTurn(from))
    }

    mutating func arrived(_ number: Int) {
        guard let place = sent[number] else { return }
        built.arrived(place)
        stamp()
    }

    mutating func lost(_ number: Int) {
        if let place = sent[number] { built.lost(place) }
    }

    // MARK: The whole

    /// A claim without its full stop.
    private static func title(_ claim: String) -> String { claim.hasSuffix(".") ? String(claim.dropLast()) : claim }

    /// What was recorded.
    /// - Parameters:
    ///   - words: What the scenario says of itself, a paragraph each; the first of them is its claim.
    ///   - command: How the page is made.
    func run(_ words: [String], command: String) -> RecordedRun {
        var run = built.run(
            title: Self.title(words.first ?? "A scenario"), origin: "A scenario of the log", command: command,
            nodes: members.map { RecordedNode(name: "\($0)") })
        for node in run.nodes.indices { run.nodes[node].facts = [RecordedFact("down", "", weight: .down)] }
        run.introduction =
            Array(words.dropFirst()) + [
                "Real replicas with real journals; time, network and disks are in the hands of the scenario. A message and a sync "
                    + "take a millisecond each.",
                "Ballots are written with their round and node: b2.n3 is round 2 of n3. 4=x is the entry x in slot 4.",
            ]
        for place in run.events.indices where run.events[place].text.isEmpty { run.events[place].text = "goes on" }
        return run
    }
}

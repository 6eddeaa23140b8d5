import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog

/// The cluster of a scenario: replicas that step as they do in the host (what came in is gathered, then drained, then
/// effects are carried out), a network on which a message takes a millisecond, disks on which a sync takes one.
struct ScenarioRunner {
    private struct Frame {
        /// Counts what was sent.
        let number: Int
        let from: NodeID
        let to: NodeID
        let envelope: Envelope

        var message: Message { envelope.message }

        var isHeartbeat: Bool { message.kind == .heartbeat || message.kind == .heartbeatReply }
    }

    private enum Arrival {
        case frame(Frame)
        case synced(NodeID)
    }

    private static let longestWait: UInt64 = 20_000

    private var nodes: [ScenarioNode] = []
    private var configuration = Configuration(number: ConfigurationNumber(1), members: [NodeID(1)])
    private var settings = Replica.Settings()
    /// In milliseconds since the beginning.
    private var now: UInt64 = 0
    /// What arrives when, in the order of sending.
    private var underWay: [(time: UInt64, arrival: Arrival)] = []
    private var cuts: [ScenarioLinks] = []
    private var losses: [(kind: MessageKind, links: ScenarioLinks)] = []
    private var holds: [(kind: MessageKind, links: ScenarioLinks)] = []
    private var held: [Frame] = []
    private var arrived: [Frame] = []
    /// The only node for which time passes; nil: it does for all.
    private var awake: NodeID?
    private var showsHeartbeats = false
    private var lines: [String] = []
    private var frameCount = 0
    /// The same for a page.
    private(set) var recorder = ScenarioRecorder()

    /// - Parameter text: The step as it is written.
    /// - Returns: What happened, a line for each event.
    mutating func carryOut(_ step: ScenarioStep, _ text: Substring) throws(ScenarioProblem) -> [String] {
        lines = []
        if step.isTold { recorder.ordered(text) }
        switch step {
        case .nodes(let count, let settings): try make(count, settings)
        case .disk(let node, let records): try nodes[place(of: node)].lay(records)
        case .start(let names): try start(names)
        case .elect(let node): try elect(node)
        case .run(let milliseconds): for _ in 0..<milliseconds { pass() }
        case .settle: try settle()
        case .propose(let node, let texts): try propose(texts, at: node)
        case .read(let node): try read(at: node)
        case .cut(let links): cuts.append(links)
        case .lose(let kind, let links): losses.append((kind, links))
        case .hold(let kind, let links): holds.append((kind, links))
        case .deliver: deliver()
        case .heal: (cuts, losses) = ([], [])
        case .again(let kind): try again(kind)
        case .stall(let node): nodes[try place(of: node)].isStalled = true
        case .resume(let node): try resume(node)
        case .crash(let node, let isTorn): try crash(node, isTorn: isTorn)
        case .snapshot(let node): try snapshot(node)
        case .suspect(let node, let peer): try tell(node, .disconnected(peer))
        case .handOver(let node): try tell(node, .handOverRequested)
        case .showHeartbeats: showsHeartbeats = true
        case .state(let names): try show(names)
        }
        return lines
    }

    private var instant: Instant { Instant(nanoseconds: now * 1_000_000) }

    private func place(of node: NodeID) throws(ScenarioProblem) -> Int {
        guard let place = nodes.firstIndex(where: { $0.id == node }) else {
            throw ScenarioProblem("there is no \(node)")
        }
        return place
    }

    private func running(_ node: NodeID) throws(ScenarioProblem) -> Int {
        let place = try place(of: node)
        guard nodes[place].isUp else { throw ScenarioProblem("\(node) is down") }
        return place
    }

    private mutating func log(_ node: NodeID, _ what: String) { log("\(node)", what) }

    private mutating func log(_ who: String, _ what: String) {
        let time = String(now)
        let padding = String(repeating: " ", count: max(0, 6 - time.count))
        lines.append("\(padding)\(time)  \(who)\(String(repeating: " ", count: max(0, 10 - who.count)))\(what)")
    }
}

// Time.
extension ScenarioRunner {
    /// A millisecond passes: what arrives now comes in, and then every node has its turn.
    private mutating func pass() {
        now += 1
        recorder.passed(to: now)
        let due = underWay.filter { $0.time <= now }
        underWay.removeAll { $0.time <= now }
        for (_, arrival) in due { arrive(arrival) }
        for place in nodes.indices { takeTurn(place) }
    }

    private mutating func arrive(_ arrival: Arrival) {
        switch arrival {
        case .synced(let node):
            guard let place = nodes.firstIndex(where: { $0.id == node }) else { return }
            log(node, "has synced")
            nodes[place].synced()
            recorder.synced(place, nodes[place].inbox)
            planSync(place)
        case .frame(let frame):
            guard let place = nodes.firstIndex(where: { $0.id == frame.to }) else { return }
            guard nodes[place].isUp else { return lose(frame) }
            log(frame, " -> ", "")
            if isShown(frame) { recorder.arrived(frame.number) }
            arrived.append(frame)
            nodes[place].inbox.append(.received(frame.envelope, from: frame.from))
        }
    }

    private mutating func takeTurn(_ place: Int, isForced: Bool = false) {
        guard let replica = nodes[place].replica else { return }
        let isDue = (replica.nextDeadline ?? .distantFuture) <= instant && (awake ?? replica.node) == replica.node
        guard isForced || isDue || !nodes[place].inbox.isEmpty else { return }
        carryOut(nodes[place].turn(isAwake: isDue, at: instant), of: place)
    }

    private mutating func carryOut(_ effects: Effects, of place: Int) {
        let node = nodes[place].id
        if !effects.records.isEmpty {
            log(node, "writes " + ScenarioText.text(effects.records))
            recorder.writes(place, effects.writeID, effects.records)
            planSync(place)
        }
        for send in effects.sends {
            frameCount += 1
            transmit(Frame(number: frameCount, from: node, to: send.to, envelope: send.envelope))
        }
        for load in effects.loads {
            log(node, "reads \(ScenarioText.slots(load.first, load.last)) from its journal for \(load.peer)")
            nodes[place].inbox.append(nodes[place].load(load))
        }
        for apply in effects.applies {
            if case .command(let payload, _) = apply.action { nodes[place].applied.append(ScenarioText.text(payload)) }
        }
        for text in ScenarioText.texts(effects.applies) { log(node, text) }
        for outcome in effects.outcomes { log(node, ScenarioText.text(outcome, of: node)) }
        recorder.came(place, of: effects)
        recorder.stands(nodes[place], place)
    }

    private mutating func planSync(_ place: Int) {
        guard nodes[place].isSyncing, !nodes[place].isStalled else { return }
        let node = nodes[place].id
        let isPlanned = underWay.contains { if case .synced(node) = $0.arrival { true } else { false } }
        if !isPlanned { underWay.append((now + 1, .synced(node))) }
    }

    private mutating func settle() throws(ScenarioProblem) {
        let end = now + Self.longestWait
        while !underWay.isEmpty {
            guard now < end else { throw ScenarioProblem("network and disks are not quiet after 20 s") }
            pass()
        }
    }

    private mutating func elect(_ node: NodeID) throws(ScenarioProblem) {
        let place = try running(node)
        awake = node
        let end = now + Self.longestWait
        while nodes[place].replica?.isLeading != true {
            guard now < end else { throw ScenarioProblem("\(node) does not lead after 20 s") }
            pass()
        }
        awake = nil
        try settle()
    }
}

// The network.
extension ScenarioRunner {
    private func isShown(_ frame: Frame) -> Bool { showsHeartbeats || !frame.isHeartbeat }

    private mutating func transmit(_ frame: Frame) {
        if isShown(frame) { recorder.sends(frame.number, frame.from, frame.to, frame.message) }
        let isLost = cuts.contains { $0.contains(frame.from, frame.to) } || Self.isAmong(losses, frame)
        if isLost { return lose(frame) }
        if Self.isAmong(holds, frame) {
            held.append(frame)
            return log(frame, " -| ", " (held)")
        }
        underWay.append((now + 1, .frame(frame)))
    }

    private static func isAmong(_ filters: [(kind: MessageKind, links: ScenarioLinks)], _ frame: Frame) -> Bool {
        filters.contains { $0.kind == frame.message.kind && $0.links.contains(frame.from, frame.to) }
    }

    private mutating func lose(_ frame: Frame) {
        recorder.lost(frame.number)
        log(frame, " -x ", " (lost)")
    }

    private mutating func log(_ frame: Frame, _ arrow: String, _ note: String) {
        guard isShown(frame) else { return }
        log("\(frame.from)\(arrow)\(frame.to)", ScenarioText.text(frame.message) + note)
    }

    private mutating func deliver() {
        for frame in held { underWay.append((now + 1, .frame(frame))) }
        held = []
        holds = []
    }

    private mutating func again(_ kind: MessageKind) throws(ScenarioProblem) {
        guard let frame = arrived.last(where: { $0.message.kind == kind }) else {
            throw ScenarioProblem("no \(kind) has arrived yet")
        }
        underWay.append((now + 1, .frame(frame)))
    }
}

// Nodes and their clients.
extension ScenarioRunner {
    private mutating func make(_ count: Int, _ settings: Replica.Settings) throws(ScenarioProblem) {
        guard nodes.isEmpty else { throw ScenarioProblem("the nodes are made once") }
        let members = (1...count).map { NodeID(UInt64($0)) }
        configuration = Configuration(number: ConfigurationNumber(1), members: members)
        self.settings = settings
        nodes = members.map { ScenarioNode(id: $0) }
        recorder.begin(configuration)
    }

    private mutating func start(_ names: [NodeID]) throws(ScenarioProblem) {
        for node in names.isEmpty ? nodes.filter({ !$0.isUp }).map(\.id) : names {
            let place = try place(of: node)
            recorder.started(place, with: try nodes[place].recover().state(of: ScenarioNode.group))
            try nodes[place].start(configuration, settings, at: instant)
            planSync(place)
            log(node, "starts")
            takeTurn(place, isForced: true)
        }
    }

    private mutating func tell(_ node: NodeID, _ event: Event) throws(ScenarioProblem) {
        let place = try running(node)
        nodes[place].inbox.append(event)
        takeTurn(place)
    }

    private mutating func propose(_ texts: [String], at node: NodeID) throws(ScenarioProblem) {
        let place = try running(node)
        var proposals: [Proposal] = []
        for text in texts {
            nodes[place].requests += 1
            proposals.append(Proposal(token: nodes[place].requests, payload: Payload(text.utf8)))
        }
        try tell(node, .proposed(proposals))
    }

    private mutating func read(at node: NodeID) throws(ScenarioProblem) {
        let place = try running(node)
        nodes[place].requests += 1
        try tell(node, .readRequested(ReadToken(nodes[place].requests)))
    }

    private mutating func resume(_ node: NodeID) throws(ScenarioProblem) {
        let place = try place(of: node)
        nodes[place].isStalled = false
        planSync(place)
    }

    private mutating func crash(_ node: NodeID, isTorn: Bool) throws(ScenarioProblem) {
        let place = try running(node)
        underWay.removeAll { if case .synced(node) = $0.arrival { true } else { false } }
        let text =
            switch nodes[place].crash(isTorn: isTorn) {
            case .nothingUnderWay: "crashes; everything was synced"
            case .allLost: "crashes; what was not synced is lost"
            case .torn: "crashes; of what was not synced a part is on the disk"
            case .allKept: "crashes; what was not synced is on the disk"
            }
        log(node, text)
        recorder.happened(place, .crash, text)
        recorder.stands(nodes[place], place)
    }

    private mutating func snapshot(_ node: NodeID) throws(ScenarioProblem) {
        let place = try running(node)
        guard let replica = nodes[place].replica, replica.durableWatermark >= replica.applied else {
            throw ScenarioProblem("what \(node) applied is not durable there yet")
        }
        nodes[place].snapshot = replica.snapshotMetadata()
        nodes[place].appliedAtSnapshot = nodes[place].applied
        log(node, "has a snapshot of \(replica.applied.rawValue)")
        try tell(node, .snapshotWritten(through: replica.applied))
    }

    private mutating func show(_ names: [NodeID]) throws(ScenarioProblem) {
        for node in names.isEmpty ? configuration.members : names {
            let place = try place(of: node)
            guard let replica = nodes[place].replica else {
                log(node, "is down")
                continue
            }
            log(node, ScenarioText.state(replica, applied: nodes[place].applied))
        }
    }
}

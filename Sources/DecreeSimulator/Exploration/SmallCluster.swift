import DecreeWire
import PaxosBase
import PaxosLog

/// A cluster that is small enough to be explored: real replicas, whose messages arrive in every order or not at all and
/// whose writes become durable at every moment or are lost with a crash.
///
/// Time stands still, so nothing is asked twice and no timeout passes; what elections decide by timeouts is a step here:
/// some nodes stand once, whenever they like, asked by a former leader that is silent from then on. Lost messages need
/// no step of their own: whatever is found without them arriving is found.
struct SmallCluster: BranchingHarness, Hashable {
    /// What may happen in it.
    struct Plan: Hashable, Sendable {
        var nodeCount = 3
        /// How many of the nodes stand, the first ones.
        var candidates = 2
        /// How many commands each leader has.
        var commands = 1
        var crashes = 0
        var flaws: Set<Flaw> = []
    }

    struct Event {
        let kind: Kind
        /// What came of it.
        var sends: [Send] = []
        var durable: [Record] = []
        var applies: [Apply] = []
        let node: Int
    }

    enum Kind: Hashable {
        case arrives(Packet)
        case synced
        case stands
        case proposes
        case crashes
    }

    /// A message under way. Ordered, so that equal sets of messages are equal.
    struct Packet: Hashable, Comparable {
        let from: UInt8
        let to: UInt8
        /// Of its bytes.
        let digest: UInt64
        let envelope: Envelope

        static func < (left: Packet, right: Packet) -> Bool {
            (left.from, left.to, left.digest) < (right.from, right.to, right.digest)
        }

        static func == (left: Packet, right: Packet) -> Bool {
            (left.from, left.to, left.digest) == (right.from, right.to, right.digest)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(from)
            hasher.combine(to)
            hasher.combine(digest)
        }
    }

    private struct Node: Hashable {
        var replica: Replica
        var disk: DurableState
        var writing: [Write] = []
        var hasStood = false
        var proposed = 0
        /// Of all the above: what did not change need not be hashed again.
        var hash = 0

        struct Write: Hashable {
            let id: WriteID
            let records: [Record]
        }

        static func == (left: Node, right: Node) -> Bool {
            left.replica == right.replica && left.disk == right.disk && left.writing == right.writing
                && left.hasStood == right.hasStood && left.proposed == right.proposed
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }

        mutating func changed() {
            var hasher = Hasher()
            hasher.combine(replica)
            hasher.combine(disk)
            hasher.combine(writing)
            hasher.combine(hasStood)
            hasher.combine(proposed)
            hash = hasher.finalize()
        }
    }

    private let plan: Plan
    private let configuration: Configuration
    private var nodes: [Node] = []
    /// Ascending.
    private(set) var network: [Packet] = []
    private var crashes = 0

    private static let now = Instant(nanoseconds: 1_000_000_000)
    private static let group = GroupID(0)

    init(_ plan: Plan) {
        self.plan = plan
        let members = (1...plan.nodeCount).map { NodeID(UInt64($0)) }
        configuration = Configuration(number: ConfigurationNumber(1), members: members)
        for member in members { nodes.append(Self.boot(member, DurableState(), configuration, plan)) }
        for place in nodes.indices { begin(place) }
    }

    private static func boot(
        _ node: NodeID, _ disk: DurableState, _ configuration: Configuration, _ plan: Plan
    ) -> Node {
        var durable = disk
        if plan.flaws.contains(.promiseLostOnRestart) { durable.forgetPromise() }
        var replica = Replica(
            node: node, group: group, configuration: configuration, durable: durable, snapshot: nil,
            settings: Replica.Settings(), seed: 0, now: now)
        replica.flaws = plan.flaws
        return Node(replica: replica, disk: disk)
    }

    /// A life begins: its number is made durable at once, for nothing can come before.
    private mutating func begin(_ place: Int) {
        var event = Event(kind: .synced, node: place)
        step(place, .inputDrained, &event)
        sync(place, &event)
    }

    /// What the checkers want to know of a node.
    func standing(of place: Int) -> (node: NodeID, promised: Ballot, watermark: Slot, isLeading: Bool) {
        let replica = nodes[place].replica
        return (replica.node, replica.promised, replica.watermark, replica.isLeading)
    }

    func replica(of place: Int) -> Replica { nodes[place].replica }

    var nodeCount: Int { nodes.count }

    var quorum: Int { configuration.acceptQuorum }

    func possibilities() -> [Event] {
        var events = network.map { Event(kind: .arrives($0), node: Int($0.to)) }
        for (place, node) in nodes.enumerated() {
            if !node.writing.isEmpty { events.append(Event(kind: .synced, node: place)) }
            if place < plan.candidates, !node.hasStood { events.append(Event(kind: .stands, node: place)) }
            if node.replica.isLeading, node.proposed < plan.commands {
                events.append(Event(kind: .proposes, node: place))
            }
            if crashes < plan.crashes { events.append(Event(kind: .crashes, node: place)) }
        }
        return events
    }

    mutating func happen(_ event: Event, _ choices: inout Choices) -> Event {
        var event = event
        carryOut(&event)
        return event
    }

    private mutating func carryOut(_ event: inout Event) {
        let place = event.node
        switch event.kind {
        case .arrives(let packet):
            network.removeAll { $0 == packet }
            step(place, .received(packet.envelope, from: configuration.members[Int(packet.from)]), &event)
        case .synced: sync(place, &event)
        case .stands: stand(place, &event)
        case .proposes: propose(place, &event)
        case .crashes:
            crashes += 1
            let hasStood = nodes[place].hasStood
            let proposed = nodes[place].proposed
            nodes[place] = Self.boot(nodes[place].replica.node, nodes[place].disk, configuration, plan)
            (nodes[place].hasStood, nodes[place].proposed) = (hasStood, proposed)
            begin(place)
        }
        nodes[place].changed()
    }

    /// A leader of round 1, which proposed nothing and is gone, asks the node to stand.
    private mutating func stand(_ place: Int, _ event: inout Event) {
        nodes[place].hasStood = true
        let former = configuration.members[nodes.count - 1]
        let ballot = Ballot(configuration: configuration.number, round: 1, node: former)
        for message in [
            Message.chosen(ChosenMark(ballot: ballot, watermark: .zero)), .handOver(HandOver(ballot: ballot)),
        ] {
            let envelope = Envelope(group: Self.group, configuration: configuration.number, message: message)
            step(place, .received(envelope, from: former), &event)
        }
    }

    private mutating func propose(_ place: Int, _ event: inout Event) {
        nodes[place].proposed += 1
        let payload = Payload([UInt8(place), UInt8(nodes[place].proposed)])
        step(place, .proposed([Proposal(token: UInt64(nodes[place].proposed), payload: payload)]), &event)
    }

    /// The oldest write becomes durable.
    private mutating func sync(_ place: Int, _ event: inout Event) {
        guard !nodes[place].writing.isEmpty else { return }
        let write = nodes[place].writing.removeFirst()
        for record in write.records { nodes[place].disk.absorb(record) }
        event.durable += write.records
        step(place, .written(write.id), &event)
    }

    private mutating func step(_ place: Int, _ input: PaxosLog.Event, _ event: inout Event) {
        var effects = Effects()
        nodes[place].replica.step(input, at: Self.now, into: &effects)
        nodes[place].replica.step(.inputDrained, at: Self.now, into: &effects)
        if !effects.records.isEmpty {
            nodes[place].writing.append(.init(id: effects.writeID, records: effects.records))
        }
        for send in effects.sends where !send.envelope.message.isHeartbeat { add(send, from: place) }
        event.sends += effects.sends
        event.applies += effects.applies
    }

    private mutating func add(_ send: Send, from place: Int) {
        guard let to = configuration.index(of: send.to) else { return }
        let packet = Packet(
            from: UInt8(place), to: UInt8(to), digest: Self.digest(of: send.envelope), envelope: send.envelope)
        let index = network.firstIndex { $0 >= packet } ?? network.count
        if index < network.count, network[index] == packet { return }
        network.insert(packet, at: index)
    }

    private static func digest(of envelope: Envelope) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: FrameCodec.byteCount([envelope]), alignment: 8) { memory in
            FrameCodec.encode([envelope], into: memory)
            return StableHasher.hash(UnsafeRawBufferPointer(memory))
        }
    }
}

extension Message {
    fileprivate var isHeartbeat: Bool { kind == .heartbeat || kind == .heartbeatReply }
}

extension SmallCluster.Event: CustomStringConvertible {
    var description: String {
        let name = "n\(node + 1)"
        return switch kind {
        case .arrives(let packet): "n\(packet.from + 1) -> \(name)  \(ScenarioText.text(packet.envelope.message))"
        case .synced: "\(name)  has synced \(ScenarioText.text(durable))"
        case .stands: "\(name)  stands"
        case .proposes: "\(name)  proposes"
        case .crashes: "\(name)  crashes and starts again"
        }
    }
}

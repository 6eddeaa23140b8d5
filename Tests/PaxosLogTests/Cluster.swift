import PaxosBase

@testable import PaxosLog

/// A handful of replicas in one process with a network that the test holds in its hand: messages wait until the test
/// delivers them, writes until it makes them durable.
struct Cluster {
    var replicas: [NodeID: Replica] = [:]
    /// Messages under way, in order.
    var network: [(from: NodeID, send: Send)] = []
    /// Pairs between which messages are lost.
    var cuts: Set<Link> = []
    /// A node whose messages are lost, but for heartbeats.
    var bulkStalled: NodeID?
    /// A node that nothing reaches but heartbeats.
    var deaf: NodeID?
    /// Nodes whose disk does not answer.
    var stalledDisks: Set<NodeID> = []
    /// What each node's disk holds.
    var disks: [NodeID: DurableState] = [:]
    var pendingRecords: [NodeID: [(WriteID, [Record])]] = [:]
    var applied: [NodeID: [Apply]] = [:]
    var outcomes: [NodeID: [Outcome]] = [:]
    /// What was to be read from each node's journal.
    var loads: [NodeID: [Load]] = [:]
    var now = Instant(nanoseconds: 1_000_000_000)
    let configuration: Configuration
    let settings: Replica.Settings

    struct Link: Hashable {
        let from: NodeID
        let to: NodeID
    }

    var nodes: [NodeID] { configuration.members }

    init(of size: Int, settings: Replica.Settings = Cluster.defaults) {
        self.settings = settings
        configuration = Configuration(
            number: ConfigurationNumber(1), members: (1...size).map { NodeID(UInt64($0)) })
        for node in configuration.members { start(node) }
    }

    /// Everything stays in memory, since nothing here reads a journal.
    static var defaults: Replica.Settings {
        var settings = Replica.Settings()
        settings.maximumResidentBytes = 1 << 30
        return settings
    }

    mutating func start(_ node: NodeID) {
        applied[node] = []
        outcomes[node] = []
        pendingRecords[node] = []
        replicas[node] = Replica(
            node: node, group: GroupID(0), configuration: configuration, durable: disks[node] ?? DurableState(),
            snapshot: nil, settings: settings, seed: node.rawValue * 7919 + UInt64(disks.count), now: now)
        step(node, .timePassed)
    }

    /// The process ends at once: what was not durable is lost.
    mutating func crash(_ node: NodeID) {
        replicas[node] = nil
        pendingRecords[node] = []
        network.removeAll { $0.from == node }
    }

    mutating func cut(_ left: NodeID, _ right: NodeID) {
        cuts.insert(Link(from: left, to: right))
        cuts.insert(Link(from: right, to: left))
    }

    mutating func step(_ node: NodeID, _ event: Event) { turn(node, [event]) }

    /// A turn like that of a real node: the input at hand goes in, then the word that there is no more, and only then is
    /// anything carried out.
    mutating func turn(_ node: NodeID, _ events: [Event]) {
        guard var replica = replicas[node] else { return }
        replicas[node] = nil
        var effects = Effects()
        for event in events { replica.step(event, at: now, into: &effects) }
        replica.step(.inputDrained, at: now, into: &effects)
        replicas[node] = replica
        carryOut(effects, of: node)
    }

    private mutating func carryOut(_ effects: Effects, of node: NodeID) {
        network += effects.sends.map { (node, $0) }
        applied[node, default: []] += effects.applies
        outcomes[node, default: []] += effects.outcomes
        loads[node, default: []] += effects.loads
        if !effects.records.isEmpty { pendingRecords[node, default: []].append((effects.writeID, effects.records)) }
        if !stalledDisks.contains(node) { sync(node) }
    }

    /// Everything handed to the disk becomes durable.
    mutating func sync(_ node: NodeID) {
        while let pending = pendingRecords[node], let last = pending.last?.0 {
            pendingRecords[node] = []
            for record in pending.flatMap(\.1) { disks[node, default: DurableState()].absorb(record) }
            step(node, .written(last))
        }
    }

    /// Delivers what is under way, and what that leads to, until nothing is or the limit is reached.
    mutating func deliver(limit: Int = 100_000, where isWanted: (Send) -> Bool = { _ in true }) {
        var budget = limit
        var held: [(from: NodeID, send: Send)] = []
        while budget > 0 {
            network = network.filter { !isLost($0.send, from: $0.from) }
            held += network.filter { !isWanted($0.send) }
            network.removeAll { !isWanted($0.send) }
            guard let receiver = network.first?.send.to else { break }
            let batch = takeBatch(for: receiver, atMost: budget)
            budget -= batch.count
            turn(receiver, batch.map { .received($0.send.envelope, from: $0.from) })
        }
        network = held + network
    }

    private func isLost(_ send: Send, from node: NodeID) -> Bool {
        if cuts.contains(Link(from: node, to: send.to)) { return true }
        switch send.envelope.message {
        case .heartbeat, .heartbeatReply: return false
        default: return node == bulkStalled || send.to == deaf
        }
    }

    /// All that is under way to one node reaches it in one turn.
    private mutating func takeBatch(for receiver: NodeID, atMost limit: Int) -> [(from: NodeID, send: Send)] {
        let places = network.indices.filter { network[$0].send.to == receiver }.prefix(limit)
        let batch = places.map { network[$0] }
        for place in places.reversed() { network.remove(at: place) }
        return batch
    }

    /// Lets time pass in small steps, delivering all the while.
    mutating func run(milliseconds: Int) {
        for _ in 0..<milliseconds / 10 {
            now = now + .milliseconds(10)
            for node in nodes where replicas[node].flatMap(\.nextDeadline).map({ $0 <= now }) ?? false {
                step(node, .timePassed)
            }
            deliver()
        }
    }

    func envelope(_ message: Message) -> Envelope {
        Envelope(group: GroupID(0), configuration: configuration.number, message: message)
    }

    /// The messages of a node that are under way.
    func sent(by node: NodeID) -> [Message] { network.filter { $0.from == node }.map(\.send.envelope.message) }

    /// The nodes that lead, as far as they know.
    var leaders: [NodeID] { nodes.filter { replicas[$0]?.isLeading == true } }

    mutating func elect() -> NodeID {
        run(milliseconds: 2_000)
        guard let leader = leaders.max(by: { replicas[$0]!.promised < replicas[$1]!.promised }) else {
            invariantFailure("a cluster without faults elects a leader")
        }
        return leader
    }

    mutating func propose(_ text: String, at node: NodeID, token: UInt64) {
        step(node, .proposed([Proposal(token: token, payload: Payload(text.utf8))]))
    }

    /// The commands that a node applied, as text.
    func log(of node: NodeID) -> [String] {
        applied[node, default: []].compactMap {
            guard case .command(let payload, _) = $0.action else { return nil }
            return String(decoding: payload.bytes, as: UTF8.self)
        }
    }

    func tokens(of node: NodeID) -> [UInt64] {
        applied[node, default: []].compactMap {
            guard case .command(_, let token) = $0.action else { return nil }
            return token
        }
    }
}

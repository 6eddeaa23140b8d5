import DecreePages
import PaxosBase
import PaxosLog

/// Writes down for a page what happens in a small cluster.
struct ClusterRecorder {
    private var built = RunBuilder()
    private let members: [NodeID]
    private let beginning: [NodeSight]
    private var sights: [NodeSight]
    private var votes: LogVotes
    /// By message under way: its place among all.
    private var underWay: [SmallCluster.Packet: Int] = [:]

    init(_ cluster: SmallCluster) {
        members = (0..<cluster.nodeCount).map { cluster.replica(of: $0).node }
        sights = (0..<cluster.nodeCount).map { NodeSight(cluster.replica(of: $0)) }
        beginning = sights
        votes = LogVotes(nodes: members, quorum: cluster.quorum)
    }

    var count: Int { built.events.count }

    // MARK: What can happen

    func branch(_ event: SmallCluster.Event, isTaken: Bool) -> Branch {
        let name = "\(members[event.node])"
        return switch event.kind {
        case .arrives(let packet):
            Branch(
                .arrival, "\(members[Int(packet.from)]) → \(name): \(ScenarioText.text(packet.envelope.message))",
                isTaken: isTaken)
        case .synced: Branch(.disk, "the disk of \(name) is done with what it writes", isTaken: isTaken)
        case .stands: Branch(.client, "\(name) stands", isTaken: isTaken)
        case .proposes: Branch(.client, "a client of \(name) proposes something", isTaken: isTaken)
        case .crashes: Branch(.fault, "\(name) crashes and starts again", isTaken: isTaken)
        }
    }

    /// The place of the message that is under way for the longest time.
    func oldest(of possible: [SmallCluster.Event]) -> Int? {
        let arrivals = possible.enumerated().compactMap { place, event -> (place: Int, sent: Int)? in
            guard case .arrives(let packet) = event.kind, let sent = underWay[packet] else { return nil }
            return (place, sent)
        }
        return arrivals.min { $0.sent < $1.sent }?.place
    }

    // MARK: What happened

    mutating func record(_ event: SmallCluster.Event, in cluster: SmallCluster) {
        begin(event)
        let place = count - 1
        let sight = NodeSight(cluster.replica(of: event.node))
        built.events[place].consequences = sight.changes(since: sights[event.node]) + ScenarioText.texts(event.applies)
        if sight.facts != sights[event.node].facts { built.events[place].facts = sight.facts }
        sights[event.node] = sight
        let rows = votes.synced(event.durable, at: event.node)
        if !rows.isEmpty { built.events[place].voting = rows }
        built.events[place].judgement = votes.proposed(event.sends.flatMap(Self.proposals), by: event.node)
        for packet in cluster.network where underWay[packet] == nil { send(packet) }
    }

    private mutating func begin(_ event: SmallCluster.Event) {
        let node = event.node
        switch event.kind {
        case .arrives(let packet):
            if let message = underWay.removeValue(forKey: packet) { built.arrived(message) }
        case .synced: built.happened(node, .disk, "has synced \(ScenarioText.text(event.durable))")
        case .stands: built.happened(node, .stand, "stands")
        case .proposes: built.happened(node, .request, "a client proposes something")
        case .crashes: built.happened(node, .crash, "crashes and starts again")
        }
    }

    private mutating func send(_ packet: SmallCluster.Packet) {
        let message = packet.envelope.message
        underWay[packet] = built.sent(
            .of(message.kind), ScenarioText.text(message), from: Int(packet.from), to: Int(packet.to), by: count - 1)
    }

    /// What a leader proposes, as it accepts it itself.
    private static func proposals(_ send: Send) -> [Record] {
        guard case .accept(let accept) = send.envelope.message else { return [] }
        return accept.entries.enumerated().map { .accepted(accept.first.advanced(by: $0), accept.ballot, $1) }
    }

    // MARK: The whole

    /// What was recorded, without a verdict.
    func run(_ title: String, command: String) -> RecordedRun {
        var run = built.run(
            title: title, origin: "What an exploration of the log found", command: command,
            nodes: members.map { RecordedNode(name: "\($0)") })
        for node in run.nodes.indices { run.nodes[node].facts = beginning[node].facts }
        run.introduction = [
            "Three real replicas, whose messages arrive in every order or not at all, and whose writes become durable at any "
                + "moment or are lost with a crash. Time stands still: some of them stand, whenever they like.",
            "Ballots are written with their round and node: b2.n3 is round 2 of n3. 4=x is the entry x in slot 4.",
        ]
        return run
    }
}

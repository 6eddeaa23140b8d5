import DecreeJournal
import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

/// The world without its state machines: nodes, network, disks, time, faults and the checkers that need no machine.
///
/// Everything here is the same whatever machine runs, so that it is compiled once and runs at full speed.
///
/// What is touched for every event, here and in nodes and seats, is not checked for overlapping accesses at run time: that took
/// a tenth of all time. One thread runs a world, and nothing keeps a reference into its state while it calls on.
final class Engine {
    var plan: RunPlan
    let flaws: Set<Flaw>
    let configuration: Configuration
    static let cluster = ClusterID(7)

    @exclusivity(unchecked) var schedule = Schedule()
    /// Virtual time in nanoseconds, that of the occurrence that was taken last.
    @exclusivity(unchecked) private(set) var now: UInt64 = 0
    @exclusivity(unchecked) var network: VirtualNetwork
    let nodes: [SimulatedNode]
    let findings = Findings()
    /// By the place of the group.
    let groupCheckers: [Checkers]
    @exclusivity(unchecked) var faults = FaultCounts()
    @exclusivity(unchecked) var sights = SightCounts()
    @exclusivity(unchecked) var digest = StableHasher()
    /// Delivered messages, completed writes and deadlines that were stepped.
    @exclusivity(unchecked) var events = 0
    /// Everything that happened in order: the time of histories.
    @exclusivity(unchecked) var moment: UInt64 = 0
    /// When so many events were stepped, the host is asked after each whether the phase has reached its aim.
    var aim = Int.max
    var isOver = false
    /// The link that is slow now.
    var slowLink: Int?
    /// The node whose messages stall, but for heartbeats.
    var bulkStalled: Int?
    /// No more faults: the world is healed.
    var isHealed = false
    /// The present time, and how much has happened at it.
    @exclusivity(unchecked) private var stillSince: (time: UInt64, count: Int) = (0, 0)

    @exclusivity(unchecked) var networkChoices: Choices
    @exclusivity(unchecked) var diskChoices: Choices
    @exclusivity(unchecked) var faultChoices: Choices
    @exclusivity(unchecked) var replicaChoices: Choices
    var subscriberChoices: Choices
    @exclusivity(unchecked) var pageChoices: Choices
    @exclusivity(unchecked) var journalEffects: [JournalEffect] = []
    /// Empty, kept for its memory.
    @exclusivity(unchecked) var spareEffects = NodeEffects()
    @exclusivity(unchecked) var envelopes: [Envelope] = []
    /// The one that is encoded, kept for its memory.
    @exclusivity(unchecked) var outgoing: [Envelope] = []
    /// Who has the machines and clients.
    var host: EngineHost!

    init(plan: RunPlan, flaws: Set<Flaw>, choices: inout Choices) {
        var plan = plan
        self.flaws = flaws
        networkChoices = choices.split()
        diskChoices = choices.split()
        faultChoices = choices.split()
        replicaChoices = choices.split()
        let members = (0..<plan.nodeCount).map { NodeID(0x10 + UInt64($0)) }
        configuration = Configuration(number: ConfigurationNumber(1), members: members)
        network = VirtualNetwork(nodeCount: plan.nodeCount)
        groupCheckers = (0..<plan.groupCount).map { [findings, quorum = configuration.acceptQuorum] _ in
            Checkers(plan: plan, quorum: quorum, findings: findings)
        }
        nodes = members.enumerated().map { index, member in
            SimulatedNode(
                id: member, index: index, clock: Self.makeClock(plan, &choices), store: Self.store(index, 0), plan: plan
            )
        }
        subscriberChoices = choices.split()
        plan.drawSubscribers(&subscriberChoices)
        pageChoices = choices.split()
        plan.drawPages(&pageChoices)
        self.plan = plan
        if plan.groupCount > 1 { sights[.groupsShared] += 1 }
        faults[.clockDrift] = nodes.count { $0.clock.driftPerMillion != 0 }
    }

    /// The identifier of the disk that a node had first, or got for the one before.
    static func store(_ node: Int, _ life: UInt32) -> StoreID {
        StoreID(high: UInt64(node) + 1, low: UInt64(life) + 1)
    }

    /// The checkers of the first group, which in most runs is the only one.
    var checkers: Checkers { groupCheckers[0] }

    /// How many slots were chosen in all groups.
    var chosenCount: Int { groupCheckers.reduce(0) { $0 + $1.durableQuorum.chosenCount } }

    static func group(at place: Int) -> GroupID { GroupID(UInt32(place) + 1) }

    static func place(of group: GroupID) -> Int { Int(group.rawValue) - 1 }

    private static func makeClock(_ plan: RunPlan, _ choices: inout Choices) -> NodeClock {
        let bound = plan.faults.driftPerMillion
        let drift = bound == 0 ? 0 : Int64(choices.below(UInt64(2 * bound + 1))) - bound
        return NodeClock(offset: 1 + choices.below(1 << 40), driftPerMillion: drift)
    }

    /// What a node's clock shows now.
    func clock(_ node: SimulatedNode) -> Instant { node.clock.reading(at: now) }

    /// Takes what comes next; time is then where it comes.
    func takeNext() -> Occurrence? {
        guard let (occurrence, time) = schedule.next() else { return nil }
        now = time
        return occurrence
    }

    /// Tells a node what happened, and looks at its replicas with all checks.
    func step(_ node: SimulatedNode, _ event: NodeEvent) {
        guard let process = node.process else { return }
        moment += 1
        if process.node.step(event, at: clock(node)) { look(at: node, process) }
    }

    func look(at node: SimulatedNode, _ process: Process) {
        for place in 0..<plan.groupCount {
            guard let (before, seen) = process.node.takeNews(place) else { continue }
            let checkers = groupCheckers[place]
            if seen.promised != before.promised { checkers.due.promised(node.index, seen.promised, at: now) }
            checkers.monotone.stepped(
                node.index, promised: seen.promised, watermark: seen.watermark, findings)
            if seen.watermark > before.watermark {
                checkers.durableQuorum.claimed(
                    first: before.watermark.next, last: seen.watermark, by: node.id, findings)
            }
            if seen.leader != before.leader, seen.leader != nil { sights[.leaderChanged] += 1 }
        }
    }

    /// Sees to it that the node is woken when it wants to be.
    func planWake(_ node: SimulatedNode) {
        guard let process = node.process else { return }
        let deadline = min(process.node.core.nextDeadline(), node.machineDeadline)
        guard deadline != .distantFuture else { return }
        let time = max(node.clock.time(of: deadline), now)
        guard time < node.plannedWake else { return }
        node.plannedWake = time
        schedule.plan(Occurrence(.deadline, node: node.index, life: node.life), at: time)
    }

    /// A planned wake-up came.
    /// - Returns: Whether the node's deadline has come indeed.
    func wake(_ node: SimulatedNode) -> Bool {
        if now >= node.plannedWake { node.plannedWake = .max }
        guard let process = node.process else { return false }
        guard min(process.node.core.nextDeadline(), node.machineDeadline) <= clock(node) else {
            planWake(node)
            return false
        }
        return true
    }

    /// Folds what happens into the digest of the run.
    func note(_ occurrence: Occurrence) {
        digest.combine(occurrence, at: now)
    }

    /// Time must pass: a replica that always wants to be woken at once would never let it.
    func watchTime(_ occurrence: Occurrence) {
        if now > stillSince.time {
            stillSince = (now, 0)
        } else {
            stillSince.count += 1
            guard stillSince.count > 50_000 else { return }
            findings.report(
                .liveness,
                "time stands still at \(now) ns; the last was \(occurrence.kind) of \(occurrence.node)")
        }
    }

    /// What a healed node has come to, for the final comparison.
    var healedNodes: [SimulatedNode] { nodes.filter { !$0.isGone } }

    /// Whether all nodes of the healed quorum have applied the same part of the log. Asked after every event of the silence,
    /// where to gather all that belongs to how they stand would cost more than the event.
    func isEvenlyApplied(_ place: Int) -> Bool {
        var common: Slot?
        for node in nodes where !node.isGone {
            let applied = node.process?.applied(place) ?? .zero
            if applied != common ?? applied { return false }
            common = applied
        }
        return true
    }
}

/// What the engine leaves to the world, which knows the machines and the clients.
///
/// Functions instead of a protocol: they are made where the workload is known, so that what they call is compiled for it.
struct EngineHost {
    /// A command is applied for the first time anywhere: it stands at a slot in the history of the group at a place, where the
    /// log's clock shows a time.
    let applied: (Payload, _ place: Int, Slot, LogTime) -> Void
    /// The machine at a place has something for its clients.
    let deliver: (SimulatedNode, _ place: Int) -> Void
    /// A node that was asked to stop has nothing left to wait for; the process ends with it.
    let end: (SimulatedNode) -> Void
    /// The node must not go on.
    let fail: (SimulatedNode) -> Void
    /// The process of the node ends at once; its machine goes on.
    let kill: (SimulatedNode) -> Void
    /// Something happens that is not a matter of the engine alone.
    let happen: (Occurrence) -> Void
    /// Looks whether the phase has reached its aim.
    let advancePhase: () -> Void
    /// The run is over: was what the clients saw right?
    let judgeHistory: () -> Void
}

extension StableHasher {
    fileprivate mutating func combine(_ occurrence: Occurrence, at time: UInt64) {
        combine(UInt64(occurrence.kind.rawValue) | UInt64(occurrence.node) << 8 | UInt64(occurrence.life) << 16)
        combine(occurrence.number)
        combine(time)
    }
}

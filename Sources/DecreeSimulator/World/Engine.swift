import DecreeJournal
import DecreeWire
import PaxosBase
import PaxosLog

/// The world without its state machines: nodes, network, disks, time, faults and the checkers that need no machine.
///
/// Everything here is the same whatever machine runs, so that it is compiled once and runs at full speed.
final class Engine {
    let plan: RunPlan
    let flaws: Set<Flaw>
    let configuration: Configuration
    static let group = GroupID(1)

    var schedule = Schedule()
    var network: VirtualNetwork
    var nodes: [SimulatedNode] = []
    let checkers: Checkers
    var faults = FaultCounts()
    var sights = SightCounts()
    var digest = StableHasher()
    /// Delivered messages, completed writes and deadlines that were stepped.
    var events = 0
    /// Everything that happened in order: the time of histories.
    var moment: UInt64 = 0
    /// When so many events were stepped, the host is asked after each whether the phase has reached its aim.
    var aim = Int.max
    var isOver = false
    /// The link that is slow now.
    var slowLink: Int?
    /// No more faults: the world is healed.
    var isHealed = false
    /// The present time, and how much has happened at it.
    private var stillSince: (time: UInt64, count: Int) = (0, 0)

    var networkRandom: SeededRandom
    var diskRandom: SeededRandom
    var faultRandom: SeededRandom
    var replicaRandom: SeededRandom
    var journalEffects: [JournalEffect] = []
    var envelopes: [Envelope] = []
    /// Who has the machines and clients.
    unowned var host: (any EngineHost)!

    init(plan: RunPlan, flaws: Set<Flaw>, random: inout SeededRandom) {
        self.plan = plan
        self.flaws = flaws
        networkRandom = random.split()
        diskRandom = random.split()
        faultRandom = random.split()
        replicaRandom = random.split()
        let members = (0..<plan.nodeCount).map { NodeID(0x10 + UInt64($0)) }
        configuration = Configuration(number: ConfigurationNumber(1), members: members)
        network = VirtualNetwork(nodeCount: plan.nodeCount)
        checkers = Checkers(nodeCount: plan.nodeCount, quorum: configuration.acceptQuorum)
        for (index, member) in members.enumerated() {
            nodes.append(SimulatedNode(id: member, index: index, clock: Self.makeClock(plan, &random)))
        }
        faults[.clockDrift] = nodes.count { $0.clock.driftPerMillion != 0 }
    }

    private static func makeClock(_ plan: RunPlan, _ random: inout SeededRandom) -> NodeClock {
        let bound = plan.faults.driftPerMillion
        let drift = bound == 0 ? 0 : Int64(random.below(UInt64(2 * bound + 1))) - bound
        return NodeClock(offset: 1 + random.below(1 << 40), driftPerMillion: drift)
    }

    /// What a node's clock shows now.
    func clock(_ node: SimulatedNode) -> Instant { node.clock.reading(at: schedule.now) }

    /// Steps a replica and looks at it with all checks.
    func step(_ node: SimulatedNode, _ event: Event) {
        guard let process = node.process else { return }
        moment += 1
        process.replica.step(event, at: clock(node), into: &node.effects)
        look(at: &process.replica, of: node)
    }

    /// `inout`, so that looking at a replica does not copy it.
    private func look(at replica: inout Replica, of node: SimulatedNode) {
        let promised = replica.promised
        let watermark = replica.watermark
        checkers.monotone.stepped(node.index, promised: promised, watermark: watermark, &checkers.findings)
        if watermark > node.seenWatermark {
            checkers.durableQuorum.claimed(
                first: node.seenWatermark.next, last: watermark, by: node.id, &checkers.findings)
            node.seenWatermark = watermark
        }
        let leader = replica.leader
        if leader != node.seenLeader {
            if leader != nil { sights[.leaderChanged] += 1 }
            node.seenLeader = leader
        }
    }

    /// Sees to it that the replica is woken when it wants to be.
    func planWake(_ node: SimulatedNode) {
        guard let deadline = node.process?.nextDeadline, deadline != .distantFuture else { return }
        let time = max(node.clock.time(of: deadline), schedule.now)
        guard time < node.plannedWake else { return }
        node.plannedWake = time
        schedule.plan(Occurrence(.deadline, node: node.index, life: node.life), at: time)
    }

    /// A planned wake-up came.
    /// - Returns: Whether the replica's deadline has come indeed.
    func wake(_ node: SimulatedNode) -> Bool {
        if schedule.now >= node.plannedWake { node.plannedWake = .max }
        guard let deadline = node.process?.nextDeadline else { return false }
        guard deadline <= clock(node) else {
            planWake(node)
            return false
        }
        return true
    }

    /// Folds what happens into the digest of the run.
    func note(_ occurrence: Occurrence) {
        digest.combine(
            UInt64(occurrence.kind.rawValue) | UInt64(occurrence.node) << 8 | UInt64(occurrence.life) << 16)
        digest.combine(occurrence.number)
        digest.combine(schedule.now)
    }

    /// Time must pass: a replica that always wants to be woken at once would never let it.
    func watchTime(_ occurrence: Occurrence) {
        if schedule.now > stillSince.time {
            stillSince = (schedule.now, 0)
        } else {
            stillSince.count += 1
            guard stillSince.count > 50_000 else { return }
            checkers.findings.report(
                .liveness,
                "time stands still at \(schedule.now) ns; the last was \(occurrence.kind) of \(occurrence.node)")
        }
    }

    /// What a healed node has come to, for the final comparison.
    var healedNodes: [SimulatedNode] { nodes.filter { !$0.isGone } }
}

/// What the engine leaves to the world, which knows the machine and the clients.
protocol EngineHost: AnyObject {
    /// The replica handed out slots to apply.
    func apply(_ node: SimulatedNode)
    func advanceQuestions(_ node: SimulatedNode)
    func settle(_ outcome: Outcome, at node: SimulatedNode)
    /// Enough was applied since the last snapshot.
    func beginSnapshot(_ node: SimulatedNode)
    /// Something happens that is not a matter of the engine alone.
    func happen(_ occurrence: Occurrence)
    /// Looks whether the phase has reached its aim.
    func advancePhase()
}

/// The checkers that watch every step. A class, so that a checker and the findings can be changed at once.
final class Checkers {
    var findings = Findings()
    var agreement = AgreementChecker()
    var durableQuorum: DurableQuorumChecker
    var proposed = ProposedChecker()
    var atMostOnce = AtMostOnceChecker()
    var digest = DigestChecker()
    var monotone: MonotoneChecker

    init(nodeCount: Int, quorum: Int) {
        durableQuorum = DurableQuorumChecker(quorum: quorum)
        monotone = MonotoneChecker(nodeCount: nodeCount)
    }

    /// A leader asks to accept.
    func asked(_ accept: Accept) {
        var slot = accept.first
        for entry in accept.entries {
            agreement.proposed(slot, accept.ballot, EntryKey(entry), &findings)
            slot = slot.next
        }
    }

    /// A replica tells another what was chosen.
    func taught(_ learned: Learned, by node: NodeID) {
        var slot = learned.first
        for entry in learned.entries {
            durableQuorum.claimed(EntryKey(entry), at: slot, by: node, &findings)
            slot = slot.next
        }
    }
}

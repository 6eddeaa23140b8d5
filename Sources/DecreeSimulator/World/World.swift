import DecreeJournal
import PaxosBase
import PaxosLog

/// A whole cluster with its clients in one thread: the engine, the machines on top of it, and what clients do to them.
///
/// A run has four phases: faults; healed, with clients that go on until the run is long enough; one last question of
/// every client; and silence, in which all replicas become equal.
final class World<W: Workload>: EngineHost {
    typealias Machine = W.Machine
    typealias Log = History<W.Operation, Machine.Output, Machine.Answer>

    enum Phase: UInt64 {
        case faults, healed, lastQuestions, silence, over
    }

    struct Client {
        /// The operation that it waits for, by its place in the history.
        var current: Int?
        /// The node that was asked.
        var node = 0
        /// Operations that had a result since the world was healed.
        var finished = 0
        /// It has its answer to the last question.
        var isDone = false
    }

    /// A question on its way, over a pinned state.
    struct OpenQuestion {
        let entry: Int
        let cursor: Machine.Cursor
        let isLinearizable: Bool
    }

    /// A snapshot on its way to the disk.
    struct OpenSnapshot {
        let metadata: SnapshotMetadata
        var walk: Machine.SnapshotWalk
        var blocks: [[UInt8]] = []
        var isWalked = false
    }

    let seed: UInt64
    let engine: Engine
    var workload: W
    var phase = Phase.faults
    /// The healed phase was given more time once.
    var isExtended = false
    var clients: [Client]
    var history = Log()
    var clientRandom: SeededRandom

    var machines: [Machine?]
    var snapshots: [OpenSnapshot?]
    var questions: [[OpenQuestion]]
    var commands: [ChosenCommand] = []
    var outputs: [Machine.Output] = []
    /// The places in the history of the commands that are being applied and waited for.
    var awaited: [Int] = []
    /// Slots up to here were applied by some replica.
    var frontier = Slot.zero
    /// What begins after this moment is a last question.
    var lastQuestionsBegan = UInt64.max

    init(seed: UInt64, plan: RunPlan, flaws: Set<Flaw>, random: inout SeededRandom) {
        self.seed = seed
        workload = W(random: &random)
        clientRandom = random.split()
        engine = Engine(plan: plan, flaws: flaws, random: &random)
        clients = Array(repeating: Client(), count: plan.clients.count)
        machines = Array(repeating: nil, count: plan.nodeCount)
        snapshots = (0..<plan.nodeCount).map { _ in nil }
        questions = Array(repeating: [], count: plan.nodeCount)
        engine.host = self
        engine.aim = plan.safetyEvents
    }

    var violation: (checker: CheckerName, text: String)? { engine.checkers.findings.first }

    /// Starts all nodes and clients, and plans the first faults.
    func begin() {
        for node in engine.nodes { engine.schedule.plan(Occurrence(.restart, node: node.index), at: 0) }
        for client in clients.indices { engine.schedule.plan(Occurrence(.clientActs, node: client), at: 0) }
        engine.planFaults()
        limit(.faults, to: .seconds(100))
    }

    func limit(_ phase: Phase, to span: TimeSpan) {
        engine.schedule.plan(Occurrence(.timeLimit, number: phase.rawValue), after: span)
    }

    /// Lets the world go on until the run is over or a checker found something.
    func run() {
        begin()
        engine.run()
        if violation == nil { judgeHistory() }
    }

    func happen(_ occurrence: Occurrence) {
        switch occurrence.kind {
        case .restart: restart(occurrence)
        case .snapshotStep: walkSnapshot(engine.nodes[Int(occurrence.node)])
        case .submission: submit(occurrence)
        case .clientActs: act(Int(occurrence.node))
        case .clientGivesUp: giveUp(Int(occurrence.node), entry: Int(occurrence.number))
        case .fault: if let kind = FaultKind(rawValue: occurrence.node) { fault(kind) }
        case .timeLimit: timeIsUp(occurrence.number)
        default: break
        }
    }
}

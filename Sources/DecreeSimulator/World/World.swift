import DecreeNode
import PaxosBase
import PaxosLog

/// A whole cluster with its clients in one thread: the engine, the machines on top of it, and what clients do to them.
///
/// A run has four phases: faults; healed, with clients that go on until the run is long enough; one last question of
/// every client; and silence, in which all replicas become equal.
final class World<W: Workload> {
    typealias Machine = W.Machine
    typealias Log = History<W.Operation, Machine.Output, Machine.Answer>

    enum Phase: UInt64 {
        case faults, healed, lastQuestions, silence, over
    }

    let seed: UInt64
    let engine: Engine
    @exclusivity(unchecked) var workload: W
    var phase = Phase.faults
    /// How far the stall of the leader's bulk connections has come.
    var stall = StallStage.over
    /// In virtual time.
    var stallEnded: UInt64 = 0
    var chosenBeforeStall: [Int] = []
    /// The healed phase was given more time once.
    var isExtended = false
    @exclusivity(unchecked) var clients: [SimulatedClient]
    /// By client: what it waits for, as it was sent.
    @exclusivity(unchecked) var requests: [ClientRequest<Machine.Query>?]
    @exclusivity(unchecked) var history = Log()
    /// By the place in the history: whose operation it is.
    var owners: [Int] = []
    /// How many clients have not had results enough since the world was healed.
    var unfinishedClients: Int
    @exclusivity(unchecked) var clientChoices: Choices

    /// By node, then by group; empty while the node is down.
    @exclusivity(unchecked) var seats: [[Seat<Machine>]]
    /// By group.
    var pushModels: [PushModel<Machine>]
    /// By node, then by port among all of the node; empty while the node is down, and where clients talk to nodes themselves.
    var fronts: [[FrontSeat<W.Front>]]
    var frontChoices: Choices
    var outcomes: RequestOutcomeChecker
    /// When the world was healed, in virtual time.
    var healedAt = UInt64.max
    /// What begins after this moment is a last question.
    var lastQuestionsBegan = UInt64.max

    init(seed: UInt64, plan: RunPlan, flaws: Set<Flaw>, choices: inout Choices) {
        self.seed = seed
        workload = W(choices: &choices)
        clientChoices = choices.split()
        engine = Engine(plan: plan, flaws: flaws, choices: &choices)
        clients = Array(repeating: SimulatedClient(), count: plan.clients.count)
        requests = Array(repeating: nil, count: plan.clients.count)
        outcomes = RequestOutcomeChecker(limit: plan.outcomeLimit)
        fronts = Array(repeating: [], count: plan.nodeCount)
        frontChoices = choices.split()
        unfinishedClients = plan.clients.finalOperations > 0 ? clients.count : 0
        seats = Array(repeating: [], count: plan.nodeCount)
        pushModels = (0..<plan.groupCount).map { [workload, engine] _ in
            PushModel(machine: workload.makeMachine(), limits: engine.plan.limits)
        }
        for checkers in engine.groupCheckers {
            checkers.proposed.isOwn = { [workload] in workload.ownOperation($0) != nil }
        }
        engine.host = EngineHost(
            applied: { [unowned self] in applied($0, $1, at: $2, $3) },
            deliver: { [unowned self] in deliver($0, $1) }, end: { [unowned self] in end($0) },
            fail: { [unowned self] in crash($0) }, kill: { [unowned self] in crash($0, keepingPages: true) },
            happen: { [unowned self] in happen($0) },
            advancePhase: { [unowned self] in advancePhase() }, judgeHistory: { [unowned self] in judgeHistory() })
        engine.aim = plan.safetyEvents
    }

    var violation: (checker: CheckerName, text: String)? { engine.findings.first }

    /// Starts all nodes and clients, and plans the first faults.
    func begin() {
        for node in engine.nodes {
            let start = engine.networkChoices.below(max(1, engine.plan.startSpread.nanoseconds))
            engine.schedule.plan(Occurrence(.restart, node: node.index), at: start)
        }
        for client in clients.indices { engine.schedule.plan(Occurrence(.clientActs, node: client), at: 0) }
        engine.planFaults()
        limit(.faults, to: .seconds(100))
    }

    func limit(_ phase: Phase, to span: TimeSpan) {
        engine.schedule.plan(Occurrence(.timeLimit, number: phase.rawValue), after: span)
    }

    /// The place of the group that a client talks to, or whose machine is meant.
    func group(of client: Int) -> Int { client < 0 ? -1 - client : client % engine.plan.groupCount }

    /// The port that a client uses at every node: two clients share one.
    func port(of client: Int) -> Int { client / engine.plan.groupCount % Self.portCount }

    static var portCount: Int { 2 }

    func happen(_ occurrence: Occurrence) {
        switch occurrence.kind {
        case .restart: restart(occurrence)
        case .submission: submit(occurrence)
        case .frontTurn: takeTurn(occurrence)
        case .clientActs: act(Int(occurrence.node))
        case .clientGivesUp: giveUp(Int(occurrence.node), entry: Int(occurrence.number))
        case .fault: if let kind = FaultKind(rawValue: occurrence.node) { fault(kind) }
        case .timeLimit: timeIsUp(occurrence.number)
        default: break
        }
    }
}

/// A client, as far as no one needs to know what it may ask.
struct SimulatedClient {
    /// The operation that it waits for, by its place in the history.
    var current: Int?
    /// The node that was asked.
    var node = 0
    /// Operations that had a result since the world was healed.
    var finished = 0
    /// It has its answer to the last question.
    var isDone = false
    /// When it began to want what it has not got yet, in virtual time.
    var wantsSince: UInt64?
}

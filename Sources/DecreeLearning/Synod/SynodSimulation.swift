import DecreeSimulator
import PaxosBase
import PaxosSynod

/// One run of a Synod that a seed draws: who takes part, what goes wrong, and in which order everything happens; first with
/// faults, then without. In the end every learner must know what is chosen.
struct SynodSimulation {
    /// What a run saw: shows that runs are not vacuous.
    struct Sights: Hashable {
        var crashes = 0
        var lost = 0
        var repeated = 0
        /// Proposals of a value that is not the proposer's own.
        var adopted = 0
        var refusals = 0
        /// Values that were chosen before the faults ended.
        var chosenUnderFaults = 0
        /// Values that a learner was told by another.
        var passedOn = 0
    }

    private var world: SynodWorld
    private var checker = SynodChecker()
    private var choices: Choices
    private(set) var sights = Sights()

    private static let faultySteps = 400
    private static let fairSteps = 20_000

    /// - Returns: What is wrong; nil when nothing is.
    static func run(seed: UInt64, flaw: SynodFlaw? = nil, sights: inout Sights) -> String? {
        var simulation = SynodSimulation(plan(seed: seed, flaw: flaw), seed: seed)
        let finding = simulation.go()
        sights.add(simulation.sights)
        return finding
    }

    init(_ plan: SynodPlan, seed: UInt64) {
        world = SynodWorld(plan)
        choices = Choices(seed: seed)
    }

    static func plan(seed: UInt64, flaw: SynodFlaw?) -> SynodPlan {
        var random = SeededRandom(seed: seed ^ 0x5D0)
        var plan = SynodPlan(drawSynod(&random))
        plan.network = .faulty(losses: Int(random.below(30)), repetitions: Int(random.below(30)))
        plan.crashes = Int(random.below(10))
        plan.ballots = nil
        plan.hasJournals = true
        plan.manner = random.chance(1, in: 3) ? .relentless : .backsOff
        plan.seed = random.next()
        plan.flaw = flaw
        return plan
    }

    /// Roles fall together on some processes.
    private static func drawSynod(_ random: inout SeededRandom) -> Synod {
        let proposers = 1...(1 + random.below(3))
        let firstAcceptor = 1 + random.below(4)
        let acceptors = firstAcceptor...(firstAcceptor + (random.chance(1, in: 2) ? 2 : random.below(5)))
        let firstLearner = 1 + random.below(8)
        let learners = firstLearner...(firstLearner + random.below(3))
        let distinguished = Array(learners.map { NodeID($0) }.prefix(Int(1 + random.below(2))))
        return Synod(
            proposers: proposers.map { NodeID($0) }, acceptors: acceptors.map { NodeID($0) },
            learners: learners.map { NodeID($0) },
            learning: random.chance(1, in: 2) ? .fromAcceptors : .through(distinguished))
    }

    private mutating func go() -> String? {
        for _ in 0..<Self.faultySteps {
            guard let kind = world.draw(&choices) else { break }
            if let finding = happen(kind) { return finding }
        }
        if checker.chosen != nil { sights.chosenUnderFaults += 1 }
        world.heal(leader: world.plan.synod.proposers[0])
        for _ in 0..<Self.fairSteps where !world.isLearned {
            guard let kind = world.kinds.first else { break }
            if let finding = happen(kind) { return finding }
        }
        return world.isLearned ? nil : "progress: not every learner knows what is chosen after \(Self.fairSteps) steps"
    }

    private mutating func happen(_ kind: SynodWorld.Kind) -> String? {
        let event = world.happen(SynodWorld.Event(kind: kind), &choices)
        look(at: event)
        return checker.saw(event, in: world)
    }

    private mutating func look(at event: SynodWorld.Event) {
        switch event.kind {
        case .crashes: sights.crashes += 1
        case .isLost: sights.lost += 1
        case .isRepeated: sights.repeated += 1
        default: break
        }
        if case .chosen? = event.packet?.message, !event.learned.isEmpty { sights.passedOn += 1 }
        for packet in event.sends {
            switch packet.message {
            case .accept(let proposal) where !isOwn(proposal.value, of: packet.from): sights.adopted += 1
            case .refused: sights.refusals += 1
            default: break
            }
        }
    }
}

extension SynodSimulation {
    private func isOwn(_ value: Payload, of proposer: NodeID) -> Bool {
        (0...world.plan.crashes).contains { world.plan.wish(of: proposer, life: $0) == value }
    }
}

extension SynodSimulation.Sights {
    mutating func add(_ other: Self) {
        crashes += other.crashes
        lost += other.lost
        repeated += other.repeated
        adopted += other.adopted
        refusals += other.refusals
        chosenUnderFaults += other.chosenUnderFaults
        passedOn += other.passedOn
    }
}

extension SynodWorld {
    /// Every learner knows.
    var isLearned: Bool { seats.allSatisfy { $0.process.learner.map { $0.chosen != nil } ?? true } }

    /// What happens next in a simulation: crashes and the passing of time are rarer than messages, or nothing would ever
    /// be far enough for them to matter.
    fileprivate func draw(_ choices: inout Choices) -> Kind? {
        let kinds = kinds
        guard !kinds.isEmpty else { return nil }
        let total = kinds.reduce(0) { $0 + $1.weight }
        var rest = choices.below(total)
        for kind in kinds {
            if rest < kind.weight { return kind }
            rest -= kind.weight
        }
        return kinds.last
    }
}

extension SynodWorld.Kind {
    fileprivate var weight: UInt64 {
        switch self {
        case .arrives: 20
        case .syncs, .stands: 40
        case .isLost, .isRepeated: 2
        case .crashes: 1
        case .timePasses: 4
        }
    }
}

import DecreeNode
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

@Suite("Every request gets exactly one outcome", .timeLimit(.minutes(10)))
struct OutcomeTests {
    private let findings = Findings()
    private let node = SimulatedNode(
        id: NodeID(1), index: 0, clock: NodeClock(offset: 1, driftPerMillion: 0), store: Engine.store(0, 0),
        plan: RunPlan())

    private func checker() -> RequestOutcomeChecker {
        var checker = RequestOutcomeChecker(limit: TimeSpan(nanoseconds: 100))
        checker.asked(0, of: node, at: 0)
        return checker
    }

    @Test("One that is told twice, and one that was never asked for")
    func twice() {
        var checker = checker()
        checker.told(0, findings)
        #expect(findings.first == nil)
        checker.told(0, findings)
        #expect(findings.first?.checker == .outcome)
        let others = Findings()
        var fresh = self.checker()
        fresh.asked(2, of: node, at: 0)
        fresh.told(1, others)
        #expect(others.first?.checker == .outcome)
    }

    @Test("One that is never told, but for what nobody waits for and for lives that have ended")
    func late() {
        var checker = checker()
        checker.look([node], at: 99, findings)
        #expect(findings.first == nil)
        checker.asked(1, of: node, at: 0)
        checker.gaveUp(0)
        checker.told(1, findings)
        checker.look([node], at: 200, findings)
        #expect(findings.first == nil)
        checker.asked(2, of: node, at: 0)
        node.life += 1
        checker.look([node], at: 300, findings)
        #expect(findings.first == nil)
        checker.asked(3, of: node, at: 300)
        checker.look([node], at: 400, findings)
        #expect(findings.first?.checker == .outcome)
    }

    @Test("A process that stood still has its time again")
    func paused() {
        var checker = checker()
        node.isPaused = true
        checker.look([node], at: 100, findings)
        node.isPaused = false
        node.resumed = 150
        checker.look([node], at: 249, findings)
        #expect(findings.first == nil)
        checker.look([node], at: 250, findings)
        #expect(findings.first?.checker == .outcome)
    }

    @Test("A node that ends in good order has told everybody")
    func ended() {
        var checker = checker()
        checker.nodeEnded(node, findings)
        #expect(findings.first?.checker == .outcome)
        let others = Findings()
        checker.told(0, others)
        checker.nodeEnded(node, others)
        #expect(others.first == nil)
    }

    // MARK: Over a front

    @Test("What stands between clients and nodes is judged by what it tells", arguments: RegisterFront.Flaw.allCases)
    func flawedFronts(_ flaw: RegisterFront.Flaw) {
        let found = (1...40 as ClosedRange<UInt64>).lazy.compactMap { seed in
            Simulator<FrontedRegisters>.run(seed: seed) { $0.flaw = flaw }.violation
        }.first
        #expect(found?.checker == flaw.checker, "\(String(describing: found))")
    }

    @Test("A front that tells what it heard passes")
    func soundFront() {
        for seed: UInt64 in 1...10 { #expect(Simulator<FrontedRegisters>.run(seed: seed).violation == nil) }
    }
}

/// The registers behind a front.
struct FrontedRegisters: Workload {
    private var registers: RegisterWorkload
    var flaw: RegisterFront.Flaw?

    init(choices: inout Choices) { registers = RegisterWorkload(choices: &choices) }

    func makeMachine() -> RegisterMachine { registers.makeMachine() }
    func makeModel() -> RegisterModel { registers.makeModel() }
    func makeFront(of node: NodeID, choices: Choices) -> RegisterFront? { RegisterFront(flaw) }
    func finalQuestion() -> RegisterOperation { registers.finalQuestion() }
    func ownOperation(_ payload: Payload) -> RegisterOperation? { registers.ownOperation(payload) }
    func request(for operation: RegisterOperation) -> ClientRequest<Void> { registers.request(for: operation) }

    mutating func nextOperation(client: Int, choices: inout Choices) -> RegisterOperation {
        registers.nextOperation(client: client, choices: &choices)
    }
}

/// Hands on what clients want and tells them what it hears, after a while.
final class RegisterFront: ClientFront {
    enum Flaw: CaseIterable {
        case forgets, tellsTwice, unknownIsRefused, handsOverTwice

        var checker: CheckerName {
            switch self {
            case .forgets, .tellsTwice, .handsOverTwice: .outcome
            case .unknownIsRefused: .linearizability
            }
        }
    }

    private let flaw: Flaw?
    private var gathered: [(request: NodeRequest<RegisterMachine>, call: Int?)] = []
    private var open: Set<Int> = []
    private var linearizable: Set<Int> = []
    private var toldCount = 0

    init(_ flaw: Flaw?) { self.flaw = flaw }

    var nextDeadline: Instant? { nil }

    func step(
        _ event: FrontEvent<RegisterMachine, RegisterOperation>, at now: Instant,
        into effects: inout FrontEffects<RegisterMachine>
    ) {
        switch event {
        case .called(let call, let operation): called(call, operation)
        case .cancelled(let call): open.remove(call)
        case .completed(let completions):
            for completion in completions { tell(completion, into: &effects) }
        case .turnEnded:
            for (request, call) in gathered { effects.ask(request, for: call) }
            gathered = []
        case .nodeStands, .stopping, .judged: break
        }
    }

    private func called(_ call: Int, _ operation: RegisterOperation) {
        open.insert(call)
        let token = UInt64(call)
        switch operation {
        case .read(let isLinearizable):
            if isLinearizable { linearizable.insert(call) }
            gathered.append((.query((), linearizable: isLinearizable, token: token), call))
        default:
            gathered.append((.command(operation.payload(), token: token), call))
            if flaw == .handsOverTwice, call % 20 == 0 { gathered.append(gathered[gathered.count - 1]) }
        }
    }

    private func tell(_ completion: NodeCompletion<RegisterMachine>, into effects: inout FrontEffects<RegisterMachine>)
    {
        let call = Int(completion.token)
        guard open.remove(call) != nil else { return }
        toldCount += 1
        if flaw == .forgets, toldCount % 20 == 0 { return }
        effects.tell(outcome(completion, call), to: call)
        if flaw == .tellsTwice, toldCount % 20 == 0 { effects.tell(outcome(completion, call), to: call) }
    }

    private func outcome(
        _ completion: NodeCompletion<RegisterMachine>, _ call: Int
    ) -> ToldOutcome<RegisterMachine> {
        switch completion {
        case .output(_, let output): .output(output)
        case .answer(_, let answer): .answer(answer, isLinearizable: linearizable.contains(call))
        case .failed(_, .unknownOutcome): flaw == .unknownIsRefused ? .refused : .unknown
        case .failed: .refused
        }
    }
}

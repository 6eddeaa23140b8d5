import Counter
import Decree
import DecreeSimulator
import Testing

/// What clients do to a counter, for the simulator: they add and read.
struct CounterWorkload: Workload {
    enum Operation: Sendable {
        /// The numbers differ, so that a command is known by its payload.
        case add(Int64)
        case read
    }

    private var lastNumber: Int64 = 0

    init(choices: inout Choices) {}

    func makeMachine() -> Small<Counter> { Small(Counter()) }

    func makeModel() -> CounterModel { CounterModel() }

    mutating func nextOperation(client: Int, choices: inout Choices) -> Operation {
        guard choices.chance(2, in: 3) else { return .read }
        lastNumber += 1
        return .add(lastNumber)
    }

    func finalQuestion() -> Operation { .read }

    func request(for operation: Operation) -> ClientRequest<Void> {
        switch operation {
        case .add(let number): .command(Counter.add(number))
        case .read: .linearizableRead(())
        }
    }
}

/// The counter once more, as plain as can be, to compare with.
struct CounterModel: SequentialModel {
    private var sum: Int64 = 0
    private(set) var position: UInt64 = 0

    mutating func perform(_ operation: CounterWorkload.Operation, output: Counter.Reading?) -> String? {
        guard case .add(let number) = operation else { return nil }
        position += 1
        sum += number
        return output.flatMap { differs($0) }
    }

    func check(_ operation: CounterWorkload.Operation, answer: Counter.Reading) -> String? { differs(answer) }

    private func differs(_ reading: Counter.Reading) -> String? {
        reading == Counter.Reading(commands: position, sum: sum) ? nil : "\(reading), should be \(position), \(sum)"
    }

    static func position(of output: Counter.Reading) -> UInt64? { output.commands }
}

@Suite("A counter in a world full of faults")
struct CounterSimulation {
    @Test("Crashes, partitions and lost messages change no sum", arguments: 1...20)
    func survives(seed: UInt64) {
        let report = Simulator<CounterWorkload>.run(seed: seed)
        #expect(report.violation == nil)
        #expect(report.chosenSlots >= 200)
    }

    @Test("A broken rule of the protocol is noticed: the checks are not vacuous")
    func noticesBrokenRule() throws {
        let bug = try #require(PlantedBug(named: "quorumOfOne"))
        let reports = (1...40).lazy.map { Simulator<CounterWorkload>.run(seed: $0, planted: bug) }
        #expect(reports.contains { $0.violation != nil })
    }
}

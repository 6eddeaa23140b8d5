import ArgumentParser
import DecreePages
import DecreeSimulator
import DecreeStoreSimulation

/// What runs in the simulator.
enum SimulatedWorkload: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// The server's store, with puts, deletions, ranges, transactions and compactions.
    case store
    /// A few registers: the smallest machine.
    case registers

    /// What no run shows, because the machine does nothing of the kind.
    var unseen: [Sight] {
        switch self {
        case .store: StoreWorkload.unseen
        case .registers: RegisterWorkload.unseen
        }
    }

    func run(seed: UInt64, planted: PlantedBug? = nil, worldOf: PlantedBug? = nil) -> RunReport {
        switch self {
        case .store: Simulator<StoreWorkload>.run(seed: seed, planted: planted, worldOf: worldOf)
        case .registers: Simulator<RegisterWorkload>.run(seed: seed, planted: planted, worldOf: worldOf)
        }
    }

    /// As many steps as a page shows of a run.
    static let stepsOfPage = 10_000

    /// The same, recorded for a page.
    func record(seed: UInt64, planted: PlantedBug? = nil) -> (report: RunReport, run: RecordedRun) {
        switch self {
        case .store: record(StoreWorkload.self, seed, planted)
        case .registers: record(RegisterWorkload.self, seed, planted)
        }
    }

    private func record<W: Workload>(_: W.Type, _ seed: UInt64, _ planted: PlantedBug?) -> (RunReport, RecordedRun) {
        Simulator<W>.recordRun(
            seed: seed, planted: planted, maximumEvents: Self.stepsOfPage, command: line(seed, planted, "--html FILE"))
    }

    /// The run in which a planted bug does harm, and the sound core's in the same world.
    func recordPair(seed: UInt64, planted: PlantedBug) -> (broken: RecordedRun, sound: RecordedRun) {
        switch self {
        case .store: recordPair(StoreWorkload.self, seed, planted)
        case .registers: recordPair(RegisterWorkload.self, seed, planted)
        }
    }

    private func recordPair<W: Workload>(
        _: W.Type, _ seed: UInt64, _ planted: PlantedBug
    ) -> (RecordedRun, RecordedRun) {
        Simulator<W>.recordPair(
            seed: seed, planted: planted, maximumEvents: Self.stepsOfPage,
            command: line(seed, planted, "--beside --html FILE"))
    }

    /// A run, and all that could have happened besides.
    func ways(seed: UInt64, planted: PlantedBug? = nil) -> any RunTree {
        switch self {
        case .store: ways(StoreWorkload.self, seed, planted)
        case .registers: ways(RegisterWorkload.self, seed, planted)
        }
    }

    private func ways<W: Workload>(_: W.Type, _ seed: UInt64, _ planted: PlantedBug?) -> any RunTree {
        Simulator<W>.ways(
            seed: seed, planted: planted, maximumEvents: Self.stepsOfPage, command: line(seed, planted, "--serve"))
    }

    private func line(_ seed: UInt64, _ planted: PlantedBug?, _ options: String) -> String {
        SimulateCommand.replayLine(seed: seed, workload: self, planted: planted) + " " + options
    }
}

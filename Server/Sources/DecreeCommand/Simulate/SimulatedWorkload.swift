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
        let command = SimulateCommand.replayLine(seed: seed, workload: self, planted: planted) + " --html FILE"
        let limit = Self.stepsOfPage
        return switch self {
        case .store:
            Simulator<StoreWorkload>.recordRun(seed: seed, planted: planted, maximumEvents: limit, command: command)
        case .registers:
            Simulator<RegisterWorkload>.recordRun(seed: seed, planted: planted, maximumEvents: limit, command: command)
        }
    }

    /// The run in which a planted bug does harm, and the sound core's in the same world.
    func recordPair(seed: UInt64, planted: PlantedBug) -> (broken: RecordedRun, sound: RecordedRun) {
        let command = SimulateCommand.replayLine(seed: seed, workload: self, planted: planted) + " --beside --html FILE"
        let limit = Self.stepsOfPage
        return switch self {
        case .store:
            Simulator<StoreWorkload>.recordPair(seed: seed, planted: planted, maximumEvents: limit, command: command)
        case .registers:
            Simulator<RegisterWorkload>.recordPair(seed: seed, planted: planted, maximumEvents: limit, command: command)
        }
    }
}

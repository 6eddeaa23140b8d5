import ArgumentParser
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
}

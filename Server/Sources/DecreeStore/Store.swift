import PaxosBase
import PaxosLog

/// The replicated state of the server: etcd's data model as a deterministic machine that the log drives.
///
/// All calls come from one thread. See the essay in `DecreeStore.docc`.
public final class Store: StateMachine {
    public typealias Output = StoreOutput
    public typealias Query = StoreQuery
    public typealias Answer = StoreAnswer
    public typealias Cursor = StoreCursor
    public typealias SnapshotWalk = StoreSnapshotWalk

    /// What may differ between replicas, because nothing that is replicated depends on it.
    public struct Settings: Sendable, Hashable {
        /// The largest answer to gather, in bytes of keys, values and about sixty more an entry: of a transaction all
        /// ranges and previous values together.
        public var responseByteLimit: Int
        /// The same for what a command yields, which is gathered in one piece while others wait.
        public var outputByteLimit: Int
        /// What all queries under way may hold together, and likewise all outputs of one batch of commands, in bytes.
        public var gatheredByteLimit: Int
        /// How much a query does in one step, in units of about 50 ns.
        public var workPerSlice: Int
        /// How much the commands of one turn do until the others are left for the next one, in the same units. What a
        /// single command may do is limited apart from that, and is much more.
        public var workPerTurn: Int

        public init(
            responseByteLimit: Int = 512 << 20, workPerSlice: Int = 4_000, gatheredByteLimit: Int = 1 << 30,
            outputByteLimit: Int = 64 << 20, workPerTurn: Int = 200_000
        ) {
            self.responseByteLimit = responseByteLimit
            self.gatheredByteLimit = gatheredByteLimit
            self.outputByteLimit = outputByteLimit
            self.workPerSlice = workPerSlice
            self.workPerTurn = workPerTurn
        }
    }

    var state: StoreState
    var restoration: Restoration?

    public init(settings: Settings = Settings()) { state = StoreState(settings: settings) }

    public var status: StoreStatus { state.status }

    public var digest: StateDigest { state.digest }

    public func apply(_ commands: [ChosenCommand], into outputs: inout [StoreOutput]) {
        _ = state.apply(commands, from: 0, workLimit: .max, into: &outputs)
    }

    public func apply(_ commands: [ChosenCommand], from first: Int, into outputs: inout [StoreOutput]) -> Int {
        state.apply(commands, from: first, workLimit: state.settings.workPerTurn, into: &outputs)
    }

    public func performMaintenance() -> Bool { state.reclaim() }
}

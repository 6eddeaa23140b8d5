import PaxosBase

/// A state machine that does everything in one call: apply, answer, snapshot, restore. ``Small`` makes a
/// ``StateMachine`` of it.
///
/// Enough for whatever fits into memory a few times over and is copied within a fraction of a millisecond: counters,
/// tables of settings, locks. A machine whose questions or snapshots take longer adopts ``StateMachine`` itself, or
/// heartbeats would wait for it.
///
/// ```swift
/// struct Counter: SmallStateMachine {
///     private var sum: Int64 = 0
///
///     mutating func apply(_ command: ChosenCommand) -> Int64 {
///         sum &+= Int64(String(decoding: command.payload.bytes, as: UTF8.self)) ?? 0
///         return sum
///     }
///
///     func answer(_ query: Void) -> Int64 { sum }
///
///     func snapshot() -> [UInt8] { Array("\(sum)".utf8) }
///
///     mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {
///         guard let sum = Int64(String(decoding: snapshot, as: UTF8.self)) else { throw SnapshotError("not a sum") }
///         self.sum = sum
///     }
/// }
/// ```
///
/// The rule of every state machine holds here too: nothing but the commands, in their order, may decide what `apply`
/// does. No clock, no chance, no iteration order of a `Set` or `Dictionary`. And no trap: a command that ends the process
/// (an overflow, an index out of bounds) is in the log for ever and would end every replica, again at each restart.
/// - Source: Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach", 1990, section 2.
public protocol SmallStateMachine {
    /// What a command yields for the client that sent it.
    associatedtype Output: Sendable
    /// A question that changes nothing.
    associatedtype Query: Sendable
    /// What a question yields.
    associatedtype Answer: Sendable
    /// What the machine tells those who subscribe; `Never` for a machine that tells nothing.
    associatedtype Push: Sendable = Never

    /// Applies one chosen command.
    /// - Returns: The result for the client; equal on all replicas.
    mutating func apply(_ command: ChosenCommand) -> Output

    /// Answers `query` from the state as it is.
    func answer(_ query: Query) -> Answer

    /// The whole state in bytes: equal states give equal bytes, or replicas would seem to differ.
    func snapshot() -> [UInt8]

    /// Takes the state that `snapshot` holds, whatever the machine held before.
    /// - Parameter snapshot: What ``snapshot()`` gave, on this replica or another.
    /// - Throws: `SnapshotError` for bytes that this machine does not write.
    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError)

    /// What the command that was just applied has to tell those who subscribe (``StateMachine/takePushes(into:)``). Called
    /// behind every ``apply(_:)``, whether anybody subscribes or not; what is handed out is to be forgotten.
    /// - Returns: The pushes, in order.
    mutating func takePushes() -> [Push]

    /// How much memory a push takes, in bytes, about (``StateMachine/byteCount(of:)``). The default is the size of the value
    /// itself, without what it refers to: pushes that hold text or lists should say more.
    static func byteCount(of push: Push) -> Int

    /// The log time at which the machine wants a command of its own; nil while it wants none
    /// (``StateMachine/nextDue``).
    var nextDue: LogTime? { get }

    /// The commands that the machine wants when the log's clock has reached `time`. They may be applied late, twice or
    /// never, so `apply` passes over what has no meaning any more (``StateMachine/dueCommands(at:limit:)``).
    /// - Parameters:
    ///   - time: What was due later is not to be asked for.
    ///   - limit: How many at most.
    mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload]
}

extension SmallStateMachine {
    /// Most machines want nothing by themselves.
    public var nextDue: LogTime? { nil }

    /// No commands of its own.
    public mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] { [] }

    /// The size of the value itself.
    public static func byteCount(of push: Push) -> Int { MemoryLayout<Push>.stride }
}

extension SmallStateMachine where Push == Never {
    /// Nothing to tell.
    public mutating func takePushes() -> [Never] { [] }
}

/// A ``SmallStateMachine`` as the log drives it: batches one command at a time, snapshots cut into blocks.
public struct Small<Machine: SmallStateMachine>: StateMachine {
    /// As the machine yields it.
    public typealias Output = Machine.Output
    /// As the machine is asked.
    public typealias Query = Machine.Query
    /// As the machine answers.
    public typealias Answer = Machine.Answer
    /// As the machine tells it.
    public typealias Push = Machine.Push
    /// No question takes a second step.
    public typealias Cursor = Never
    /// What is left of the snapshot.
    public typealias SnapshotWalk = ArraySlice<UInt8>

    /// The machine as it stands now.
    public private(set) var machine: Machine
    /// Whether anybody subscribes; what is told otherwise is dropped.
    public var isPushing = false
    /// Of the commands since they were taken last.
    private var pushes: [Push] = []
    /// The blocks of a snapshot that is being restored.
    private var restoring: [UInt8] = []

    private static var maximumBlockBytes: Int { 1 << 20 }

    /// - Parameter machine: The machine in its first state, equal on all replicas.
    public init(_ machine: Machine) { self.machine = machine }

    /// Applies one command after the other.
    public mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Output]) {
        for command in commands {
            let output = machine.apply(command)
            if command.isAwaited { outputs.append(output) }
            if Push.self != Never.self { keepPushes() }
        }
    }

    private mutating func keepPushes() {
        let told = machine.takePushes()
        if isPushing { pushes += told }
    }

    /// What the machine told since the last call.
    public mutating func takePushes(into pushes: inout [Push]) {
        pushes += self.pushes
        self.pushes.removeAll(keepingCapacity: true)
    }

    /// As the machine measures it.
    public static func byteCount(of push: Push) -> Int { Machine.byteCount(of: push) }

    /// When the machine wants a command of its own.
    public var nextDue: LogTime? { machine.nextDue }

    /// The commands that it wants.
    public mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] {
        machine.dueCommands(at: time, limit: limit)
    }

    /// Answers in one step.
    public mutating func begin(_ query: Query) -> QueryStep<Answer, Never> { .finished(machine.answer(query)) }

    /// Never called: no question takes a second step.
    public mutating func advance(_ cursor: Never) -> QueryStep<Answer, Never> {}

    /// Never called: no question takes a second step.
    public mutating func abandon(_ cursor: Never) {}

    /// Of the snapshot's bytes: as costly as a snapshot.
    public var digest: StateDigest {
        machine.snapshot().withUnsafeBytes {
            StateDigest(high: StableHasher.hash($0, seed: 1), low: StableHasher.hash($0, seed: 2))
        }
    }

    /// Takes the whole snapshot at once.
    public mutating func beginSnapshot() -> ArraySlice<UInt8> { machine.snapshot()[...] }

    /// The next mebibyte of it.
    public mutating func nextBlock(of walk: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard !walk.isEmpty else { return nil }
        let block = Array(walk.prefix(Self.maximumBlockBytes))
        walk = walk.dropFirst(block.count)
        return block
    }

    /// Nothing is pinned.
    public mutating func abandon(_ walk: ArraySlice<UInt8>) {}

    /// Begins to gather the blocks of a snapshot.
    public mutating func beginRestore() { restoring = [] }

    /// Gathers a block.
    public mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError) {
        restoring.append(contentsOf: block)
    }

    /// Hands the machine the whole snapshot.
    /// - Throws: `SnapshotError` when the machine does not take it.
    public mutating func endRestore() throws(SnapshotError) {
        defer { restoring = [] }
        try machine.restore(restoring)
    }

    /// A small machine has no housekeeping.
    public mutating func performMaintenance() -> Bool { false }
}

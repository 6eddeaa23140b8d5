import PaxosBase

/// What the replicated log drives: a deterministic machine that answers equal commands in equal order equally.
///
/// Nothing but the commands may decide what `apply` does: no clock, no chance, no iteration order of a `Set` or
/// `Dictionary`, no configuration that differs between replicas. All calls come from one thread.
/// - Source: Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach", 1990, section 2.
public protocol StateMachine {
    /// What a command yields for the client that sent it.
    associatedtype Output: Sendable
    /// A question that changes nothing.
    associatedtype Query: Sendable
    /// What a question yields.
    associatedtype Answer: Sendable
    /// A question that takes more than one bounded step: a pinned state and how far the walk has come.
    associatedtype Cursor
    /// A snapshot being written: a pinned state and how far the walk has come.
    associatedtype SnapshotWalk
    /// What the machine tells those who subscribe, such as a change of its state; `Never` for a machine that tells nothing.
    associatedtype Push: Sendable = Never

    /// Applies chosen commands in slot order.
    /// - Parameters:
    ///   - commands: The commands, each at its slot; slots ascend.
    ///   - outputs: Receives exactly one output for each command with `isAwaited`, in order, and none for the others.
    mutating func apply(_ commands: [ChosenCommand], into outputs: inout [Output])

    /// Applies the next of `commands` in slot order: at least one, and as many as are a bounded amount of work (about 10 ms).
    /// The others' turn comes when the node has looked at its sockets; queries that wait for nothing in the log are
    /// begun in between. Where a machine stops has no influence on what it applies, and may differ between replicas.
    ///
    /// This is what a node calls. The default does all at once, which is right for commands that are short work.
    /// - Parameters:
    ///   - commands: The commands, each at its slot; slots ascend.
    ///   - first: The place of the first that was not applied yet.
    ///   - outputs: Receives exactly one output for each command with `isAwaited` that is applied, in order.
    /// - Returns: How many were applied.
    mutating func apply(_ commands: [ChosenCommand], from first: Int, into outputs: inout [Output]) -> Int

    /// Whether `command` is plainly short work, well below a millisecond. Told for every command of a client, so from its bytes alone
    /// and at once. The default takes every command for short.
    func isShort(_ command: Payload) -> Bool

    /// About how long a command will take that is not plainly short, on the state as it is now. The node lets only so much of such
    /// work into the log at a time (`NodeLimits.longWorkUnderWay`), so that short commands, which go past those that
    /// wait, do not stand behind much of it. An estimate: nothing but the order of commands that nobody has answered yet depends on it.
    func timeToApply(_ command: Payload) -> TimeSpan

    /// Starts to answer `query` on the state as it is now, with a bounded amount of work (about 200 us).
    mutating func begin(_ query: Query) -> QueryStep<Answer, Cursor>

    /// Goes on with a query that `begin` left unfinished, by another bounded amount of work.
    mutating func advance(_ cursor: Cursor) -> QueryStep<Answer, Cursor>

    /// Gives up a query; what its cursor pinned is free again.
    mutating func abandon(_ cursor: Cursor)

    /// The log time at which the machine wants a command of its own, such as the end of a lease; nil while it wants none.
    /// A function of the state alone. It is asked for after every batch of commands, so it must be at hand.
    var nextDue: LogTime? { get }

    /// The commands that the machine wants when the log's clock has reached `time`. The leader's node has a quorum confirm
    /// that it leads, and then has them proposed like any client's command, without a waiter.
    ///
    /// Nothing is promised: they may be applied later or never, twice, in the terms of another leader, behind commands
    /// that change what they are about. So each names what it is about and in which generation; and `apply` passes over one
    /// whose generation is old, or whose deadline is behind the ``ChosenCommand/time`` at which it is applied. As long as
    /// ``nextDue`` does not move on, the machine is asked again.
    /// - Parameters:
    ///   - time: What was due later is not to be asked for.
    ///   - limit: How many at most; the others' turn comes when these are applied.
    mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload]

    /// Whether anybody subscribes to what the machine pushes. The node sets it, never between `apply` and ``takePushes(into:)``;
    /// the machine only looks at it, to keep nothing that nobody wants. It is no part of the state: not of ``digest``, not
    /// of a snapshot.
    var isPushing: Bool { get set }

    /// Hands out what there is to tell of the commands that were applied since the last call, and forgets it. Called once
    /// behind all commands of a turn, and only while ``isPushing``.
    ///
    /// Whoever subscribes on a node is told every push of every command that the node applies from then on, once, in the
    /// order of the commands, and before any output or answer that shows them and goes to the same port. Replicas that apply equal
    /// commands should push equally, so that subscribers may go from one node to another by something in the pushes, such
    /// as a revision. Nothing is promised across restarts of the node: what a snapshot holds that it restores is pushed to
    /// nobody, and what it applies again from its journal may be pushed again.
    /// - Parameter pushes: Receives them in the order of their commands; what one command pushes stays together.
    /// - Source: etcd's documentation, "KV API guarantees", on watches: ordered, unique, reliable, atomic.
    mutating func takePushes(into pushes: inout [Push])

    /// How much memory a push takes, in bytes, about: by it is limited what a node holds for a subscriber that is slow.
    /// The default is the size of the value itself, without what it refers to.
    static func byteCount(of push: Push) -> Int

    /// A digest of the logical state, kept incrementally: equal on all replicas that applied the same slots.
    var digest: StateDigest { get }

    /// Pins the state as it is now for a snapshot. Commands go on being applied beside the walk.
    mutating func beginSnapshot() -> SnapshotWalk

    /// The next block of the snapshot, at most 1 MiB and a bounded amount of work; nil when all has been walked, and
    /// then nothing is pinned any more.
    mutating func nextBlock(of walk: inout SnapshotWalk) -> [UInt8]?

    /// Gives up a snapshot; what its walk pinned is free again.
    mutating func abandon(_ walk: SnapshotWalk)

    /// Empties the machine to receive the blocks of a snapshot. Never called while anybody subscribes to its pushes.
    mutating func beginRestore()

    /// Takes the next block of a snapshot.
    /// - Throws: `SnapshotError` when the block is not one that this machine writes at this place.
    mutating func restore(_ block: UnsafeRawBufferPointer) throws(SnapshotError)

    /// Called after the last block; checks that the snapshot was whole.
    mutating func endRestore() throws(SnapshotError)

    /// Does a bounded amount of housekeeping that changes nothing logical, such as freeing compacted history.
    /// - Returns: Whether more is waiting.
    mutating func performMaintenance() -> Bool
}

extension StateMachine {
    /// All in one go.
    @inlinable
    public mutating func apply(_ commands: [ChosenCommand], from first: Int, into outputs: inout [Output]) -> Int {
        apply(first == 0 ? commands : Array(commands[first...]), into: &outputs)
        return commands.count - first
    }

    /// All are.
    @inlinable
    public func isShort(_ command: Payload) -> Bool { true }

    /// Not asked for.
    @inlinable
    public func timeToApply(_ command: Payload) -> TimeSpan { .zero }

    /// Most machines want nothing by themselves.
    @inlinable
    public var nextDue: LogTime? { nil }

    /// No commands of its own.
    @inlinable
    public mutating func dueCommands(at time: LogTime, limit: Int) -> [Payload] { [] }

    /// The size of the value itself.
    @inlinable
    public static func byteCount(of push: Push) -> Int { MemoryLayout<Push>.stride }
}

extension StateMachine where Push == Never {
    /// There is nothing to subscribe to.
    @inlinable
    public var isPushing: Bool {
        get { false }
        set {}
    }

    /// Nothing to tell.
    @inlinable
    public mutating func takePushes(into pushes: inout [Never]) {}
}

/// A command that was chosen, on its way to the state machine.
public struct ChosenCommand: Sendable {
    /// Where it stands in the log; the same on every replica.
    public let slot: Slot
    /// The largest stamp that counts among the commands up to this one: what a machine may know of time. It never goes back, it is the
    /// same on every replica, and never more of it passes than of true time.
    public let time: LogTime
    /// The bytes that the client submitted.
    public let payload: Payload
    /// Whether a client of this very replica waits for the output.
    public let isAwaited: Bool

    public init(slot: Slot, time: LogTime = .zero, payload: Payload, isAwaited: Bool) {
        self.slot = slot
        self.time = time
        self.payload = payload
        self.isAwaited = isAwaited
    }
}

/// How far one bounded step brought a query.
public enum QueryStep<Answer, Cursor> {
    case finished(Answer)
    case unfinished(Cursor)
}

/// Why a snapshot cannot be restored.
public struct SnapshotError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the block, for the operator's log.
    public let description: String

    /// - Parameter description: What is wrong with the block, in a line for the operator's log.
    public init(_ description: String) { self.description = description }
}

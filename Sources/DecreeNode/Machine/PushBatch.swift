import PaxosBase
import PaxosLog

/// What a state machine pushed in one turn of its node, for one port that subscribes.
///
/// The batches of a subscription follow each other without a gap: each begins behind the slot with which the one before
/// ended. It ends only with a batch that says so.
public struct PushBatch<Machine: StateMachine>: Sendable {
    /// Of the commands behind ``after`` up to ``through``, in their order; all that one command pushed is in one batch.
    public private(set) var pushes: [Machine.Push]
    /// The slot behind which these pushes begin.
    public let after: Slot
    /// Of every command up to this slot all pushes were told.
    public private(set) var through: Slot
    /// What the port holds of the node's memory by this batch until it says that it is done with it.
    public private(set) var amount: PushAmount
    /// Why nothing follows; nil when the subscription goes on.
    public private(set) var end: PushesEnd?

    package init(pushes: [Machine.Push], after: Slot, through: Slot, amount: PushAmount, end: PushesEnd?) {
        self.pushes = pushes
        self.after = after
        self.through = through
        self.amount = amount
        self.end = end
    }

    /// The word of a node that ended before anything could be told.
    package static func ended(_ reason: PushesEnd) -> PushBatch {
        PushBatch(pushes: [], after: .zero, through: .zero, amount: PushAmount(), end: reason)
    }

    /// Takes what follows, for a port that did not fetch this yet.
    mutating func append(_ other: PushBatch) {
        pushes += other.pushes
        through = other.through
        amount += other.amount
        end = end ?? other.end
    }
}

/// How much was pushed.
public struct PushAmount: Hashable, Sendable {
    /// How many pushes.
    public var count: Int
    /// As the machine measures its pushes (``PaxosLog/StateMachine/byteCount(of:)``).
    public var byteCount: Int

    /// - Parameters:
    ///   - count: How many pushes.
    ///   - byteCount: How large they are, in bytes.
    public init(count: Int = 0, byteCount: Int = 0) {
        self.count = count
        self.byteCount = byteCount
    }

    package static func += (sum: inout PushAmount, other: PushAmount) {
        sum.count += other.count
        sum.byteCount += other.byteCount
    }

    package static func -= (sum: inout PushAmount, other: PushAmount) {
        sum.count = max(0, sum.count - other.count)
        sum.byteCount = max(0, sum.byteCount - other.byteCount)
    }
}

/// Why a subscription ended that its port did not end itself.
public enum PushesEnd: Error, Hashable, Sendable, CustomStringConvertible {
    /// The port held more than it may when there was more to tell, and the pushes behind `after` are lost. Whoever wants to
    /// go on subscribes again, and then asks the machine for its state.
    case lost(after: Slot)
    /// The node must be upgraded to go on: the log holds an entry of a newer version, and nothing behind it is applied.
    case halted
    /// The node is shutting down.
    case stopped

    public var description: String {
        switch self {
        case .lost(let after): "the subscriber was too slow, and what was pushed behind slot \(after) is lost"
        case .halted: "the node must be upgraded: the log holds an entry of a newer version"
        case .stopped: "the node is shutting down"
        }
    }
}

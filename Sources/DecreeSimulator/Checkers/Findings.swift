/// The checkers by name.
public enum CheckerName: String, CaseIterable, Sendable {
    /// One value per slot.
    case agreement
    /// Every chosen value was proposed by a client, or is a no-op.
    case proposed
    /// Promises, watermarks and ballots never go back.
    case monotone
    /// What counts as chosen was accepted durably by a quorum in one ballot.
    case durableQuorum
    /// No more time passes on the log's clock than in truth.
    case logTime
    /// What a machine wants by itself is proposed in time, and by the leader.
    case due
    /// Equal digests at equal slots.
    case digest
    /// A command is applied once.
    case atMostOnce
    /// A disk gives back what was synced, and a damaged frame is noticed.
    case durability
    /// Only a member of a formed cluster votes, and never one that came with another disk than it was formed with.
    case forming
    /// A completion reaches the port that waits for it.
    case pairing
    /// A request gets one outcome, in its time, and what stands between clients and the node tells them nothing else.
    case outcome
    /// A subscriber is told the pushes of all commands that are applied, in order, each once, and before anything that its port
    /// is told shows them.
    case pushes
    /// What clients saw has an order that a single machine could have had.
    case linearizability
    /// After healing everything ends.
    case liveness
}

/// What a checker found.
public struct Violation: Hashable, Sendable {
    public let seed: UInt64
    public let checker: CheckerName
    public let text: String
    /// The number of the event that was being stepped.
    public let event: Int

    public init(seed: UInt64, checker: CheckerName, text: String, event: Int) {
        self.seed = seed
        self.checker = checker
        self.text = text
        self.event = event
    }
}

/// Where the checkers of a run report, those of all its groups. The first finding counts: what comes after follows from it.
///
/// A class, so that no checker needs access to it for longer than it takes to report.
final class Findings {
    private(set) var first: (checker: CheckerName, text: String)?

    func report(_ checker: CheckerName, _ text: @autoclosure () -> String) {
        if first == nil { first = (checker, text()) }
    }
}

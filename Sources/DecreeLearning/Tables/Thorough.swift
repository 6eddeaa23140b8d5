import PaxosBase
import PaxosSynod

/// How much of what can happen to Paxos is gone through. Any message may be lost, come again, and be overtaken by all others.
public enum ThoroughBounds: String, CaseIterable, Sendable {
    /// A ballot for each of two proposers, three acceptors, and a crash of anybody at any moment, before or behind any write.
    case quick
    /// The same with three ballots.
    case ballots
    /// Three ballots and a crash.
    case thorough

    /// What they are, in words.
    public var text: String {
        switch self {
        case .quick: "three acceptors, two proposers, two ballots, one crash before or behind any write"
        case .ballots: "three acceptors, two proposers, three ballots, no crash"
        case .thorough: "three acceptors, two proposers, three ballots, one crash before or behind any write"
        }
    }

    var plan: SynodPlan {
        var plan = SynodPlan.small()
        plan.proposersIgnoreVotes = true
        plan.wishesStay = true
        plan.ballots = self == .quick ? 1 : 2
        plan.allBallots = self == .quick ? 2 : 3
        plan.crashes = self == .ballots ? 0 : 1
        return plan
    }

    /// Goes through it.
    /// - Parameter progress: Told now and then how many states were reached.
    public func search(progress: (Int) -> Void = { _ in }) -> ThoroughReport {
        let search = SynodSearch(plan, progress: progress)
        return ThoroughReport(
            finding: search.finding, states: search.states, transitions: search.transitions, depth: search.depth,
            isComplete: search.isComplete)
    }
}

/// What ``ThoroughBounds/search(progress:)`` found.
public struct ThoroughReport: Hashable, Sendable {
    /// What is wrong; nil when nothing is.
    public let finding: String?
    /// How many states were gone through; those that differ only in which acceptor is which count once.
    public let states: Int
    /// How many steps were made, also those that led to known states.
    public let transitions: Int
    /// How many steps the farthest state is away.
    public let depth: Int
    /// Nothing was left out.
    public let isComplete: Bool
}

import PaxosBase
import PaxosSynod

/// How much of what can happen to Paxos is gone through. Any message may be lost, come again, and be overtaken by all others.
public enum ThoroughBounds: String, CaseIterable, Sendable {
    /// A ballot for each of two proposers, three acceptors, and a crash of anybody at any moment, before or behind any write.
    case quick
    /// The same with three ballots.
    case ballots
    /// Two ballots, a learner, and two crashes, of whomever and of the same one twice.
    case learner
    /// Three ballots and a crash.
    case thorough

    /// What they are, in words.
    public var text: String {
        switch self {
        case .quick: "three acceptors, two proposers, two ballots, one crash before or behind any write"
        case .ballots: "three acceptors, two proposers, three ballots, no crash"
        case .learner:
            "three acceptors, two proposers, a learner, two ballots, two crashes before or behind any write"
        case .thorough: "three acceptors, two proposers, three ballots, one crash before or behind any write"
        }
    }

    var plan: SynodPlan {
        var plan = SynodPlan.small(learners: self == .learner ? 1 : 0)
        plan.proposersIgnoreVotes = true
        plan.wishesStay = true
        plan.ballots = allBallots - 1
        plan.allBallots = allBallots
        plan.crashes = crashes
        return plan
    }

    private var allBallots: Int {
        switch self {
        case .quick, .learner: 2
        case .ballots, .thorough: 3
        }
    }

    private var crashes: Int {
        switch self {
        case .ballots: 0
        case .quick, .thorough: 1
        case .learner: 2
        }
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

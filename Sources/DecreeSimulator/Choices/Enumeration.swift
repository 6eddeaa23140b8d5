import PaxosBase

/// Goes through all the choices that runs can make, depth first: each run gets choices, and where it was asked tells
/// which are left.
///
/// ```swift
/// var enumeration = Enumeration(limit: 10_000)
/// while var choices = enumeration.nextRun() { try(&choices) }
/// ```
///
/// No tree is kept, only the last run's list: the next is the one behind it in the order of an odometer. A run that
/// ends early cuts off all that lies behind. Runs must be finite, and equal choices must make equal runs.
/// - Source: Godefroid, "Model Checking for Programming Languages using VeriSoft", POPL 1997 (stateless search).
public struct Enumeration {
    /// No more runs than these are made.
    public let limit: Int
    public private(set) var runs = 0
    /// Every run was made, from the first script on.
    public private(set) var isComplete = false

    private let first: Script
    private var current: ChoiceLedger?

    /// - Parameters:
    ///   - limit: The number of runs after which the enumeration ends, complete or not.
    ///   - first: The run to begin with; those before it in the order are left out.
    public init(limit: Int, from first: Script = Script()) {
        self.limit = limit
        self.first = first
    }

    /// The choices for the next run; nil when there is none, or the limit is reached. The run before must be over.
    public mutating func nextRun() -> Choices? {
        guard let script = nextScript else {
            isComplete = true
            return nil
        }
        guard runs < limit else { return nil }
        runs += 1
        let ledger = ChoiceLedger(script, tail: .first)
        current = ledger
        return Choices(random: SeededRandom(seed: 0), ledger: ledger)
    }

    private var nextScript: Script? {
        guard let current else { return isComplete ? nil : first }
        invariant(current.divergence == nil, "equal choices make equal runs: at \(current.divergence ?? 0)")
        return Script(current.taken).successor
    }
}

/// A world of a step, as far as it is judged.
protocol JudgedWorld {
    var plan: StepPlan { get }
    /// A message is under way.
    var hasMail: Bool { get }
    func isAlive(_ place: Int) -> Bool
    /// The client of a node has said what it wants.
    func hasProposed(_ place: Int) -> Bool
    func decided(_ place: Int) -> Wish?
    func isWaiting(_ place: Int) -> Bool
}

extension JudgedWorld {
    /// What is wrong, in words that begin with the property; nil when nothing is.
    var finding: String? {
        switch plan.property {
        case .agreement: disagreement
        case .validity: invention
        case .progress: standstill
        }
    }

    func mayPropose(_ place: Int) -> Bool { isAlive(place) && !hasProposed(place) }

    private var disagreement: String? {
        var first: Wish?
        for place in 0..<plan.nodes {
            guard let decided = decided(place) else { continue }
            if let first, first != decided {
                return "agreement: \(min(first, decided)) and \(max(first, decided)) are decided"
            }
            first = decided
        }
        return nil
    }

    private var invention: String? {
        for place in 0..<plan.nodes {
            guard let decided = decided(place) else { continue }
            let isWanted = plan.proposers.contains { hasProposed($0) && plan.wish(of: $0) == decided }
            if !isWanted { return "validity: \(decided) is decided, and nobody wanted it" }
        }
        return nil
    }

    /// Nothing but a further death could happen, and somebody who lives waits.
    private var standstill: String? {
        guard !hasMail, !plan.proposers.contains(where: mayPropose) else { return nil }
        let living = (0..<plan.nodes).filter(isAlive)
        guard living.count >= plan.majority, let waiting = living.first(where: isWaiting) else { return nil }
        return "progress: node \(waiting) waits for ever, although \(living.count) of \(plan.nodes) nodes live"
    }
}

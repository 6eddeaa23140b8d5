/// A world of a step, as far as it is judged.
protocol JudgedWorld {
    var plan: StepPlan { get }
    /// A message is under way.
    var hasMail: Bool { get }
    func isAlive(_ place: Int) -> Bool
    /// The client of a node has said what it wants.
    func hasProposed(_ place: Int) -> Bool
    func decisions(_ place: Int) -> WishList
    func isWaiting(_ place: Int) -> Bool
}

extension JudgedWorld {
    /// What is wrong, in words that begin with the property; nil when nothing is.
    var finding: String? {
        switch plan.property {
        case .agreement: disagreement
        case .validity: invention
        case .progress: standstill
        case .order: disorder ?? repetition ?? intrusion
        }
    }

    func mayPropose(_ place: Int) -> Bool {
        isAlive(place) && !hasProposed(place) && (place != plan.successor || !(0..<plan.nodes).allSatisfy(isAlive))
    }

    /// Who may die or crash.
    var mortals: [Int] { plan.mortal.map { [$0] } ?? Array(0..<plan.nodes) }

    private var disagreement: String? {
        var first: Wish?
        for place in 0..<plan.nodes {
            guard let decided = decisions(place)[0] else { continue }
            if let first, first != decided {
                return "agreement: \(min(first, decided)) and \(max(first, decided)) are decided"
            }
            first = decided
        }
        return nil
    }

    private var invention: String? {
        for place in 0..<plan.nodes {
            guard let decided = decisions(place)[0] else { continue }
            if !isWanted(decided) { return "validity: \(decided) is decided, and nobody wanted it" }
        }
        return nil
    }

    private func isWanted(_ wish: Wish) -> Bool {
        plan.proposers.contains { hasProposed($0) && plan.wishes(of: $0).contains(wish) }
    }

    private var disorder: String? {
        var longest = (place: 0, list: decisions(0))
        for place in 1..<plan.nodes {
            let list = decisions(place)
            if !list.begins(longest.list), !longest.list.begins(list) {
                return "order: node \(longest.place) delivers \(longest.list), node \(place) \(list)"
            }
            if list.count > longest.list.count { longest = (place, list) }
        }
        return nil
    }

    private var repetition: String? {
        for place in 0..<plan.nodes {
            let wishes = decisions(place).wishes
            let twice = wishes.enumerated().first { wishes.prefix($0.offset).contains($0.element) }
            if let twice { return "order: node \(place) delivers \(twice.element) twice" }
        }
        return nil
    }

    private var intrusion: String? {
        for place in 0..<plan.nodes {
            if let wish = decisions(place).wishes.first(where: { !isWanted($0) }) {
                return "order: node \(place) delivers \(wish), and nobody wanted it"
            }
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

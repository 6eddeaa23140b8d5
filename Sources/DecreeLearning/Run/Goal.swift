/// Something worth seeing that can happen where nothing breaks: the shortest way there is searched, as one to a mistake is.
enum Goal: Hashable {
    /// A node proposes another's value, and decides it: what Paxos is about.
    case adoption
    /// Two nodes want the same slot, and in the end everybody has delivered both commands.
    case contention
    /// A node dies that alone knew what is decided, and another has it decided again, then its own command behind it.
    case lostDecision
    /// The same, but somebody else has heard of the decision before.
    case interruptedRound
    /// Two nodes send their commands at once, acceptors keep different ones, and both are delivered in the end.
    case collision

    /// The shortest way there; nil when there is none.
    func way(from code: StepCode, _ progress: (Int) -> Void) -> [StepCode.Action]? {
        Search(from: Quest(self, code), progress: progress).counterexample?.actions
    }
}

extension Step {
    /// What is shown of it if nothing breaks.
    var goal: Goal? {
        switch self {
        case .leaderlessLog: .contention
        case .lostDecision: .lostDecision
        case .interruptedRound: .interruptedRound
        case .fastLog: .collision
        default: plan.property == .agreement ? .adoption : nil
        }
    }
}

/// A world on its way to a goal.
private struct Quest: Explorable {
    private let goal: Goal
    private var code: StepCode
    /// Who proposed another's value.
    private var adopter: UInt8?
    /// What had to come first has come.
    private var isUnderWay = false

    init(_ goal: Goal, _ code: StepCode) {
        self.goal = goal
        self.code = code
    }

    func actions() -> [StepCode.Action] { code.actions() }

    /// - Returns: Something when it is there.
    mutating func perform(_ action: StepCode.Action) -> String? {
        let former = code
        let sent = code.happen(action)
        if sent & code.tables.takeovers != PacketSet() { adopter = action.place }
        isUnderWay = isUnderWay || begins(action, former)
        return isReached ? "it is there" : nil
    }

    private func begins(_ action: StepCode.Action, _ former: StepCode) -> Bool {
        switch goal {
        case .adoption: adopter != nil
        case .contention, .collision: places.count { code.hasProposed($0) } == 2 && places.allSatisfy(isUndecided)
        case .lostDecision: dies(action, former) && [1, 2].allSatisfy(isUndecided)
        case .interruptedRound: dies(action, former) && isUndecided(2) && !isUndecided(1)
        }
    }

    private func dies(_ action: StepCode.Action, _ former: StepCode) -> Bool {
        action.kind == .dies && action.place == 0 && !former.decisions(0).isEmpty
    }

    private var isReached: Bool {
        switch goal {
        case .adoption: adopter.map { !isUndecided(Int($0)) } ?? false
        case .contention, .collision: isUnderWay && places.allSatisfy { code.decisions($0).count == 2 }
        case .lostDecision, .interruptedRound: isUnderWay && code.decisions(2).count == 2
        }
    }

    private var places: Range<Int> { 0..<code.plan.nodes }
    private func isUndecided(_ place: Int) -> Bool { code.decisions(place).isEmpty }
}

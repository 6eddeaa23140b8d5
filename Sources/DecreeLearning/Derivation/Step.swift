/// The proposals that are made and rejected on the way to Paxos, in order. Each fails to keep one property, which a search
/// shows on the shortest run.
enum Step: Int, CaseIterable, Sendable {
    case oneServer = 1
    case writeToAll
    case twoPhaseCommit
    case twoLeaders
    case firstValue
    case majorityOfFirst

    /// What may happen in its world, and what it does not keep.
    var plan: StepPlan {
        switch self {
        case .oneServer: StepPlan(property: .progress, proposers: [1], deaths: 1)
        case .writeToAll: StepPlan(property: .progress, proposers: [0], deaths: 1)
        case .twoPhaseCommit: StepPlan(property: .progress, proposers: [0], deaths: 1)
        case .twoLeaders: StepPlan(property: .agreement, proposers: [0, 1])
        case .firstValue: StepPlan(property: .progress, proposers: [0, 1])
        case .majorityOfFirst: StepPlan(property: .progress, proposers: [0, 1, 2])
        }
    }

    /// Why it breaks, in words.
    var reason: String {
        switch self {
        case .oneServer: "there is one copy, and with its server nobody can say what the value is"
        case .writeToAll: "who waits for all waits for the one that failed, too"
        case .twoPhaseCommit:
            "those that said they are ready must not decide alone: the coordinator may have told somebody"
        case .twoLeaders: "a leader that is taken for dead goes on, and nodes keep what they are told last"
        case .firstValue: "every node keeps the first value that it gets, and not every node gets the same one first"
        case .majorityOfFirst: "with three values each node may keep another, and nobody may change its mind"
        }
    }

    /// What the next step does about it.
    var cure: String {
        switch self {
        case .oneServer: "every node gets a copy"
        case .writeToAll: "somebody coordinates, who may give up when a node fails"
        case .twoPhaseCommit: "if a coordinator fails another takes over, and a majority is enough"
        case .twoLeaders: "a node keeps the first value that it gets (P1)"
        case .firstValue: "a majority is enough: any two of them share a node"
        case .majorityOfFirst:
            "a node may change its mind, in rounds, and whoever begins one asks a majority first: Paxos"
        }
    }

    /// How a search refutes it.
    struct Refutation: Hashable {
        let text: String
        /// What happens, a line for each step.
        let lines: [String]
        let states: Int
    }

    /// Searches the shortest run that breaks it; nil when there is none.
    func refute() -> Refutation? {
        switch self {
        case .oneServer: Self.search(OneServer.self, plan)
        case .writeToAll: Self.search(WriteToAll.self, plan)
        case .twoPhaseCommit: Self.search(Participant.self, plan)
        case .twoLeaders: Self.search(Keeper<TwoLeaders>.self, plan)
        case .firstValue: Self.search(Keeper<FirstValue>.self, plan)
        case .majorityOfFirst: Self.search(Keeper<MajorityOfFirst>.self, plan)
        }
    }

    private static func search<Node: StepNode>(_ node: Node.Type, _ plan: StepPlan) -> Refutation? {
        let search = Search(from: StepWorld<Node>(plan))
        guard let found = search.counterexample else { return nil }
        return Refutation(text: found.text, lines: found.actions.map(\.description), states: search.states)
    }
}

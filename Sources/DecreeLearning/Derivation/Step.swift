/// The proposals that are made and rejected on the way to Paxos, in order, then Paxos, and what it does not bear.
///
/// All but Paxos fail to keep one property, which a search shows on the shortest run.
public enum Step: Int, CaseIterable, Sendable {
    case oneServer
    case writeToAll
    case twoPhaseCommit
    case twoLeaders
    case firstValue
    case majorityOfFirst
    case toldLast
    case latestRound
    case neverChange
    case changeFreely
    case askFirst
    case promiseAlone
    case paxos
    case anyQuorum
    case liar

    /// Its number on the way; the last one stands outside.
    public var number: String {
        switch self {
        case .neverChange: "9a"
        case .changeFreely: "9b"
        case .liar: "lie"
        default: "\(rawValue < Self.neverChange.rawValue ? rawValue + 1 : rawValue)"
        }
    }

    /// What it is called on a command line.
    public var name: String {
        switch self {
        case .oneServer: "one-server"
        case .writeToAll: "write-to-all"
        case .twoPhaseCommit: "two-phase-commit"
        case .twoLeaders: "two-leaders"
        case .firstValue: "first-value"
        case .majorityOfFirst: "majority-of-first"
        case .toldLast: "told-last"
        case .latestRound: "latest-round"
        case .neverChange: "never-change"
        case .changeFreely: "change-freely"
        case .askFirst: "ask-first"
        case .promiseAlone: "promise-alone"
        case .paxos: "paxos"
        case .anyQuorum: "any-quorum"
        case .liar: "liar"
        }
    }

    /// The step with this number or name; nil when there is none.
    public init?(_ text: String) {
        guard let step = Self.allCases.first(where: { $0.number == text || $0.name == text }) else { return nil }
        self = step
    }

    /// The step that comes after it; nil behind the last.
    public var next: Step? { Step(rawValue: rawValue + 1) }

    /// What it does not keep; nil when it keeps everything.
    public var breaks: Property? { self == .paxos ? nil : plan.property }

    /// What may happen in its world, and what is asked of it there.
    var plan: StepPlan {
        switch self {
        case .oneServer: StepPlan(property: .progress, proposers: [1], deaths: 1)
        case .writeToAll, .twoPhaseCommit: StepPlan(property: .progress, proposers: [0], deaths: 1)
        case .firstValue: StepPlan(property: .progress, proposers: [0, 1])
        case .majorityOfFirst, .neverChange: StepPlan(property: .progress, proposers: [0, 1, 2])
        case .liar: StepPlan(property: .validity, proposers: [0])
        case .twoLeaders, .toldLast, .latestRound, .changeFreely, .askFirst, .promiseAlone, .paxos, .anyQuorum:
            StepPlan(property: .agreement, proposers: [0, 2])
        }
    }

    var node: any StepNode.Type {
        switch self {
        case .oneServer: OneServer.self
        case .writeToAll: WriteToAll.self
        case .twoPhaseCommit: Participant.self
        case .twoLeaders: Keeper<TwoLeaders>.self
        case .firstValue: Keeper<FirstValue>.self
        case .majorityOfFirst: Keeper<MajorityOfFirst>.self
        case .toldLast: Teller<ToldLast>.self
        case .latestRound: Teller<LatestRound>.self
        case .neverChange: Teller<NeverChange>.self
        case .changeFreely: Teller<ChangeFreely>.self
        case .askFirst: PaxosNode<AskFirst>.self
        case .promiseAlone: PaxosNode<PromiseAlone>.self
        case .paxos: PaxosNode<Paxos>.self
        case .anyQuorum: PaxosNode<AnyQuorum>.self
        case .liar: PaxosNode<OneLiar>.self
        }
    }
}

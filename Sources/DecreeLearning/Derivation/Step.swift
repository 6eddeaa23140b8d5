/// The proposals that are made and rejected on the way to Paxos, in order, then Paxos, what it does not bear, and the log that is
/// made of many decisions.
///
/// All proposals but Paxos fail to keep one property, which a search shows on the shortest run. Of Paxos and of the log, which keep
/// everything, a run is searched that shows what they are for.
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
    case leaderlessLog
    case lostDecision
    case interruptedRound
    case fastLog

    /// Its number on the way; the liar stands outside.
    public var number: String {
        switch self {
        case .neverChange: "9a"
        case .changeFreely: "9b"
        case .liar: "lie"
        case .leaderlessLog: "16"
        case .lostDecision: "17a"
        case .interruptedRound: "17b"
        case .fastLog: "18"
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
        case .leaderlessLog: "leaderless-log"
        case .lostDecision: "lost-decision"
        case .interruptedRound: "interrupted-round"
        case .fastLog: "fast-log"
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
    public var breaks: Property? { holds ? nil : plan.property }

    /// It keeps everything: Paxos, and what is made of it.
    public var holds: Bool { self == .paxos || isLog }

    /// Many decisions, one after the other.
    var isLog: Bool { rawValue >= Self.leaderlessLog.rawValue }

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
        case .leaderlessLog, .fastLog: StepPlan(property: .order, proposers: [0, 2])
        case .lostDecision, .interruptedRound:
            StepPlan(property: .order, proposers: [0, 2], deaths: 1, mortal: 0, successor: 2, losesLastWords: true)
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
        case .leaderlessLog, .lostDecision, .interruptedRound: LogNode<LogOfSynods>.self
        case .fastLog: LogNode<LogOfFastPaxos>.self
        }
    }
}

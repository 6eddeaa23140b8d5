/// What a step does otherwise than the one before, as it stands in the sources.
public struct CodeChange: Hashable, Sendable {
    /// Where the lines stand, from the root of the project.
    public let file: String
    /// What the step before says; empty where it says nothing.
    public let former: String
    /// What this step says instead.
    public let new: String

    init(_ file: String, _ former: String, _ new: String) {
        self.file = file
        self.former = former
        self.new = new
    }
}

extension Step {
    /// What it does otherwise than the step before; empty for the first one, and where a step is written anew.
    ///
    /// The rules of Paxos stand in the code that ships; the laboratory leaves them out by the name behind them.
    public var changes: [CodeChange] {
        let learning = "Sources/DecreeLearning"
        let derivation = "\(learning)/Derivation"
        let majorities = "\(derivation)/Majorities.swift"
        let tellers = "\(derivation)/Tellers.swift"
        let node = "\(derivation)/PaxosNode.swift"
        let acceptor = "Sources/PaxosSynod/Roles/Acceptor.swift"
        let proposer = "Sources/PaxosSynod/Roles/Proposer.swift"
        let keepsHeld = "{ holding == nil }"
        let takesLater = "{ told.round > holding?.round ?? .zero }"
        let highest = "highest = winner(highest, accepted)"
        let promises = "guard proposal.ballot >= promised"
        return switch self {
        case .oneServer, .twoLeaders, .toldLast, .leaderlessLog, .lostDecision, .interruptedRound: []
        case .writeToAll:
            [CodeChange("\(derivation)/WriteToAll.swift", "", "guard writers.nonzeroBitCount == count")]
        case .twoPhaseCommit: [CodeChange("\(derivation)/TwoPhaseCommit.swift", "", "!isCoordinator && ready != nil")]
        case .firstValue:
            [CodeChange(majorities, "static let changesItsMind = true", "static let changesItsMind = false")]
        case .majorityOfFirst: [CodeChange(majorities, "{ count }", "{ count / 2 + 1 }")]
        case .latestRound:
            [
                CodeChange(tellers, "static let hasRounds = false", "static let hasRounds = true"),
                CodeChange(tellers, "{ told != holding }", takesLater),
            ]
        case .neverChange: [CodeChange(tellers, takesLater, keepsHeld)]
        case .changeFreely:
            [
                CodeChange(tellers, keepsHeld, takesLater),
                CodeChange(tellers, "{ holding == nil ? wish : nil }", "{ holding?.wish ?? wish }"),
            ]
        case .askFirst: [CodeChange(proposer, "", highest)]
        case .promiseAlone: [CodeChange(acceptor, "", promises), CodeChange(proposer, highest, "wish")]
        case .paxos: [CodeChange(proposer, "", highest)]
        case .anyQuorum: [CodeChange(node, "flaw: SynodFlaw? = nil", "flaw: SynodFlaw? = .minorityAsQuorum")]
        case .liar: [CodeChange(node, "", "accepted: Proposal(ballot: former, value: Wish.invented.payload)")]
        case .fastLog:
            [
                CodeChange(
                    "\(learning)/Log/LogNode.swift", "typealias Instance = SynodProcess",
                    "typealias Instance = FastProcess")
            ]
        }
    }
}

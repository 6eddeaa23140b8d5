import DecreePages

// What a page says of every event and message of a kind.

extension Step {
    /// What takes the messages of this step in, and where it stands.
    var receiver: (name: String, file: String) {
        let folder = "Sources/DecreeLearning/Derivation"
        return switch self {
        case .oneServer: ("OneServer", "\(folder)/OneServer.swift")
        case .writeToAll: ("WriteToAll", "\(folder)/WriteToAll.swift")
        case .twoPhaseCommit: ("Participant", "\(folder)/TwoPhaseCommit.swift")
        case .twoLeaders, .firstValue, .majorityOfFirst: ("Keeper", "\(folder)/Majorities.swift")
        case .toldLast, .latestRound, .neverChange, .changeFreely: ("Teller", "\(folder)/Tellers.swift")
        case .askFirst, .promiseAlone, .paxos, .anyQuorum, .liar:
            ("SynodProcess", "Sources/PaxosSynod/Process/SynodProcess.swift")
        }
    }

    /// It runs the processes that ship.
    var runsProcesses: Bool { rawValue >= Self.askFirst.rawValue }
}

extension RecordedKind {
    /// A client wants something.
    static func wants(in step: Step) -> RecordedKind {
        if step.runsProcesses {
            return RecordedKind(
                name: "wish", sign: "?", family: .client,
                meaning: "A client of this node wants a value. The node begins a round of its own, a ballot: it asks "
                    + "every acceptor for a promise (phase 1a).",
                handler: RecordedHandler(
                    name: "Proposer.stand", file: "Sources/PaxosSynod/Roles/Proposer.swift",
                    section: "Paxos Made Simple, section 2.2", action: action("Stand")))
        }
        let (name, file) = step.receiver
        return RecordedKind(
            name: "wish", sign: "?", family: .client,
            meaning: "A client of this node wants a value, and the node sets about getting it decided.",
            handler: RecordedHandler(name: "\(name).propose", file: file))
    }

    /// As the specification of the processes that ship calls it.
    static func action(_ name: String) -> String { "\(name) in Specs/Synod.tla" }

    /// A node dies.
    static let dies = RecordedKind(
        name: "death", sign: "✕", family: .fault,
        meaning: "The node stops, for good. What it held is gone, and what is on its way to it never arrives. The "
            + "others cannot tell this from being slow.")
}

extension Letter {
    func kind(in step: Step) -> RecordedKind {
        let (sign, family, meaning) = looks
        let (name, file) = step.receiver
        return RecordedKind(
            name: "\(word)", sign: sign, family: family, meaning: meaning,
            handler: RecordedHandler(name: "\(name).receive", file: file))
    }

    private var looks: (sign: String, family: RecordedKind.Family, meaning: String) {
        switch word {
        case .ask: ("ask", .client, "Somebody asks the node that keeps the value to take another one.")
        case .write: ("w", .accept, "The node is asked to keep a value.")
        case .written: ("ok", .accept, "A node says that it keeps the value. Whoever wrote it counts the answers.")
        case .decided: ("!", .learn, "A node that knows what is decided tells the others.")
        case .tell: ("t", .accept, "A node tells what it holds. The receiver takes it or not, and counts who holds it.")
        }
    }
}

extension SynodPacket {
    func kind(in step: Step) -> RecordedKind {
        switch message {
        case .prepare:
            kind(
                "prepare", "1a", .prepare, at: ("Acceptor.prepare", Self.acceptor, "sections 2.2 and 2.5", "Prepare"),
                "Phase 1a arrives. The acceptor is asked to accept nothing in lower ballots any more, and to tell what it "
                    + "has accepted. If it has promised a higher ballot already, it refuses.")
        case .promise:
            kind(
                "promise", "1b", .prepare, at: ("Proposer.promise", Self.proposer, "section 2.2, P2c", "Promise"),
                "Phase 1b arrives: an acceptor promises, and says what it has accepted. Once a majority has promised, the "
                    + "proposer knows enough to propose: the value of the highest ballot that it heard of, or its own.")
        case .accept:
            kind(
                "accept", "2a", .accept, at: ("Acceptor.accept", Self.acceptor, "section 2.2, P1a", "Accept"),
                "Phase 2a arrives. The acceptor is asked to vote for a value. It does, unless it has promised a higher "
                    + "ballot meanwhile.")
        case .accepted:
            kind(
                "accepted", "2b", .accept, at: ("Proposer.accepted", Self.proposer, "section 2.2", "Accepted"),
                "Phase 2b arrives: an acceptor has voted. When a majority has voted in one ballot, its value is chosen."
            )
        case .refused:
            kind(
                "refused", "no", .refusal, at: ("Proposer.refused", Self.proposer, "section 2.5", ""),
                "An acceptor has promised a higher ballot: this one comes to nothing. A hint; nothing depends on it.")
        case .chosen:
            kind(
                "chosen", "!", .learn, at: ("Learner.learn", Self.learner, "section 2.3", "Learn"),
                "Somebody who knows what is chosen tells the others.")
        case .ask:
            kind(
                "ask", "ask", .learn, at: ("SynodProcess.answer", Self.process, "section 2.3", "Tell"),
                "A learner asks what is chosen.")
        }
    }

    private static let acceptor = "Sources/PaxosSynod/Roles/Acceptor.swift"
    private static let proposer = "Sources/PaxosSynod/Roles/Proposer.swift"
    private static let learner = "Sources/PaxosSynod/Roles/Learner.swift"
    private static let process = "Sources/PaxosSynod/Process/SynodProcess.swift"

    private func kind(
        _ name: String, _ sign: String, _ family: RecordedKind.Family,
        at handler: (name: String, file: String, section: String, action: String), _ meaning: String
    ) -> RecordedKind {
        RecordedKind(
            name: name, sign: sign, family: family, meaning: meaning,
            handler: RecordedHandler(
                name: handler.name, file: handler.file, section: "Paxos Made Simple, \(handler.section)",
                action: handler.action.isEmpty ? "" : RecordedKind.action(handler.action)))
    }
}

extension PaxosNode {
    var facts: [RecordedFact] {
        var facts: [RecordedFact] = []
        if let acceptor = process.acceptor {
            if acceptor.promised > .zero { facts.append(RecordedFact("promised", "\(Round(acceptor.promised))")) }
            if let holding { facts.append(RecordedFact("accepted", holding)) }
        }
        switch process.proposer?.phase {
        case .preparing(let ballot, let promises, _)?:
            facts.append(RecordedFact("asks in", "\(Round(ballot)), promises: \(promises.count)"))
        case .accepting(let proposal, let votes)?:
            let proposed = "\(proposal.value.text) in \(Round(proposal.ballot))"
            facts.append(RecordedFact("proposes", "\(proposed), votes: \(votes.count)"))
        case .idle?, .done?, nil: break
        }
        return facts
    }
}

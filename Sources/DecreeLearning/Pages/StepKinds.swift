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
        case .leaderlessLog, .lostDecision, .interruptedRound, .fastLog:
            ("LeaderlessLog", "Sources/PaxosSynod/Log/LeaderlessLog.swift")
        }
    }

    /// It runs the processes that ship.
    var runsProcesses: Bool { rawValue >= Self.askFirst.rawValue && !isLog }
}

extension RecordedKind {
    /// A client wants something.
    static func wants(in step: Step) -> RecordedKind {
        if step.runsProcesses {
            return RecordedKind(
                "wish", "?", .client,
                at: .synod("Proposer.stand", in: "Roles/Proposer", "section 2.2", action: "Stand"),
                "A client of this node wants a value. The node begins a round of its own, a ballot: it asks every "
                    + "acceptor for a promise (phase 1a).")
        }
        let (name, file) = step.receiver
        return RecordedKind(
            "wish", "?", .client, at: RecordedHandler(name: "\(name).propose", file: file),
            step.isLog
                ? "A client of this node has a command. The node tries it in the first slot that it does not know."
                : "A client of this node wants a value, and the node sets about getting it decided.")
    }

    /// A node crashes.
    static let restarts = RecordedKind(
        name: "crash", sign: "✕", family: .fault,
        meaning:
            "The node stops and starts again. What it has written is there, all else is gone. Its client asks again.")

    /// A node dies.
    static let dies = RecordedKind(
        name: "death", sign: "✕", family: .fault,
        meaning: "The node stops, for good. What it held is gone, and what is on its way to it never arrives. The "
            + "others cannot tell this from being slow.")
}

extension Letter {
    func kind(in step: Step) -> RecordedKind {
        let (receiver, file) = step.receiver
        let handler = RecordedHandler(name: "\(receiver).receive", file: file)
        let name = "\(word)"
        return switch word {
        case .ask:
            RecordedKind(
                name, "ask", .client, at: handler, "Somebody asks the node that keeps the value to take another one.")
        case .write: RecordedKind(name, "w", .accept, at: handler, "The node is asked to keep a value.")
        case .written:
            RecordedKind(
                name, "ok", .accept, at: handler,
                "A node says that it keeps the value. Whoever wrote it counts the answers.")
        case .decided:
            RecordedKind(name, "!", .learn, at: handler, "A node that knows what is decided tells the others.")
        case .tell:
            RecordedKind(
                name, "t", .accept, at: handler,
                "A node tells what it holds. The receiver takes it or not, and counts who holds it.")
        }
    }
}

extension SynodPacket {
    func kind(in step: Step) -> RecordedKind {
        switch message {
        case .prepare:
            RecordedKind(
                "prepare", "1a", .prepare,
                at: .synod("Acceptor.prepare", in: "Roles/Acceptor", "sections 2.2 and 2.5", action: "Prepare"),
                "Phase 1a arrives. The acceptor is asked to accept nothing in lower ballots any more, and to tell what it "
                    + "has accepted. If it has promised a higher ballot already, it refuses.")
        case .promise:
            RecordedKind(
                "promise", "1b", .prepare,
                at: .synod("Proposer.promise", in: "Roles/Proposer", "section 2.2, P2c", action: "Promise"),
                "Phase 1b arrives: an acceptor promises, and says what it has accepted. Once a majority has promised, the "
                    + "proposer knows enough to propose: the value of the highest ballot that it heard of, or its own.")
        case .accept:
            RecordedKind(
                "accept", "2a", .accept,
                at: .synod("Acceptor.accept", in: "Roles/Acceptor", "section 2.2, P1a", action: "Accept"),
                "Phase 2a arrives. The acceptor is asked to vote for a value. It does, unless it has promised a higher "
                    + "ballot meanwhile.")
        case .accepted:
            RecordedKind(
                "accepted", "2b", .accept,
                at: .synod("Proposer.accepted", in: "Roles/Proposer", "section 2.2", action: "Accepted"),
                "Phase 2b arrives: an acceptor has voted. When a majority has voted in one ballot, its value is chosen."
            )
        case .refused:
            RecordedKind(
                "refused", "no", .refusal,
                at: .synod("Proposer.refused", in: "Roles/Proposer", "section 2.5", action: ""),
                "An acceptor has promised a higher ballot: this one comes to nothing. A hint; nothing depends on it.")
        case .chosen:
            RecordedKind(
                "chosen", "!", .learn, at: .synod("Learner.learn", in: "Roles/Learner", "section 2.3", action: "Learn"),
                "Somebody who knows what is chosen tells the others.")
        case .ask:
            RecordedKind(
                "ask", "ask", .learn,
                at: .synod("SynodProcess.answer", in: "Process/SynodProcess", "section 2.3", action: "Tell"),
                "A learner asks what is chosen.")
        }
    }
}

extension RecordedHandler {
    /// Something of the processes that ship.
    /// - Parameters:
    ///   - file: Below the folder of single-decree Paxos.
    ///   - section: Of "Paxos Made Simple".
    ///   - action: Of the specification; empty where it leaves the step out.
    fileprivate static func synod(
        _ name: String, in file: String, _ section: String, action: String
    ) -> RecordedHandler {
        RecordedHandler(
            name: name, file: "Sources/PaxosSynod/\(file).swift", section: "Paxos Made Simple, \(section)",
            action: action.isEmpty ? "" : "\(action) in Specs/Synod.tla")
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

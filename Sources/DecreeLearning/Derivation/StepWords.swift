extension Step {
    /// A few words for a list.
    public var title: String {
        switch self {
        case .oneServer: "one server holds the value"
        case .writeToAll: "write to all, and wait for all"
        case .twoPhaseCommit: "two-phase commit"
        case .twoLeaders: "a primary writes to a majority"
        case .firstValue: "keep the first value, all the same one"
        case .majorityOfFirst: "keep the first value; a majority decides"
        case .toldLast: "tell everybody, and take what you are told"
        case .latestRound: "rounds: take the value of the latest one"
        case .neverChange: "rounds, and never change your mind"
        case .changeFreely: "rounds, and change your mind freely"
        case .askFirst: "ask a majority before you begin a round"
        case .promiseAlone: "promise to ignore earlier rounds"
        case .paxos: "Paxos: promise, and the highest round's value"
        case .anyQuorum: "quorums that are no majorities"
        case .liar: "outside of the model: a node that lies"
        case .leaderlessLog: "a log without a leader, slot by slot"
        case .lostDecision: "the log: who knew what was decided is dead"
        case .interruptedRound: "the log: somebody knows what was decided"
        case .fastLog: "the log, with Fast Paxos in place of Paxos"
        }
    }

    /// What is proposed, for somebody who has never heard of it.
    public var idea: String {
        switch self {
        case .oneServer:
            "Several nodes are to agree on one value. The simplest way: node 0 keeps it. Whoever wants a value asks node 0, "
                + "which takes the first one and tells everybody the same."
        case .writeToAll:
            "Every node gets a copy. Whoever wants a value writes it to all nodes; when all have said that they keep it, it "
                + "is decided."
        case .twoPhaseCommit:
            "A coordinator asks the others to be ready. If all are, it decides and tells them; if one does not answer, it "
                + "may still give up."
        case .twoLeaders:
            "Nobody waits for all: a primary writes to the nodes, and what a majority keeps is decided. If the primary seems "
                + "to be dead, another node does the same."
        case .firstValue:
            "A node keeps the first value that it is asked to keep, and no other. A value is decided when all nodes keep it."
        case .majorityOfFirst:
            "A node keeps the first value that it is asked to keep. A value is decided when more than half of the nodes keep "
                + "it."
        case .toldLast:
            "Every node tells all others, in a loop, what it holds. A node takes what it is told. What a majority holds is "
                + "decided."
        case .latestRound:
            "Who wants a value begins a round with it, numbered above all rounds that it has heard of. A node takes what "
                + "comes of a later round than what it holds; what is old is ignored."
        case .neverChange:
            "As before, but a node that holds a value keeps it for ever: what was decided cannot be undone."
        case .changeFreely:
            "A node changes its mind when it hears of a later round. Who begins a round begins it with what it holds, and "
                + "with a value of its own only when it holds none."
        case .askFirst:
            "Who begins a round asks a majority first what they have accepted, and takes the value of the latest round that "
                + "it hears of. Only then does it ask them to accept."
        case .promiseAlone:
            "A node that is asked promises to accept nothing of earlier rounds any more. To see what the promise alone is "
                + "worth, whoever begins a round has its own value again."
        case .paxos:
            "Both together. Who begins a round asks a majority. Each of them promises to accept nothing of earlier rounds, "
                + "and says what it has accepted. The value of the highest round among these answers is proposed; only if "
                + "there is none may it be an own one."
        case .anyQuorum: "The same, but quicker: one answer is enough, instead of those of a majority."
        case .liar:
            "Paxos, in which node 1 lies: to everybody who asks it says that it has accepted Z, which nobody wants."
        case .leaderlessLog:
            "Many commands are to be carried out in one order everywhere. Every place in the order, a slot, is a decision of its "
                + "own by Paxos. Whoever has a command tries it in the first slot that it does not know; if another command is "
                + "decided there it lost, and tries the next slot. A node that hears of a slot before it knows all slots before "
                + "that one waits with it."
        case .lostDecision:
            "The same log. Node 0 has its command decided in slot 1 and dies before it can tell anybody. Node 1 has accepted "
                + "it and knows no more; node 2 knows nothing at all. Nobody can be asked what was decided. Node 2 has a "
                + "command, too, and tries it in slot 1."
        case .interruptedRound:
            "The same, but node 0 could tell node 1 before it died. Node 2 knows nothing, and begins a round for slot 1 again."
        case .fastLog:
            "The log does not know which protocol decides its slots. Here it is Fast Paxos: who has a command sends it to all nodes "
                + "at once, without asking first. Each keeps the first that it gets. If all three keep the same, that is decided. "
                + "If not, node 0 sees that they collide, and settles it in the next round with what it has seen."
        }
    }

    /// Why it breaks, in words; of Paxos, why it does not.
    public var reason: String {
        switch self {
        case .oneServer: "There is one copy. When its server dies, nobody can say what the value is."
        case .writeToAll: "Who waits for all waits for the one that failed, too."
        case .twoPhaseCommit:
            "Those that said they are ready must not decide alone: the coordinator may have told somebody before it died."
        case .twoLeaders:
            "A leader that is taken for dead may live and go on. A node that takes what it is told last gives up a value "
                + "that is decided."
        case .firstValue:
            "Every node keeps the first value that it gets, but not every node gets the same one first. Nobody gives way."
        case .majorityOfFirst:
            "With three values each node may keep another one. No value has a majority, and nobody may change its mind."
        case .toldLast:
            "What was told long ago arrives late, and is taken: a value comes back after another one was decided."
        case .latestRound:
            "Somebody who has not heard what is decided begins a later round with a value of its own, and everybody follows."
        case .neverChange: "It is the split vote again: three nodes hold three values, for ever."
        case .changeFreely:
            "Who begins a round knows only what it was told itself. What it has not heard of may be decided: they agree, and "
                + "then they agree on something else."
        case .askFirst:
            "What a majority says is true when it says so, and may be false a moment later: a request of an earlier round is "
                + "still on its way, and is accepted after the question was answered."
        case .promiseAlone:
            "The promise keeps earlier rounds from going on. It does not undo what they have already decided, and the new "
                + "round decides something else."
        case .paxos:
            "Any two majorities share a node. So a majority that is asked has a member that knows of whatever was decided "
                + "before, and by its promise nothing else can be decided behind its back."
        case .anyQuorum: "Two quorums that share no node know nothing of each other."
        case .liar:
            "Paxos trusts what it is told. It bears nodes that are slow, that stop and that start again, and none that lies; "
                + "it never promised to. Where nodes may lie, other protocols with more nodes are needed."
        case .leaderlessLog:
            "In each slot Paxos decides one command, for all. Everybody carries out slot after slot, and so the same commands in "
                + "the same order. And no command is decided twice: a node tries it in the next slot only when it knows that "
                + "another one is decided in this slot and in all before."
        case .lostDecision:
            "A command that may have been decided is safe in the hands of any majority. Node 2 asks one, which is itself and node "
                + "1; node 1 tells what it has accepted, and node 2 has to propose that again. So the round completes what was "
                + "begun: to ask what was decided is to decide once more. Only then does node 2 try its own command, in slot 2."
        case .interruptedRound:
            "Who knows what is decided in a slot does not take part in rounds for it any more: it answers with the command. The "
                + "round of node 2 ends there, and no vote is needed."
        case .fastLog:
            "A fast decision needs the votes of so many nodes that whoever recovers can tell which command may have been "
                + "decided. Its votes stand in for the promises of the very next round, since a node that has voted votes in no "
                + "earlier round. So there is nothing to be asked, and two steps instead of four where nobody collides."
        }
    }

    /// What the next step does about it; nil where nothing is to be done.
    public var cure: String? {
        switch self {
        case .oneServer: "every node gets a copy"
        case .writeToAll: "somebody coordinates, who may give up when a node fails"
        case .twoPhaseCommit: "if a coordinator fails another takes over, and a majority is enough"
        case .twoLeaders: "a node keeps the first value that it gets (P1 in \"Paxos Made Simple\")"
        case .firstValue: "a majority is enough: any two of them share a node"
        case .majorityOfFirst: "a node may change its mind, and everybody says what it holds until all hold the same"
        case .toldLast: "rounds: what is later beats what is earlier"
        case .latestRound: "a node that holds a value does not give it up"
        case .neverChange: "a node must be able to change its mind, for what it hears of later rounds"
        case .changeFreely: "nobody begins a round before it has heard a majority"
        case .askFirst: "who answers promises to accept nothing of earlier rounds any more (P1a)"
        case .promiseAlone: "the value of the highest round that the majority tells of is proposed (P2c)"
        case .paxos, .liar, .leaderlessLog, .lostDecision, .interruptedRound, .fastLog: nil
        case .anyQuorum: "majorities, as in step 12; or any sets of which every two share a node"
        }
    }

    /// What the run shows that is searched where nothing breaks.
    public var showing: String? {
        switch self {
        case .paxos: "This run shows why; in it one node takes over another's value"
        case .leaderlessLog: "On this run both want slot 1, one gets it, and the other tries the next"
        case .lostDecision: "On this run the decision comes back from the one node that had accepted it"
        case .interruptedRound: "On this run the answer of the node that knows ends the round"
        case .fastLog: "On this run the commands collide, and node 0 recovers"
        default: nil
        }
    }
}

import DecreePages

// What a page says of every event and message of a log.

extension LogPacket {
    func kind(in step: Step) -> RecordedKind {
        if case .chosen = packet.message { return Self.chosen }
        return step == .fastLog ? packet.fastKind : packet.kind(in: step)
    }

    private static let chosen = RecordedKind(
        "chosen", "!", .learn,
        at: RecordedHandler(
            name: "LeaderlessLog.learn", file: "Sources/PaxosSynod/Log/LeaderlessLog.swift",
            section: "Paxos Made Simple, section 3"),
        "Somebody who knows what stands in the slot says it: to all when it found out, and to whoever begins a round for the slot, "
            + "which ends by that.")
}

extension SynodPacket {
    /// Of Fast Paxos.
    fileprivate var fastKind: RecordedKind {
        switch message {
        case .accept(let proposal) where Round(proposal.ballot).number == 1:
            RecordedKind(
                "direct", "2a", .accept, at: .fast("Acceptor.acceptDirectly", in: "FastAcceptor", "AcceptDirectly"),
                "A command arrives without anybody having been asked: the first round is open for all. A node keeps the first that "
                    + "it gets, and no other.")
        case .accept:
            RecordedKind(
                "accept", "2a", .accept, at: .fast("Acceptor.accept", in: "FastAcceptor", "Accept"),
                "Phase 2a arrives, in a round that one node began: that which recovers from a collision, or one that asked first."
            )
        case .accepted(let proposal) where Round(proposal.ballot).number == 1:
            RecordedKind(
                "direct vote", "2b", .accept, at: .fast("Proposer.accepted", in: "FastProposer", "Recover"),
                "A vote of the open round arrives. Here all nodes must have voted for the same. Where votes differ the coordinator "
                    + "recovers: they count as promises of the next round.")
        case .accepted:
            RecordedKind(
                "accepted", "2b", .accept, at: .fast("Learner.count", in: "FastLearner", "Count"),
                "Phase 2b arrives: a node has voted. In this round a majority is enough.")
        default: kind(in: .paxos)
        }
    }
}

extension RecordedHandler {
    /// Something of Fast Paxos.
    fileprivate static func fast(_ name: String, in file: String, _ action: String) -> RecordedHandler {
        RecordedHandler(
            name: name, file: "Sources/PaxosSynod/Fast/\(file).swift", section: "Lamport, Fast Paxos, section 3",
            action: "\(action) in Specs/FastPaxos.tla")
    }
}

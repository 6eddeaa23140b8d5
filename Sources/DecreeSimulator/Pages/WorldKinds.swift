import DecreePages
import DecreeWire
import PaxosLog

// What a page says of the kinds of things that happen in a world.

extension RecordedKind {
    static let request = RecordedKind(
        name: "request", sign: "?", family: .client,
        meaning:
            "A client asks this node for something. The node answers when its machine has applied the command, or has "
            + "applied all that a read must see.",
        handler: RecordedHandler(
            name: "GroupMachine.submit", file: "Sources/DecreeNode/Machine/GroupMachine+Requests.swift"))
    static let disk = RecordedKind(
        name: "sync", sign: "▪", family: .disk,
        meaning:
            "What was written is on stable storage now. Only now may the node say that it promised or accepted it.",
        handler: RecordedHandler(name: "Replica.step", file: "Sources/PaxosLog/Replica.swift"))
    static let timer = RecordedKind(
        name: "deadline", sign: "t", family: .liveness,
        meaning:
            "A time has come for which the node asked: to say that it lives, to say something again, or to stand as leader.",
        isFolded: true)
    static let turn = RecordedKind(
        name: "turn", sign: "·", family: .other,
        meaning: "The node ends a turn: what it gathered is written and sent, each in one batch.", isFolded: true)
    static let greeting = RecordedKind(
        name: "greeting", sign: "hi", family: .liveness,
        meaning: "Two nodes tell each other who they are, and with which disk, before they say anything else.",
        handler: RecordedHandler(name: "Greeting.answer", file: "Sources/DecreeNode/Forming/Greeting.swift"),
        isFolded: true)
    static let crash = RecordedKind(
        name: "crash", sign: "✕", family: .fault,
        meaning: "The process ends at once. What it held in memory is gone; what was not synced may be gone, too.")
    static let start = RecordedKind(
        name: "start", sign: "▲", family: .fault,
        meaning: "The node starts from what its disk holds: the newest snapshot and the journal behind it.")
    static let pause = RecordedKind(
        name: "pause", sign: "‖", family: .fault,
        meaning: "The process stands still, and will go on as if nothing had been.")
    static let resume = RecordedKind(
        name: "resume", sign: "▶", family: .fault,
        meaning: "The process goes on; all that came meanwhile reaches it now.")
    static let cut = RecordedKind(
        name: "cut", sign: "⫽", family: .fault,
        meaning: "Links are cut. What is said over them is lost, and nobody is told so.")
    static let mended = RecordedKind(
        name: "mended", sign: "=", family: .fault, meaning: "Links carry messages again.")
    static let loss = RecordedKind(
        name: "loss", sign: "x", family: .fault, meaning: "A message never arrives. Neither side is told so.")
    static let stand = RecordedKind(
        "stand", "s", .liveness, at: .log("Replica.stand", in: "Replica+Election", action: "Stand"),
        "The node wants to lead: it takes a ballot that nobody has used, and promises it to itself first.")
    /// Of a scenario.
    static let order = RecordedKind(
        name: "order", sign: ">", family: .other,
        meaning: "The scenario says what happens to clients, network and disks.")
    static let damaged = RecordedKind(
        name: "damaged", sign: "~", family: .refusal,
        meaning: "A frame that was damaged on its way, or is of a former life.")

    /// Of a message of the log.
    static func of(_ kind: MessageKind) -> RecordedKind {
        switch kind {
        case .prepare:
            RecordedKind(
                "prepare", "1a", .prepare,
                at: .log(
                    "Core.receive(prepare)", in: "Core/Acceptor", "Paxos Made Simple, section 2.2", action: "Prepare"),
                "Phase 1a: a candidate asks for a promise that covers all slots above those that it knows.")
        case .promise:
            RecordedKind(
                "promise", "1b", .prepare,
                at: .log(
                    "Candidate.receive(promise)", in: "Roles/Candidate", "Paxos Made Simple, section 2.2, P2c",
                    action: "Promise"),
                "Phase 1b: an acceptor promises, and reports all that it accepted above. With a quorum of these a candidate "
                    + "leads, and proposes again what it heard of.")
        case .refused:
            RecordedKind(
                "refused", "no", .refusal,
                at: .log("Replica.yieldOrOutbid", in: "Replica+Election", "Paxos Made Simple, section 2.5"),
                "Somebody has promised a higher ballot before.")
        case .accept:
            RecordedKind(
                "accept", "2a", .accept,
                at: .log(
                    "Core.judge(accept)", in: "Core/Acceptor", "Paxos Made Simple, section 2.2, P1a", action: "Accept"),
                "Phase 2a: the leader asks to accept a run of slots. The vote is written, and leaves when it is durable."
            )
        case .accepted:
            RecordedKind(
                "accepted", "2b", .accept,
                at: .log("Leader.count", in: "Roles/Leader", "Paxos Made Simple, section 2.2", action: "Count"),
                "Phase 2b: a durable vote. The leader counts a quorum of them in one ballot as the choice.")
        case .chosen:
            RecordedKind(
                "chosen", "!", .learn,
                at: .log(
                    "Replica.receive(mark)", in: "Replica+Log", "Paxos Made Simple, section 2.3", action: "Believe"),
                "The leader tells up to where all slots are chosen.")
        case .fetch:
            RecordedKind(
                "fetch", "f?", .learn, at: .log("Core.receive(fetch)", in: "Core/Repair"),
                "Somebody who has a gap asks for chosen entries.")
        case .learned:
            RecordedKind(
                "learned", "f!", .learn, at: .log("Replica.receive(learned)", in: "Replica+Log", action: "Learn"),
                "Chosen entries, for somebody who lacked them.")
        case .forward:
            RecordedKind(
                "forward", "→", .client, at: .log("Replica.receive(forward)", in: "Replica+Turn"),
                "Commands of another node's clients, on their way to the leader.")
        default: readOrElection(kind)
        }
    }

    private static func readOrElection(_ kind: MessageKind) -> RecordedKind {
        switch kind {
        case .barrier:
            RecordedKind(
                "barrier", "b?", .client, at: .log("Reads.receive(barrier)", in: "Reads/Reads"),
                "The leader asks whether its ballot is still the highest, before it lets reads begin.")
        case .barrierConfirmed:
            RecordedKind(
                "barrier confirmed", "b!", .client, at: .log("Reads.receive(confirmed)", in: "Reads/Reads"),
                "No higher ballot was promised when this was sent.")
        case .readRequest:
            RecordedKind(
                "read request", "r?", .client, at: .log("Replica.receive(request)", in: "Replica+Turn"),
                "A node asks its leader up to where its reads must have applied the log.")
        case .readAnswer:
            RecordedKind(
                "read answer", "r!", .client, at: .log("Reads.receive(answer)", in: "Reads/Reads"),
                "Up to where the reads that wait must have applied the log.")
        case .probe:
            RecordedKind(
                "probe", "q?", .client, at: .log("Reads.receive(probe)", in: "Reads/Reads"),
                "A read that does without a leader asks a quorum for the highest slot that it knows anything of.")
        case .probeAnswer:
            RecordedKind(
                "probe answer", "q!", .client, at: .log("Reads.receive(answer)", in: "Reads/Reads"),
                "The highest slot that an acceptor knows anything of.")
        case .handOver:
            RecordedKind(
                "hand-over", "go", .liveness, at: .log("Replica.receive(handOver)", in: "Replica+Election"),
                "A leader that goes asks another node to stand at once.")
        case .heartbeat:
            RecordedKind(
                "heartbeat", "h?", .liveness, at: .log("Replica.receive(heartbeat)", in: "Replica+Election"),
                isFolded: true,
                "A node asks whether the others live. Whoever hears it answers.")
        default:
            RecordedKind(
                "heartbeat reply", "h!", .liveness,
                at: .log("Election.receive(reply)", in: "Election/Election", "Omni-Paxos, section 5"), isFolded: true,
                "A node lives, and says whom it follows and whether that goes well.")
        }
    }
}

extension RecordedHandler {
    /// Something of the log.
    /// - Parameters:
    ///   - file: Below the log's folder.
    ///   - action: Of the specification of the log; empty where it leaves the step out.
    fileprivate static func log(
        _ name: String, in file: String, _ section: String = "", action: String = ""
    ) -> RecordedHandler {
        RecordedHandler(
            name: name, file: "Sources/PaxosLog/\(file).swift", section: section,
            action: action.isEmpty ? "" : "\(action) in Specs/SlotLog.tla")
    }
}

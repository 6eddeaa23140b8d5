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
    static let damaged = RecordedKind(
        name: "damaged", sign: "~", family: .refusal,
        meaning: "A frame that was damaged on its way, or is of a former life.")

    /// Of a message of the log.
    init(_ kind: MessageKind) {
        let look = Self.look(kind)
        self.init(
            name: look.name, sign: look.sign, family: look.family, meaning: look.meaning,
            handler: RecordedHandler(
                name: look.handler, file: "Sources/PaxosLog/\(look.file).swift", section: look.section),
            isFolded: kind == .heartbeat || kind == .heartbeatReply)
    }

    private struct Look {
        let name: String
        let sign: String
        let family: Family
        let handler: String
        let file: String
        var section = ""
        let meaning: String
    }

    private static func look(_ kind: MessageKind) -> Look {
        switch kind {
        case .prepare:
            Look(
                name: "prepare", sign: "1a", family: .prepare, handler: "Core.receive(prepare)", file: "Core/Acceptor",
                section: "Paxos Made Simple, section 2.2",
                meaning: "Phase 1a: a candidate asks for a promise that covers all slots above those that it knows.")
        case .promise:
            Look(
                name: "promise", sign: "1b", family: .prepare, handler: "Candidate.receive(promise)",
                file: "Roles/Candidate", section: "Paxos Made Simple, section 2.2, P2c",
                meaning:
                    "Phase 1b: an acceptor promises, and reports all that it accepted above. With a quorum of these a "
                    + "candidate leads, and proposes again what it heard of.")
        case .refused:
            Look(
                name: "refused", sign: "no", family: .refusal, handler: "Replica.yieldOrOutbid",
                file: "Replica+Election",
                section: "Paxos Made Simple, section 2.5", meaning: "Somebody has promised a higher ballot before.")
        case .accept:
            Look(
                name: "accept", sign: "2a", family: .accept, handler: "Core.judge(accept)", file: "Core/Acceptor",
                section: "Paxos Made Simple, section 2.2, P1a",
                meaning:
                    "Phase 2a: the leader asks to accept a run of slots. The vote is written, and leaves when it is durable."
            )
        case .accepted:
            Look(
                name: "accepted", sign: "2b", family: .accept, handler: "Leader.count", file: "Roles/Leader",
                section: "Paxos Made Simple, section 2.2",
                meaning: "Phase 2b: a durable vote. The leader counts a quorum of them in one ballot as the choice.")
        case .chosen:
            Look(
                name: "chosen", sign: "!", family: .learn, handler: "Replica.receive(mark)", file: "Replica+Log",
                section: "Paxos Made Simple, section 2.3", meaning: "The leader tells up to where all slots are chosen."
            )
        case .fetch:
            Look(
                name: "fetch", sign: "f?", family: .learn, handler: "Core.receive(fetch)", file: "Core/Repair",
                meaning: "Somebody who has a gap asks for chosen entries.")
        case .learned:
            Look(
                name: "learned", sign: "f!", family: .learn, handler: "Replica.receive(learned)", file: "Replica+Log",
                meaning: "Chosen entries, for somebody who lacked them.")
        case .forward:
            Look(
                name: "forward", sign: "→", family: .client, handler: "Replica.receive(forward)", file: "Replica+Turn",
                meaning: "Commands of another node's clients, on their way to the leader.")
        default: readOrElection(kind)
        }
    }

    private static func readOrElection(_ kind: MessageKind) -> Look {
        switch kind {
        case .barrier:
            Look(
                name: "barrier", sign: "b?", family: .client, handler: "Reads.receive(barrier)", file: "Reads/Reads",
                meaning: "The leader asks whether its ballot is still the highest, before it lets reads begin.")
        case .barrierConfirmed:
            Look(
                name: "barrier confirmed", sign: "b!", family: .client, handler: "Reads.receive(confirmed)",
                file: "Reads/Reads", meaning: "No higher ballot was promised when this was sent.")
        case .readRequest:
            Look(
                name: "read request", sign: "r?", family: .client, handler: "Replica.receive(request)",
                file: "Replica+Turn", meaning: "A node asks its leader up to where its reads must have applied the log."
            )
        case .readAnswer:
            Look(
                name: "read answer", sign: "r!", family: .client, handler: "Reads.receive(answer)", file: "Reads/Reads",
                meaning: "Up to where the reads that wait must have applied the log.")
        case .probe:
            Look(
                name: "probe", sign: "q?", family: .client, handler: "Reads.receive(probe)", file: "Reads/Reads",
                meaning:
                    "A read that does without a leader asks a quorum for the highest slot that it knows anything of.")
        case .probeAnswer:
            Look(
                name: "probe answer", sign: "q!", family: .client, handler: "Reads.receive(answer)",
                file: "Reads/Reads",
                meaning: "The highest slot that an acceptor knows anything of.")
        case .handOver:
            Look(
                name: "hand-over", sign: "go", family: .liveness, handler: "Replica.receive(handOver)",
                file: "Replica+Election", meaning: "A leader that goes asks another node to stand at once.")
        case .heartbeat:
            Look(
                name: "heartbeat", sign: "h?", family: .liveness, handler: "Replica.receive(heartbeat)",
                file: "Replica+Election", meaning: "A node asks whether the others live. Whoever hears it answers.")
        default:
            Look(
                name: "heartbeat reply", sign: "h!", family: .liveness, handler: "Election.receive(reply)",
                file: "Election/Election", section: "Omni-Paxos, section 5",
                meaning: "A node lives, and says whom it follows and whether that goes well.")
        }
    }
}

import PaxosBase
import PaxosLog

/// Short forms for readers: `b2.n1` is round 2 of n1, `4=x` is the entry x in slot 4, `n2#1` the first command of n2.
enum ScenarioText {
    static func text(_ ballot: Ballot) -> String {
        ballot == .zero ? "none" : "b\(ballot.round).\(ballot.node)"
    }

    static func text(_ payload: Payload) -> String {
        let bytes = payload.bytes
        let isShort = bytes.count <= 24 && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        return isShort ? String(decoding: bytes, as: UTF8.self) : "\(bytes.count) bytes"
    }

    static func text(_ entry: Entry) -> String {
        switch entry {
        case .noOp: "no-op"
        case .command(let command): text(command.payload)
        case .unknown(let kind, _): "kind \(kind)"
        }
    }

    static func text(_ origin: Origin) -> String { "\(origin.node)#\(origin.sequence)" }

    static func text(_ nonce: Nonce) -> String { "?\(nonce.node).\(nonce.counter)" }

    static func slots(_ first: Slot, _ last: Slot) -> String {
        first < last ? "\(first.rawValue)..\(last.rawValue)" : "\(first.rawValue)"
    }

    /// `1=x 2=y`; of many the first and the last.
    static func entries(_ first: Slot, _ entries: [Entry]) -> String {
        list(entries.enumerated().map { "\(first.advanced(by: $0.offset).rawValue)=\(text($0.element))" })
    }

    private static func list(_ words: [String]) -> String {
        guard words.count > 8 else { return words.joined(separator: " ") }
        return "\(words[0]) \(words[1]) (and so on) \(words[words.count - 1])"
    }

    /// What is written at once: runs of one kind together.
    static func text(_ records: [Record]) -> String {
        var parts: [(head: String, words: [String], tail: String)] = []
        for record in records {
            let part = text(record)
            if let last = parts.last, !part.word.isEmpty, last.head == part.head, last.tail == part.tail {
                parts[parts.count - 1].words.append(part.word)
            } else {
                parts.append((part.head, [part.word], part.tail))
            }
        }
        return parts.map { [$0.head, list($0.words), $0.tail].filter { !$0.isEmpty }.joined(separator: " ") }
            .joined(separator: "; ")
    }

    private static func text(_ record: Record) -> (head: String, word: String, tail: String) {
        switch record {
        case .incarnation(let incarnation): ("incarnation \(incarnation.rawValue)", "", "")
        case .promised(let ballot): ("promised \(text(ballot))", "", "")
        case .accepted(let slot, let ballot, let entry):
            ("accepted", "\(slot.rawValue)=\(text(entry))", "in \(text(ballot))")
        case .learned(let slot, let entry): ("learned", "\(slot.rawValue)=\(text(entry))", "")
        case .chosen(let through): ("chosen to \(through.rawValue)", "", "")
        case .trimmed(let through): ("trimmed to \(through.rawValue)", "", "")
        }
    }

    /// A line for each; for many of which no client waits the first and the last.
    static func texts(_ applies: [Apply]) -> [String] {
        let isAwaited = applies.contains { if case .command(_, .some) = $0.action { true } else { false } }
        guard applies.count > 8, !isAwaited else { return applies.map(text) }
        return [text(applies[0]), "and so on", text(applies[applies.count - 1])]
    }

    private static func text(_ apply: Apply) -> String {
        switch apply.action {
        case .skip: "applies \(apply.slot.rawValue): nothing"
        case .command(let payload, let token):
            "applies \(apply.slot.rawValue)=\(text(payload))" + (token == nil ? "" : ", and answers its client")
        case .halt(let kind): "stops before \(apply.slot.rawValue), an entry of the unknown kind \(kind)"
        }
    }

    static func text(_ outcome: Outcome, of node: NodeID) -> String {
        switch outcome {
        case .readReady: "answers the read"
        case .readFailed: "fails the read"
        case .readLags: "fails the read: its disk is full"
        case .rejected(_, let reason): "rejects the command: \(reason)"
        case .unknown: "tells its client that the outcome is unknown"
        case .leaderChanged(nil): "has no leader"
        case .leaderChanged(let ballot?): "\(ballot.node == node ? "leads in" : "follows") \(text(ballot))"
        }
    }

    /// How a replica stands.
    static func state(_ replica: Replica, applied: [String]) -> String {
        let leader = replica.leader.map { text($0) } ?? "nobody"
        let role = replica.isLeading ? "leads in \(leader)" : "follows \(leader)"
        let promise = "promised \(text(replica.promised))"
        let known = "knows to \(replica.watermark.rawValue), applied to \(replica.applied.rawValue)"
        return "\(role), \(promise), \(known)" + (applied.isEmpty ? "" : ": \(list(applied))")
    }
}

// Messages.
extension ScenarioText {
    static func text(_ message: Message) -> String {
        switch message {
        case .prepare(let prepare): "prepare \(text(prepare.ballot)), all above \(prepare.watermark.rawValue)"
        case .promise(let promise): text(promise)
        case .refused(let refused): "refused \(text(refused.ballot)), promised \(text(refused.promised))"
        case .accept(let accept):
            "accept \(entries(accept.first, accept.entries)) in \(text(accept.ballot)), \(chosen(accept.mark))"
        case .accepted(let accepted): "accepted \(slots(accepted.first, accepted.last)) in \(text(accepted.ballot))"
        case .chosen(let mark): "\(chosen(mark)) in \(text(mark.ballot))"
        case .fetch(let fetch): "fetch \(slots(fetch.first, fetch.last))"
        case .learned(let learned): text(learned)
        case .forward(let forward):
            "forward " + forward.commands.map { "\(text($0.origin))=\(text($0.payload))" }.joined(separator: " ")
        case .handOver(let handOver): "hand-over of \(text(handOver.ballot))"
        case .heartbeat(let heartbeat): "heartbeat \(heartbeat.round)"
        case .heartbeatReply(let reply): text(reply)
        default: read(message)
        }
    }

    private static func read(_ message: Message) -> String {
        switch message {
        case .barrier(let barrier): "barrier \(text(barrier.nonce)) in \(text(barrier.ballot))"
        case .barrierConfirmed(let confirmed):
            "confirmed \(text(confirmed.nonce)) in \(text(confirmed.ballot))"
        case .readRequest(let request): "read request \(text(request.nonce)) in \(text(request.ballot))"
        case .readAnswer(let answer): "read answer \(text(answer.nonce)), after \(answer.target.rawValue)"
        case .probe(let probe): "probe \(text(probe.nonce))"
        case .probeAnswer(let answer): "probe answer \(text(answer.nonce)), highest \(answer.highest.rawValue)"
        default: "\(message.kind)"
        }
    }

    private static func chosen(_ mark: ChosenMark) -> String { "chosen to \(mark.watermark.rawValue)" }

    private static func text(_ promise: Promise) -> String {
        let reports = promise.reports.map { report in
            switch report.state {
            case .accepted(let ballot, let entry): "\(report.slot.rawValue)=\(text(entry)) in \(text(ballot))"
            case .chosen(let entry): "\(report.slot.rawValue)=\(text(entry)) chosen"
            case .faulty: "\(report.slot.rawValue) faulty"
            }
        }
        let part = promise.parts > 1 ? " (part \(promise.part + 1) of \(promise.parts))" : ""
        let known = "promise \(text(promise.ballot)), chosen to \(promise.watermark.rawValue)\(part)"
        return ([known] + reports).joined(separator: ", ")
    }

    private static func text(_ learned: Learned) -> String {
        let what = learned.entries.isEmpty ? "nothing" : entries(learned.first, learned.entries)
        return "learned \(what), chosen to \(learned.watermark.rawValue)"
            + (learned.trimmed > .zero ? ", trimmed to \(learned.trimmed.rawValue)" : "")
    }

    private static func text(_ reply: HeartbeatReply) -> String {
        "heartbeat reply \(reply.round), \(reply.isHappy ? "happy" : "unhappy") with \(text(reply.leader))"
    }
}

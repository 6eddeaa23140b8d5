import PaxosBase
import PaxosLog

// The bodies of messages, field by field in the order of their declaration, entries and commands last. Sizes and encoders stand side by side:
// what one adds the other must write.

extension EnvelopeCodec {
    static func bodyByteCount(_ message: Message) -> Int {
        switch message {
        case .prepare: FieldSize.ballot + FieldSize.slot + 4
        case .promise(let promise): FieldSize.ballot + 4 + 8 + FieldSize.slot + 4 + 4 + byteCount(promise.reports)
        case .refused: FieldSize.ballot * 2
        case .accept(let accept):
            FieldSize.ballot + FieldSize.slot + FieldSize.mark + EntryCodec.byteCount(accept.entries)
        case .accepted: FieldSize.ballot + FieldSize.slot * 2
        case .chosen: FieldSize.mark
        case .fetch: FieldSize.slot * 2
        case .learned(let learned): FieldSize.slot * 3 + EntryCodec.byteCount(learned.entries)
        case .forward(let forward): 1 + byteCount(forward.commands)
        case .barrier, .barrierConfirmed, .readRequest: FieldSize.ballot + FieldSize.nonce
        case .readAnswer, .probeAnswer: FieldSize.nonce + FieldSize.slot
        case .probe: FieldSize.nonce
        case .heartbeat: 8
        case .heartbeatReply: 8 + FieldSize.ballot * 2 + 1 + FieldSize.slot
        case .handOver: FieldSize.ballot
        }
    }

    static func encodeBody(_ message: Message, into writer: inout WireWriter) {
        switch message {
        case .prepare(let prepare): encode(prepare, into: &writer)
        case .promise(let promise): encode(promise, into: &writer)
        case .refused(let refused): encode(refused, into: &writer)
        case .accept(let accept): encode(accept, into: &writer)
        case .accepted(let accepted): encode(accepted, into: &writer)
        case .chosen(let mark): writer.mark(mark)
        case .fetch(let fetch): encode(fetch, into: &writer)
        case .learned(let learned): encode(learned, into: &writer)
        case .forward(let forward): encode(forward, into: &writer)
        case .barrier(let barrier): encode(barrier.ballot, barrier.nonce, into: &writer)
        case .barrierConfirmed(let confirmed): encode(confirmed.ballot, confirmed.nonce, into: &writer)
        case .readRequest(let request): encode(request.ballot, request.nonce, into: &writer)
        case .readAnswer(let answer): encode(answer.nonce, answer.target, into: &writer)
        case .probe(let probe): writer.nonce(probe.nonce)
        case .probeAnswer(let answer): encode(answer.nonce, answer.highest, into: &writer)
        case .heartbeat(let heartbeat): writer.uint64(heartbeat.round)
        case .heartbeatReply(let reply): encode(reply, into: &writer)
        case .handOver(let handOver): writer.ballot(handOver.ballot)
        }
    }

    private static func encode(_ prepare: Prepare, into writer: inout WireWriter) {
        writer.ballot(prepare.ballot)
        writer.slot(prepare.watermark)
        writer.uint32(prepare.attempt)
    }

    private static func encode(_ promise: Promise, into writer: inout WireWriter) {
        writer.ballot(promise.ballot)
        writer.uint32(promise.attempt)
        writer.uint64(promise.answer)
        writer.slot(promise.watermark)
        writer.uint32(promise.part)
        writer.uint32(promise.parts)
        writer.uint32(UInt32(promise.reports.count))
        for report in promise.reports { encode(report, into: &writer) }
    }

    private static func encode(_ refused: Refused, into writer: inout WireWriter) {
        writer.ballot(refused.ballot)
        writer.ballot(refused.promised)
    }

    private static func encode(_ accept: Accept, into writer: inout WireWriter) {
        writer.ballot(accept.ballot)
        writer.slot(accept.first)
        writer.mark(accept.mark)
        EntryCodec.encode(accept.entries, into: &writer)
    }

    private static func encode(_ accepted: Accepted, into writer: inout WireWriter) {
        writer.ballot(accepted.ballot)
        writer.slot(accepted.first)
        writer.slot(accepted.last)
    }

    private static func encode(_ fetch: Fetch, into writer: inout WireWriter) {
        writer.slot(fetch.first)
        writer.slot(fetch.last)
    }

    private static func encode(_ learned: Learned, into writer: inout WireWriter) {
        writer.slot(learned.first)
        writer.slot(learned.watermark)
        writer.slot(learned.trimmed)
        EntryCodec.encode(learned.entries, into: &writer)
    }

    private static func encode(_ forward: Forward, into writer: inout WireWriter) {
        writer.uint8(forward.hops)
        writer.uint32(UInt32(forward.commands.count))
        for command in forward.commands { EntryCodec.encode(.command(command), into: &writer) }
    }

    private static func encode(_ ballot: Ballot, _ nonce: Nonce, into writer: inout WireWriter) {
        writer.ballot(ballot)
        writer.nonce(nonce)
    }

    private static func encode(_ nonce: Nonce, _ slot: Slot, into writer: inout WireWriter) {
        writer.nonce(nonce)
        writer.slot(slot)
    }

    private static func encode(_ reply: HeartbeatReply, into writer: inout WireWriter) {
        writer.uint64(reply.round)
        writer.ballot(reply.promised)
        writer.ballot(reply.leader)
        writer.bool(reply.isHappy)
        writer.slot(reply.durableWatermark)
    }

    // Reports: slot, state, then a ballot and an entry, a bound, or an entry.

    static let acceptedState: UInt8 = 1
    static let faultyState: UInt8 = 2
    static let chosenState: UInt8 = 3
    static let minimumReportByteCount = FieldSize.slot + 1 + EntryCodec.headerByteCount

    private static func byteCount(_ reports: [SlotReport]) -> Int {
        var sum = 4
        for report in reports {
            sum += FieldSize.slot + 1
            switch report.state {
            case .accepted(_, let entry): sum += FieldSize.ballot + EntryCodec.byteCount(entry)
            case .faulty: sum += FieldSize.ballot
            case .chosen(let entry): sum += EntryCodec.byteCount(entry)
            }
        }
        return sum
    }

    private static func encode(_ report: SlotReport, into writer: inout WireWriter) {
        writer.slot(report.slot)
        switch report.state {
        case .accepted(let ballot, let entry):
            writer.uint8(acceptedState)
            writer.ballot(ballot)
            EntryCodec.encode(entry, into: &writer)
        case .faulty(let bound):
            writer.uint8(faultyState)
            writer.ballot(bound)
        case .chosen(let entry):
            writer.uint8(chosenState)
            EntryCodec.encode(entry, into: &writer)
        }
    }

    private static func byteCount(_ commands: [Command]) -> Int {
        var sum = 4
        for command in commands { sum += EntryCodec.byteCount(.command(command)) }
        return sum
    }
}

import PaxosBase
import PaxosLog

// The mirror image of MessageEncoding.swift.

extension EnvelopeCodec {
    static func decodeBody(
        _ kind: MessageKind, _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Message {
        switch kind {
        case .prepare: return .prepare(try decodePrepare(&reader))
        case .promise: return .promise(try decodePromise(&reader, sharing: &source))
        case .refused: return .refused(Refused(ballot: try reader.ballot(), promised: try reader.ballot()))
        case .accept: return .accept(try decodeAccept(&reader, sharing: &source))
        case .accepted: return .accepted(try decodeAccepted(&reader))
        case .chosen: return .chosen(try reader.mark())
        case .fetch:
            return .fetch(Fetch(first: try reader.slot(in: .envelope), last: try reader.slot(in: .envelope)))
        case .learned: return .learned(try decodeLearned(&reader, sharing: &source))
        case .forward: return .forward(try decodeForward(&reader, sharing: &source))
        case .barrier: return .barrier(Barrier(ballot: try reader.ballot(), nonce: try reader.nonce()))
        case .barrierConfirmed:
            return .barrierConfirmed(BarrierConfirmed(ballot: try reader.ballot(), nonce: try reader.nonce()))
        case .readRequest: return .readRequest(ReadRequest(ballot: try reader.ballot(), nonce: try reader.nonce()))
        case .readAnswer:
            return .readAnswer(ReadAnswer(nonce: try reader.nonce(), target: try reader.slot(in: .envelope)))
        case .probe: return .probe(Probe(nonce: try reader.nonce()))
        case .probeAnswer:
            return .probeAnswer(ProbeAnswer(nonce: try reader.nonce(), highest: try reader.slot(in: .envelope)))
        case .heartbeat: return .heartbeat(Heartbeat(round: try reader.uint64()))
        case .heartbeatReply: return .heartbeatReply(try decodeHeartbeatReply(&reader))
        case .handOver: return .handOver(HandOver(ballot: try reader.ballot()))
        }
    }

    private static func decodePrepare(_ reader: inout WireReader) throws(WireError) -> Prepare {
        let ballot = try reader.ballot()
        let watermark = try reader.slot(in: .envelope)
        return Prepare(ballot: ballot, watermark: watermark, attempt: try reader.uint32())
    }

    private static func decodePromise(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Promise {
        let ballot = try reader.ballot()
        let attempt = try reader.uint32()
        let answer = try reader.uint64()
        let watermark = try reader.slot(in: .envelope)
        let part = try reader.uint32()
        let parts = try reader.uint32()
        let count = try reader.count(minimumByteCount: minimumReportByteCount, in: .envelope)
        var reports: [SlotReport] = []
        reports.reserveCapacity(count)
        for _ in 0..<count { reports.append(try decodeReport(&reader, sharing: &source)) }
        return Promise(
            ballot: ballot, attempt: attempt, answer: answer, watermark: watermark, part: part, parts: parts,
            reports: reports)
    }

    private static func decodeReport(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> SlotReport {
        let slot = try reader.slot(in: .envelope)
        let state = try reader.uint8()
        switch state {
        case acceptedState:
            let ballot = try reader.ballot()
            let entry = try EntryCodec.decode(&reader, sharing: &source)
            return SlotReport(slot: slot, state: .accepted(ballot, entry))
        case faultyState: return SlotReport(slot: slot, state: .faulty(bound: try reader.ballot()))
        case chosenState:
            return SlotReport(slot: slot, state: .chosen(try EntryCodec.decode(&reader, sharing: &source)))
        default:
            guard let content = Reserved.slotState(state) else { throw .malformed(what: .envelope, detail: .badFlag) }
            throw .reserved(what: .slotReport, kind: state, content)
        }
    }

    private static func decodeAccept(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Accept {
        let ballot = try reader.ballot()
        let first = try reader.slot(in: .envelope)
        let mark = try reader.mark()
        let entries = try EntryCodec.decodeEntries(&reader, sharing: &source)
        return Accept(ballot: ballot, first: first, entries: entries, mark: mark)
    }

    private static func decodeAccepted(_ reader: inout WireReader) throws(WireError) -> Accepted {
        let ballot = try reader.ballot()
        let first = try reader.slot(in: .envelope)
        return Accepted(ballot: ballot, first: first, last: try reader.slot(in: .envelope))
    }

    private static func decodeLearned(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Learned {
        let first = try reader.slot(in: .envelope)
        let watermark = try reader.slot(in: .envelope)
        let trimmed = try reader.slot(in: .envelope)
        let entries = try EntryCodec.decodeEntries(&reader, sharing: &source)
        return Learned(first: first, entries: entries, watermark: watermark, trimmed: trimmed)
    }

    private static func decodeForward(
        _ reader: inout WireReader, sharing source: inout PayloadSource
    ) throws(WireError) -> Forward {
        let hops = try reader.uint8()
        let count = try reader.count(
            minimumByteCount: EntryCodec.headerByteCount + EntryCodec.originByteCount, in: .envelope)
        var commands: [Command] = []
        commands.reserveCapacity(count)
        for _ in 0..<count {
            guard case .command(let command) = try EntryCodec.decode(&reader, sharing: &source) else {
                throw .malformed(what: .envelope, detail: .badFlag)
            }
            commands.append(command)
        }
        return Forward(commands: commands, hops: hops)
    }

    private static func decodeHeartbeatReply(_ reader: inout WireReader) throws(WireError) -> HeartbeatReply {
        let round = try reader.uint64()
        let promised = try reader.ballot()
        let leader = try reader.ballot()
        let isHappy = try reader.bool(in: .envelope)
        let watermark = try reader.slot(in: .envelope)
        return HeartbeatReply(
            round: round, promised: promised, leader: leader, isHappy: isHappy, durableWatermark: watermark)
    }
}

import DecreeEtcd
import DecreeNode
import DecreeRPC
import PaxosBase

// What happens to calls of more than one message. A stream is taken out of its place while it is worked on.
extension ClientServices {
    mutating func opened(
        _ call: CallToken, _ method: EtcdMethod, _ caller: Caller, at now: Instant, into sink: inout some CallSink
    ) {
        do throws(RPCStatus) {
            try check(caller)
            guard let make = settings.streams[method] else { throw .notServed(method.path) }
            try begin(make(), call, at: now)
        } catch {
            fail(call, error, into: &sink)
        }
    }

    mutating func watchHealth(
        _ service: String, _ call: CallToken, at now: Instant, into sink: inout some CallSink
    ) throws(RPCStatus) {
        try begin(HealthWatch(service: service), call, at: now)
        // The client has closed its side with the one message that it sends.
        halfClosed(call, into: &sink)
    }

    private mutating func begin(_ stream: some StreamCall, _ call: CallToken, at now: Instant) throws(RPCStatus) {
        if isStopping { throw EtcdError.stopped.status }
        // The first learns what is known; whether it is so is tried at once.
        if calls.streamCount == 0 {
            serving.isServing = node.phase == .serving && node.leader != nil
            tryReading(at: now)
        }
        calls.set(call, .stream(stream))
        if nextStreamLook == nil { scheduleStreamLook(at: now) }
    }

    mutating func received(_ call: CallToken, _ message: UnsafeRawBufferPointer, into sink: inout some CallSink) {
        work(on: call, into: &sink) { (stream, node, line) throws(RPCStatus) in
            try stream.received(message, node, &line)
        }
    }

    mutating func halfClosed(_ call: CallToken, into sink: inout some CallSink) {
        if settings.planted == .halfCloseIgnored { return }
        work(on: call, into: &sink) { (stream, node, line) throws(RPCStatus) in try stream.halfClosed(node, &line) }
    }

    mutating func drained(_ call: CallToken, into sink: inout some CallSink) {
        fullLines.remove(call)
        work(on: call, into: &sink) { (stream, node, line) throws(RPCStatus) in try stream.drained(node, &line) }
    }

    /// Takes over how the node stands, and tells the streams if it stands differently.
    mutating func nodeStands(_ status: LoopStatus, at now: Instant, into sink: inout some CallSink) {
        let differs = status.phase != node.phase || status.leader != node.leader
        node = status
        fields.term = max(1, status.term)
        if differs, settings.planted == .commandsForgottenWithLeader { calls.forgetCommands() }
        guard differs, calls.streamCount > 0 else { return }
        if status.phase != .serving { serving.isServing = false }
        tellStreams(into: &sink)
        tryReading(at: now)
    }

    mutating func tellStreams(into sink: inout some CallSink) {
        for call in calls.streams {
            work(on: call, into: &sink) { (stream, node, line) throws(RPCStatus) in try stream.nodeChanged(node, &line)
            }
        }
    }

    /// Ends the streams, which would otherwise keep a shutdown waiting; calls of one message go on to their end.
    mutating func stopping(into sink: inout some CallSink) {
        if settings.planted == .streamsOutlastStop { return }
        isStopping = true
        for call in calls.streams { fail(call, EtcdError.stopped.status, into: &sink) }
        fullLines = []
        nextStreamLook = nil
    }

    /// Whether reads succeed is tried again and again; one that has no answer for long is taken to fail.
    mutating func lookAfterStreams(at now: Instant, into sink: inout some CallSink) {
        scheduleStreamLook(at: now)
        guard calls.streamCount > 0 else { return }
        if let began = serving.readBegan, now.since(began) >= Self.probeTimeLimit { setServing(false, into: &sink) }
        tryReading(at: now)
    }

    /// As long as there are streams, somebody asks the node twice a second how it stands, traffic or not.
    mutating func scheduleStreamLook(at now: Instant) {
        nextStreamLook = calls.streamCount > 0 ? now + .milliseconds(500) : nil
    }

    private mutating func work(
        on call: CallToken, into sink: inout some CallSink,
        _ body: (inout any StreamCall, LoopStatus, inout StreamLine) throws(RPCStatus) -> Void
    ) {
        guard var stream = calls.takeStream(call) else { return }
        var line = StreamLine(
            isFull: fullLines.contains(call) && settings.planted != .fullLineIgnored, isServing: serving.isServing)
        do throws(RPCStatus) { try body(&stream, node, &line) } catch { line.finish(error) }
        calls.set(call, .stream(stream))
        carryOut(line, call, into: &sink)
    }

    private mutating func carryOut(_ line: StreamLine, _ call: CallToken, into sink: inout some CallSink) {
        for reply in line.outgoing {
            switch sink.send(call, reply) {
            case .sent: break
            case .full: fullLines.insert(call)
            case .gone: return forget(call)
            }
        }
        if let status = line.end {
            fullLines.remove(call)
            return fail(call, status, into: &sink)
        }
        if let isPaused = line.pause { sink.setInbound(call, isPaused: isPaused) }
    }

    private mutating func forget(_ call: CallToken) {
        _ = calls.remove(call)
        fullLines.remove(call)
    }
}

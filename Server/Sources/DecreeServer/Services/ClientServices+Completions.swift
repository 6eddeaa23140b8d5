import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeStore
import PaxosBase

extension ClientServices {
    /// The node completed requests; those of calls that are gone meet nobody.
    mutating func completed(
        _ completions: [NodeCompletion<Store>], at now: Instant, into sink: inout some CallSink
    ) {
        for completion in completions {
            if completion.token == CallToken.none.rawValue {
                triedReading(completion, into: &sink)
                continue
            }
            switch completion {
            case .output(let token, let output): applied(output, call(token), into: &sink)
            case .answer(let token, let answer): answered(answer, call(token), at: now, into: &sink)
            case .failed(let token, let failure):
                if settings.planted == .failureUntold { continue }
                var reason = ReplicationFailure(failure, hasLeader: node.leader != nil)
                if failure == .unknownOutcome, settings.planted == .unknownToldAsFailed { reason = .noLeader }
                failed(reason, call(token), at: now, into: &sink)
            }
        }
    }

    /// The call that a request was made for.
    @inline(__always)
    private func call(_ token: UInt64) -> CallToken {
        let call = CallToken(rawValue: token)
        return settings.planted == .useCountIgnored ? calls.token(inPlaceOf: call) : call
    }

    @inline(__always)
    private mutating func applied(_ output: StoreOutput, _ call: CallToken, into sink: inout some CallSink) {
        switch calls[call] {
        case .command: finish(call, into: &sink) { (fields) throws(RPCStatus) in try Reply(output, fields) }
        case .compaction: compacted(output, call, into: &sink)
        case .none: break
        case .query, .memberList, .status, .alarmList, .reclaim, .probe, .healthCheck, .metrics, .stream, .takenOut:
            strayed(call, into: &sink)
        }
    }

    @inline(__always)
    private mutating func answered(
        _ answer: StoreAnswer, _ call: CallToken, at now: Instant, into sink: inout some CallSink
    ) {
        switch calls[call] {
        case .query: finish(call, into: &sink) { (fields) throws(RPCStatus) in try Reply(answer, fields) }
        case .none: break
        case .reclaim(let reclaim): looked(reclaim, answer, call, at: now, into: &sink)
        case .memberList, .status, .alarmList: describe(answer, call, into: &sink)
        case .probe, .healthCheck: probed(call, answer.readFailure, into: &sink)
        case .metrics: showMetrics(answer, call, into: &sink)
        case .command, .compaction, .stream, .takenOut: strayed(call, into: &sink)
        }
    }

    private mutating func failed(
        _ failure: ReplicationFailure, _ call: CallToken, at now: Instant, into sink: inout some CallSink
    ) {
        switch calls[call] {
        case .none: break
        case .reclaim(let reclaim) where failure.passes:
            // The compaction is done, only the question how far the store has come was not taken: ask again.
            lookAgain(reclaim.output, call, at: now + .milliseconds(50))
        case .reclaim:
            // It is done, whatever became of the question: its client must not hear that nothing happened.
            let hasLeader = node.leader != nil
            fail(call, ReplicationFailure(.unknownOutcome, hasLeader: hasLeader).status, into: &sink)
        case .probe, .healthCheck: probed(call, failure.status, into: &sink)
        case .metrics:
            respond(call, EtcdHTTP.unavailable(failure.status.message), into: &sink)
        case .command, .query, .memberList, .status, .alarmList, .compaction, .stream, .takenOut:
            fail(call, failure.status, into: &sink)
        }
    }

    /// Ends a call with what `make` makes of a completion.
    @inline(__always)
    mutating func finish(
        _ call: CallToken, into sink: inout some CallSink, _ make: (HeaderFields) throws(RPCStatus) -> Reply
    ) {
        do throws(RPCStatus) {
            answer(call, try make(fields), into: &sink)
        } catch {
            fail(call, error, into: &sink)
        }
    }

    /// The node answered another question than the one that the call had asked.
    mutating func strayed(_ call: CallToken, into sink: inout some CallSink) {
        let status = RPCStatus(.internalError, "decree: the store answered another question")
        if case .probe = calls[call] { return respond(call, EtcdHTTP.unavailable(status.message), into: &sink) }
        if case .metrics = calls[call] { return respond(call, EtcdHTTP.unavailable(status.message), into: &sink) }
        fail(call, status, into: &sink)
    }
}

extension ReplicationFailure {
    /// Whether the same question may be answered a moment later.
    var passes: Bool { self == .overloaded || self == .timedOut }

    /// What the replicated log said, in the interface's terms.
    init(_ failure: RequestFailure, hasLeader: Bool) {
        switch failure {
        case .unknownOutcome: self = hasLeader ? .unknownOutcome : .unknownOutcomeWithoutLeader
        case .noLeader: self = .noLeader
        case .timedOut: self = .timedOut
        case .overloaded: self = .overloaded
        case .journalFull: self = .diskFull
        case .lagging: self = .lagging
        case .tooLarge: self = .tooLarge
        case .stopped: self = .stopped
        case .halted: self = .halted
        }
    }
}

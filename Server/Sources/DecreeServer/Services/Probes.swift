import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeStore
import PaxosBase

// Probes claim that reads succeed, so it is a read that answers them: a linearizable one needs a quorum, but no leader.
extension ClientServices {
    /// Probes mostly wait for a second, and take silence for the end of the process.
    static let probeTimeLimit = TimeSpan.milliseconds(900)

    /// Asks for what the probe of `call` is about.
    mutating func probe(_ state: OpenCall, linearizable: Bool, _ call: CallToken, at now: Instant) {
        ask(state, Self.healthQuery, linearizable: linearizable, call)
        openProbes.append(call, until: now + Self.probeTimeLimit)
    }

    /// The key that etcd's own probes read.
    private static let healthQuery = StoreQuery.range(
        RangeRequest(KeyRange(key: Payload("health".utf8)), keysOnly: true))

    /// Answers those whose read takes longer than a probe waits.
    mutating func expireProbes(at now: Instant, into sink: inout some CallSink) {
        while let call = openProbes.takeExpired(at: now) {
            switch calls[call] {
            case .probe, .healthCheck: break
            default: continue
            }
            gathered.giveUp(call.rawValue, isLongRead: true)
            probed(call, silence.status, into: &sink)
        }
    }

    /// Why a read has had no answer.
    private var silence: ReplicationFailure { node.leader == nil ? .noLeader : .timedOut }

    /// The read of a probe has ended.
    /// - Parameter failure: Nil when it succeeded.
    mutating func probed(_ call: CallToken, _ failure: RPCStatus?, into sink: inout some CallSink) {
        if case .probe(let request) = calls[call] { return answerProbe(request, failure, call, into: &sink) }
        finish(call, into: &sink) { (_) throws(RPCStatus) in try Reply(healthOf: "", isServing: failure == nil) }
    }

    // MARK: For streams

    /// Tries a read of the services' own, unless one is under way.
    mutating func tryReading(at now: Instant) {
        guard serving.readBegan == nil else { return }
        serving.readBegan = now
        gathered.append(.query(Self.healthQuery, linearizable: true, token: CallToken.none.rawValue))
    }

    mutating func triedReading(_ completion: NodeCompletion<Store>, into sink: inout some CallSink) {
        serving.readBegan = nil
        switch completion {
        case .answer(_, let answer): setServing(answer.readFailure == nil, into: &sink)
        // Whoever is busy has not stopped serving.
        case .failed(_, .overloaded): break
        case .failed, .output: setServing(false, into: &sink)
        }
    }

    /// Tells the streams if it is not what they were told.
    mutating func setServing(_ isServing: Bool, into sink: inout some CallSink) {
        let isServing = isServing && node.phase == .serving
        guard isServing != serving.isServing else { return }
        serving.isServing = isServing
        tellStreams(into: &sink)
    }
}

extension StoreAnswer {
    /// Why the store did not answer the read of a probe.
    var readFailure: RPCStatus? {
        if case .failure(let error) = outcome { return RPCStatus(error) }
        return nil
    }
}

/// Probes whose reads are under way.
struct OpenProbes {
    private var probes: [(call: CallToken, until: Instant)] = []

    /// All have the same time, so that the oldest is the first to go.
    mutating func append(_ call: CallToken, until deadline: Instant) { probes.append((call, deadline)) }

    /// Those that were answered meanwhile count too: a look too many does no harm.
    var nextDeadline: Instant? { probes.first?.until }

    mutating func takeExpired(at now: Instant) -> CallToken? {
        guard let first = probes.first, first.until <= now else { return nil }
        return probes.removeFirst().call
    }
}

extension ServingState {
    /// Whether a read succeeds here, as far as it was tried while somebody watches.
    struct Tried {
        var isServing = false
        /// When the read that is under way began.
        var readBegan: Instant?
    }
}

import DecreeEtcd
import DecreeNode
import DecreeRPC
import DecreeStore
import PaxosBase

/// etcd's services behind one client port: what its clients ask goes to the node, what the node completes goes to its
/// clients. See the essay in `DecreeServer.docc`.
public struct ClientServices {
    /// What the services of a port are told before the first call.
    public struct Settings: Sendable {
        public var decoder: RequestDecoder
        /// The quota that `Status` reports, in bytes.
        public var quotaBytes: Int
        /// What answers methods whose clients may send several messages, by method; others are not served.
        public var streams: [EtcdMethod: @Sendable () -> any StreamCall]
        /// A rule that is left out; only a simulation sets one.
        package var planted: ServiceFlaw?

        public init(
            decoder: RequestDecoder = RequestDecoder(), quotaBytes: Int = 0,
            streams: [EtcdMethod: @Sendable () -> any StreamCall] = [:]
        ) {
            self.decoder = decoder
            self.quotaBytes = quotaBytes
            self.streams = streams
        }
    }

    let settings: Settings
    let member: ServingMember
    /// How the node stands, as far as it was told.
    var node = LoopStatus()
    /// Headers of answers that are given while the node stands so.
    var fields: HeaderFields
    var calls = OpenCalls()
    var gathered = RequestBatch()
    /// Streams whose clients read slower than they are sent to.
    var fullLines: Set<CallToken> = []
    /// Compactions whose old data is to be looked for again.
    var waitingReclaims: [CallToken] = []
    /// Probes whose reads are under way, in the order of their deadlines.
    var openProbes = OpenProbes()
    /// Whether streams are told that this member serves, and the read that is tried for it.
    var serving = ServingState.Tried()
    /// When the streams want to hear next how the node stands.
    var nextStreamLook: Instant?
    var isStopping = false
    /// Requests of `/health` that were told that all is well, and that it is not.
    public internal(set) var healthSuccesses: UInt64 = 0
    public internal(set) var healthFailures: UInt64 = 0

    public init(_ settings: Settings, member: ServingMember) {
        self.settings = settings
        self.member = member
        fields = HeaderFields(clusterID: member.clusterID, memberID: member.node.rawValue, term: 1)
    }

    /// Calls that have not come to their end.
    public var openCalls: Int { calls.count }

    /// When `timePassed` is due.
    public var nextDeadline: Instant? {
        let next = [nextStreamLook, openProbes.nextDeadline].compactMap { $0 }.min()
        if waitingReclaims.isEmpty { return next }
        let looks = waitingReclaims.compactMap { token -> Instant? in
            guard case .reclaim(let reclaim) = calls[token] else { return nil }
            return reclaim.nextLook
        }
        return ([next].compactMap { $0 } + looks).min()
    }

    /// Takes what happened and does what follows from it.
    /// - Parameter now: Monotonic.
    public mutating func step(_ event: ServiceEvent, at now: Instant, into sink: inout some CallSink) {
        switch event {
        case .called(let call, let method, let caller, let message):
            called(call, method, caller, message, at: now, into: &sink)
        case .completed(let completions): completed(completions, at: now, into: &sink)
        case .turnEnded: turnEnded(into: &sink)
        case .nodeStands(let status): nodeStands(status, at: now, into: &sink)
        case .cancelled(let call): cancelled(call)
        case .opened(let call, let method, let caller): opened(call, method, caller, at: now, into: &sink)
        case .received(let call, let message): received(call, message, into: &sink)
        case .halfClosed(let call): halfClosed(call, into: &sink)
        case .drained(let call): drained(call, into: &sink)
        case .requested(let call, let method, let target): requested(call, method, target, at: now, into: &sink)
        case .timePassed: timePassed(at: now, into: &sink)
        case .stopping: stopping(into: &sink)
        }
    }

    private mutating func turnEnded(into sink: inout some CallSink) {
        guard !gathered.isEmpty else { return }
        let (requests, stopped) = gathered.take()
        for token in stopped { sink.stop(token: token) }
        if !requests.isEmpty { sink.submit(requests) }
    }

    private mutating func timePassed(at now: Instant, into sink: inout some CallSink) {
        lookForReclaimed(at: now)
        expireProbes(at: now, into: &sink)
        if let look = nextStreamLook, look <= now { lookAfterStreams(at: now, into: &sink) }
        turnEnded(into: &sink)
    }

    private mutating func cancelled(_ call: CallToken) {
        if settings.planted == .cancellationIgnored { return }
        var isLongRead = false
        switch calls.remove(call) {
        case .none: return
        case .query, .probe, .healthCheck: isLongRead = true
        case .reclaim: waitingReclaims.removeAll { $0 == call }
        case .stream: fullLines.remove(call)
        case .command, .memberList, .status, .alarmList, .compaction, .metrics: break
        case .takenOut: invariant(false, "no event comes while a stream is worked on: \(call)")
        }
        gathered.giveUp(call.rawValue, isLongRead: isLongRead)
    }

    // MARK: Ends

    /// Every call comes to its end through one of these, once.
    @inline(__always)
    mutating func answer(_ call: CallToken, _ reply: Reply, into sink: inout some CallSink) {
        _ = calls.remove(call)
        if settings.planted == .answeredTwice { sink.answer(call, reply) }
        sink.answer(call, reply)
    }

    mutating func fail(_ call: CallToken, _ status: RPCStatus, into sink: inout some CallSink) {
        _ = calls.remove(call)
        sink.end(call, status)
    }

    mutating func respond(_ call: CallToken, _ page: EtcdHTTP.Answer, into sink: inout some CallSink) {
        _ = calls.remove(call)
        sink.respond(call, page)
    }
}

/// Who serves: the member behind the port, and the cluster that it belongs to.
public struct ServingMember: Hashable, Sendable {
    public var clusterID: UInt64
    public var node: NodeID
    public var members: [Member]

    public init(clusterID: UInt64, node: NodeID, members: [Member]) {
        self.clusterID = clusterID
        self.node = node
        self.members = members
    }
}

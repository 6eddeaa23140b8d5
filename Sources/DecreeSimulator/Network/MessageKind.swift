import PaxosLog

/// The kinds of message by number: some runs lose or delay one kind more often than others.
enum MessageKind: UInt32, CaseIterable {
    case prepare, promise, refused, accept, accepted, chosen, fetch, learned, forward, barrier, barrierConfirmed
    case readRequest, readAnswer, probe, probeAnswer, heartbeat, heartbeatReply, handOver
}

extension Message {
    var kind: MessageKind {
        switch self {
        case .prepare: .prepare
        case .promise: .promise
        case .refused: .refused
        case .accept: .accept
        case .accepted: .accepted
        case .chosen: .chosen
        case .fetch: .fetch
        case .learned: .learned
        case .forward: .forward
        case .barrier: .barrier
        case .barrierConfirmed: .barrierConfirmed
        case .readRequest: .readRequest
        case .readAnswer: .readAnswer
        case .probe: .probe
        case .probeAnswer: .probeAnswer
        case .heartbeat: .heartbeat
        case .heartbeatReply: .heartbeatReply
        case .handOver: .handOver
        }
    }

    /// Whether the message's kind is one of `kinds`, a bit for each.
    func isAmong(_ kinds: UInt32) -> Bool { kinds & (1 << kind.rawValue) != 0 }

    static func kinds(_ kinds: MessageKind...) -> UInt32 { kinds.reduce(0) { $0 | 1 << $1.rawValue } }
}

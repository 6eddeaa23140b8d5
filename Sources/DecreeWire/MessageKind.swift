import PaxosLog

/// The kinds of messages on the wire. Numbers are never used again for another kind; others are ``Reserved``.
package enum MessageKind: UInt8, CaseIterable {
    case prepare = 1
    case promise = 2
    case refused = 3
    case accept = 4
    case accepted = 5
    case chosen = 6
    case fetch = 7
    case learned = 8
    case forward = 9
    case barrier = 10
    case barrierConfirmed = 11
    case readRequest = 12
    case readAnswer = 13
    case probe = 14
    case probeAnswer = 15
    case heartbeat = 16
    case heartbeatReply = 17
    case handOver = 18
}

extension Message {
    package var kind: MessageKind {
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
}

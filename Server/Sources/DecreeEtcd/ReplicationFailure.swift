import DecreeRPC

/// Why a request that was sound got no answer from the replicated log.
public enum ReplicationFailure: UInt8, CaseIterable, Error, Hashable, Sendable {
    /// A write whose fate nobody could tell in time: it may be applied yet.
    case unknownOutcome
    /// The same, while this replica follows no leader.
    case unknownOutcomeWithoutLeader
    /// No quorum could be reached, or none is formed yet, or the client asked for a leader and there is none.
    case noLeader
    /// A read took longer than its deadline. Nothing happened.
    case timedOut
    /// Too many requests wait already. Nothing happened.
    case overloaded
    /// The disk is full: a write that was not proposed.
    case diskFull
    /// The disk is full, so that this member lags behind what a linearizable read would have to see.
    case lagging
    /// The write is larger than one message between members. Nothing happened.
    case tooLarge
    /// The process is about to end. Nothing happened.
    case stopped
    /// The log holds an entry of a newer version: this node must be upgraded.
    case halted
    /// This replica's state differs from the quorum's: it serves nothing until it is replaced.
    case fenced
    /// The client gave the call up.
    case canceled
    /// The client's own deadline passed.
    case deadlineExceeded

    /// The error of etcd's that says the same, or is followed alike where none does.
    ///
    /// Clients retry reads on code 14 by themselves and report it for writes. So 14 stands only for what passes and
    /// what another member may serve at once; a full disk, a halted and a fenced replica do not pass, and carry 8, 9
    /// and 15.
    public var error: EtcdError {
        switch self {
        case .unknownOutcome, .timedOut: .timeout
        case .unknownOutcomeWithoutLeader: .timeoutLeaderFailed
        case .noLeader, .lagging: .noLeader
        case .overloaded: .tooManyRequests
        case .diskFull: .noSpace
        case .tooLarge: .requestTooLarge
        case .stopped: .stopped
        case .halted: .notCapable
        case .fenced: .corrupt
        case .canceled: .requestCanceled
        case .deadlineExceeded: .contextDeadlineExceeded
        }
    }

    public var status: RPCStatus {
        guard self == .lagging else { return error.status }
        return RPCStatus(.unavailable, "decree: the disk of this member is full, so it lags behind; ask another member")
    }
}

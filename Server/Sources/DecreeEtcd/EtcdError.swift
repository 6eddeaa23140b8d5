import DecreeRPC

/// The errors of the etcd v3 API that this version has reason to say, with the exact code and text that clients match.
///
/// One row each; the texts are the contract (`rpctypes.Error` of the Go client maps by exact text).
/// - Source: etcd v3.6.14, `api/v3rpc/rpctypes/error.go` and `server/etcdserver/api/v3rpc/util.go`.
public enum EtcdError: UInt8, CaseIterable, Error, Sendable, Hashable {
    case emptyKey
    case keyNotFound
    case valueProvided
    case leaseProvided
    case tooManyOperations
    case duplicateKey
    case invalidClientVersion
    case invalidSortOption
    case requestTooLarge
    case leaseNotFound
    case noSpace
    case tooManyRequests
    case notCapable
    case compacted
    case futureRevision
    case noLeader
    case stopped
    case timeout
    case timeoutLeaderFailed
    case corrupt
    case requestCanceled
    case contextDeadlineExceeded

    /// What goes into the trailers.
    public var status: RPCStatus { Self.table[Int(rawValue)].status }

    /// A row of the table, in the order of the cases.
    struct Row: Sendable {
        let error: EtcdError
        let status: RPCStatus

        init(_ error: EtcdError, _ code: StatusCode, _ message: String) {
            self.error = error
            self.status = RPCStatus(code, message)
        }
    }

    static let table: [Row] = [
        Row(.emptyKey, .invalidArgument, "etcdserver: key is not provided"),
        Row(.keyNotFound, .invalidArgument, "etcdserver: key not found"),
        Row(.valueProvided, .invalidArgument, "etcdserver: value is provided"),
        Row(.leaseProvided, .invalidArgument, "etcdserver: lease is provided"),
        Row(.tooManyOperations, .invalidArgument, "etcdserver: too many operations in txn request"),
        Row(.duplicateKey, .invalidArgument, "etcdserver: duplicate key given in txn request"),
        Row(.invalidClientVersion, .invalidArgument, "etcdserver: invalid client api version"),
        Row(.invalidSortOption, .invalidArgument, "etcdserver: invalid sort option"),
        Row(.requestTooLarge, .invalidArgument, "etcdserver: request is too large"),
        Row(.leaseNotFound, .notFound, "etcdserver: requested lease not found"),
        Row(.noSpace, .resourceExhausted, "etcdserver: mvcc: database space exceeded"),
        Row(.tooManyRequests, .resourceExhausted, "etcdserver: too many requests"),
        Row(.notCapable, .failedPrecondition, "etcdserver: not capable"),
        Row(.compacted, .outOfRange, "etcdserver: mvcc: required revision has been compacted"),
        Row(.futureRevision, .outOfRange, "etcdserver: mvcc: required revision is a future revision"),
        Row(.noLeader, .unavailable, "etcdserver: no leader"),
        Row(.stopped, .unavailable, "etcdserver: server stopped"),
        Row(.timeout, .unavailable, "etcdserver: request timed out"),
        Row(
            .timeoutLeaderFailed, .unavailable,
            "etcdserver: request timed out, possibly due to previous leader failure"),
        Row(.corrupt, .dataLoss, "etcdserver: corrupt cluster"),
        Row(.requestCanceled, .cancelled, "etcdserver: request canceled"),
        Row(.contextDeadlineExceeded, .deadlineExceeded, "context deadline exceeded"),
    ]
}

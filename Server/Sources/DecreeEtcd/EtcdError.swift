import DecreeRPC

/// Every error that the etcd v3 API names, with the exact code and text that clients match.
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
    case badMemberURLs
    case requestTooLarge
    case userEmpty
    case roleEmpty
    case authenticationFailed
    case permissionNotGiven
    case invalidAuthManagement
    case authOldRevision
    case wrongDowngradeFormat
    case invalidDowngradeTarget
    case leaseNotFound
    case memberNotFound
    case permissionDenied
    case noSpace
    case tooManyRequests
    case leaseExists
    case memberExists
    case peerURLExists
    case notEnoughStarted
    case notLearner
    case learnerNotReady
    case tooManyLearners
    case clusterIDMismatch
    case rootUserMissing
    case rootRoleMissing
    case userExists
    case userNotFound
    case roleExists
    case roleNotFound
    case roleNotGranted
    case permissionNotGranted
    case authNotEnabled
    case notLeader
    case notCapable
    case notSupportedForLearner
    case badTransferee
    case clusterVersionUnknown
    case downgradeInProgress
    case noDowngrade
    case compacted
    case futureRevision
    case leaseTTLTooLarge
    case noLeader
    case leaderChanged
    case stopped
    case timeout
    case timeoutLeaderFailed
    case timeoutConnectionLost
    case timeoutWaitingApplied
    case unhealthyCluster
    case corrupt
    case invalidAuthToken
    case watchCanceled
    case requestCanceled
    case contextCanceled
    case contextDeadlineExceeded
    case serverDeadlineExceeded
    case notPrimaryLessor
    case electionNoLeader
    case electionNotLeader
    case sessionExpired
    case leaderFieldMissing
    case passwordForNoPasswordUser
    case leaderTransferTimeout

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
        Row(.badMemberURLs, .invalidArgument, "etcdserver: given member URLs are invalid"),
        Row(.requestTooLarge, .invalidArgument, "etcdserver: request is too large"),
        Row(.userEmpty, .invalidArgument, "etcdserver: user name is empty"),
        Row(.roleEmpty, .invalidArgument, "etcdserver: role name is empty"),
        Row(
            .authenticationFailed, .invalidArgument,
            "etcdserver: authentication failed, invalid user ID or password"),
        Row(.permissionNotGiven, .invalidArgument, "etcdserver: permission not given"),
        Row(.invalidAuthManagement, .invalidArgument, "etcdserver: invalid auth management"),
        Row(.authOldRevision, .invalidArgument, "etcdserver: revision of auth store is old"),
        Row(.wrongDowngradeFormat, .invalidArgument, "etcdserver: wrong downgrade target version format"),
        Row(.invalidDowngradeTarget, .invalidArgument, "etcdserver: invalid downgrade target version"),
        Row(.leaseNotFound, .notFound, "etcdserver: requested lease not found"),
        Row(.memberNotFound, .notFound, "etcdserver: member not found"),
        Row(.permissionDenied, .permissionDenied, "etcdserver: permission denied"),
        Row(.noSpace, .resourceExhausted, "etcdserver: mvcc: database space exceeded"),
        Row(.tooManyRequests, .resourceExhausted, "etcdserver: too many requests"),
        Row(.leaseExists, .failedPrecondition, "etcdserver: lease already exists"),
        Row(.memberExists, .failedPrecondition, "etcdserver: member ID already exist"),
        Row(.peerURLExists, .failedPrecondition, "etcdserver: Peer URLs already exists"),
        Row(
            .notEnoughStarted, .failedPrecondition,
            "etcdserver: re-configuration failed due to not enough started members"),
        Row(.notLearner, .failedPrecondition, "etcdserver: can only promote a learner member"),
        Row(
            .learnerNotReady, .failedPrecondition,
            "etcdserver: can only promote a learner member which is in sync with leader"),
        Row(.tooManyLearners, .failedPrecondition, "etcdserver: too many learner members in cluster"),
        Row(.clusterIDMismatch, .failedPrecondition, "etcdserver: cluster ID mismatch"),
        Row(.rootUserMissing, .failedPrecondition, "etcdserver: root user does not exist"),
        Row(.rootRoleMissing, .failedPrecondition, "etcdserver: root user does not have root role"),
        Row(.userExists, .failedPrecondition, "etcdserver: user name already exists"),
        Row(.userNotFound, .failedPrecondition, "etcdserver: user name not found"),
        Row(.roleExists, .failedPrecondition, "etcdserver: role name already exists"),
        Row(.roleNotFound, .failedPrecondition, "etcdserver: role name not found"),
        Row(.roleNotGranted, .failedPrecondition, "etcdserver: role is not granted to the user"),
        Row(.permissionNotGranted, .failedPrecondition, "etcdserver: permission is not granted to the role"),
        Row(.authNotEnabled, .failedPrecondition, "etcdserver: authentication is not enabled"),
        Row(.notLeader, .failedPrecondition, "etcdserver: not leader"),
        Row(.notCapable, .failedPrecondition, "etcdserver: not capable"),
        Row(.notSupportedForLearner, .failedPrecondition, "etcdserver: rpc not supported for learner"),
        Row(.badTransferee, .failedPrecondition, "etcdserver: bad leader transferee"),
        Row(
            .clusterVersionUnknown, .failedPrecondition,
            "etcdserver: cluster version not found during downgrade"),
        Row(
            .downgradeInProgress, .failedPrecondition,
            "etcdserver: cluster has a downgrade job in progress"),
        Row(.noDowngrade, .failedPrecondition, "etcdserver: no inflight downgrade job"),
        Row(.compacted, .outOfRange, "etcdserver: mvcc: required revision has been compacted"),
        Row(.futureRevision, .outOfRange, "etcdserver: mvcc: required revision is a future revision"),
        Row(.leaseTTLTooLarge, .outOfRange, "etcdserver: too large lease TTL"),
        Row(.noLeader, .unavailable, "etcdserver: no leader"),
        Row(.leaderChanged, .unavailable, "etcdserver: leader changed"),
        Row(.stopped, .unavailable, "etcdserver: server stopped"),
        Row(.timeout, .unavailable, "etcdserver: request timed out"),
        Row(
            .timeoutLeaderFailed, .unavailable,
            "etcdserver: request timed out, possibly due to previous leader failure"),
        Row(
            .timeoutConnectionLost, .unavailable,
            "etcdserver: request timed out, possibly due to connection lost"),
        Row(
            .timeoutWaitingApplied, .unavailable,
            "etcdserver: request timed out, waiting for the applied index took too long"),
        Row(.unhealthyCluster, .unavailable, "etcdserver: unhealthy cluster"),
        Row(.corrupt, .dataLoss, "etcdserver: corrupt cluster"),
        Row(.invalidAuthToken, .unauthenticated, "etcdserver: invalid auth token"),
        Row(.watchCanceled, .cancelled, "etcdserver: watch canceled"),
        Row(.requestCanceled, .cancelled, "etcdserver: request canceled"),
        Row(.contextCanceled, .cancelled, "context canceled"),
        Row(.contextDeadlineExceeded, .deadlineExceeded, "context deadline exceeded"),
        Row(.serverDeadlineExceeded, .deadlineExceeded, "etcdserver: context deadline exceeded"),
        Row(.notPrimaryLessor, .unknown, "not a primary lessor"),
        Row(.electionNoLeader, .unknown, "election: no leader"),
        Row(.electionNotLeader, .unknown, "election: not leader"),
        Row(.sessionExpired, .unknown, "mutex: session is expired"),
        Row(.leaderFieldMissing, .unknown, "\"leader\" field must be provided"),
        Row(
            .passwordForNoPasswordUser, .unknown,
            "auth: authentication failed, password was given for no password user"),
        Row(
            .leaderTransferTimeout, .unknown,
            "etcdserver: request timed out, leader transfer took too long"),
    ]
}

/// Every method of every service that an etcd server has, in one table.
///
/// The transport looks a request's path up here; what is known but not served yet answers UNIMPLEMENTED with its name.
/// - Source: `Proto/*.proto`; a test compares the two.
public enum EtcdMethod: UInt8, CaseIterable, Sendable, Hashable {
    case range, put, deleteRange, transaction, compact, rangeStream
    case watch
    case leaseGrant, leaseRevoke, leaseKeepAlive, leaseTimeToLive, leaseLeases
    case memberAdd, memberRemove, memberUpdate, memberList, memberPromote
    case alarm, status, defragment, hash, hashKV, snapshot, moveLeader, downgrade
    case authEnable, authDisable, authStatus, authenticate
    case userAdd, userGet, userList, userDelete, userChangePassword, userGrantRole, userRevokeRole
    case roleAdd, roleGet, roleList, roleDelete, roleGrantPermission, roleRevokePermission
    case lock, unlock
    case campaign, proclaim, leader, observe, resign
    case healthCheck, healthWatch

    /// How many messages travel in each direction.
    public enum Kind: String, Sendable, Hashable {
        case unary
        /// One request, then answers until the server ends the stream.
        case serverStream = "server_stream"
        case bidirectional = "bidi_stream"
    }

    /// A row of the table.
    public struct Row: Sendable {
        public let method: EtcdMethod
        /// Full name of the service, with its package.
        public let service: String
        public let name: String
        public let kind: Kind
        /// Whether this version serves it.
        public let isServed: Bool
        /// What a client asks for: `/service/name`.
        public let path: String

        init(_ method: EtcdMethod, _ service: String, _ name: String, _ kind: Kind = .unary, served: Bool = false) {
            self.method = method
            self.service = service
            self.name = name
            self.kind = kind
            isServed = served
            path = "/\(service)/\(name)"
        }
    }

    public var row: Row { Self.table[Int(rawValue)] }
    public var path: String { row.path }
    public var kind: Kind { row.kind }
    public var isServed: Bool { row.isServed }

    /// The method at `path` (`/service/name`), or nil for a stranger.
    public init?(path: String) {
        guard let method = Self.byPath[path] else { return nil }
        self = method
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: table.map { ($0.path, $0.method) })

    /// All rows, in the order of the cases.
    public static let table: [Row] = keyValueRows + watchAndLeaseRows + clusterRows + authRows + lockRows + healthRows

    private static let keyValueRows = [
        Row(.range, "etcdserverpb.KV", "Range", served: true),
        Row(.put, "etcdserverpb.KV", "Put", served: true),
        Row(.deleteRange, "etcdserverpb.KV", "DeleteRange", served: true),
        Row(.transaction, "etcdserverpb.KV", "Txn", served: true),
        Row(.compact, "etcdserverpb.KV", "Compact", served: true),
        Row(.rangeStream, "etcdserverpb.KV", "RangeStream", .serverStream),
    ]

    private static let watchAndLeaseRows = [
        Row(.watch, "etcdserverpb.Watch", "Watch", .bidirectional),
        Row(.leaseGrant, "etcdserverpb.Lease", "LeaseGrant"),
        Row(.leaseRevoke, "etcdserverpb.Lease", "LeaseRevoke"),
        Row(.leaseKeepAlive, "etcdserverpb.Lease", "LeaseKeepAlive", .bidirectional),
        Row(.leaseTimeToLive, "etcdserverpb.Lease", "LeaseTimeToLive"),
        Row(.leaseLeases, "etcdserverpb.Lease", "LeaseLeases"),
    ]

    private static let clusterRows = [
        Row(.memberAdd, "etcdserverpb.Cluster", "MemberAdd"),
        Row(.memberRemove, "etcdserverpb.Cluster", "MemberRemove"),
        Row(.memberUpdate, "etcdserverpb.Cluster", "MemberUpdate"),
        Row(.memberList, "etcdserverpb.Cluster", "MemberList", served: true),
        Row(.memberPromote, "etcdserverpb.Cluster", "MemberPromote"),
        Row(.alarm, "etcdserverpb.Maintenance", "Alarm", served: true),
        Row(.status, "etcdserverpb.Maintenance", "Status", served: true),
        Row(.defragment, "etcdserverpb.Maintenance", "Defragment", served: true),
        Row(.hash, "etcdserverpb.Maintenance", "Hash"),
        Row(.hashKV, "etcdserverpb.Maintenance", "HashKV", served: true),
        Row(.snapshot, "etcdserverpb.Maintenance", "Snapshot", .serverStream),
        Row(.moveLeader, "etcdserverpb.Maintenance", "MoveLeader"),
        Row(.downgrade, "etcdserverpb.Maintenance", "Downgrade"),
    ]

    private static let authRows = [
        Row(.authEnable, "etcdserverpb.Auth", "AuthEnable"),
        Row(.authDisable, "etcdserverpb.Auth", "AuthDisable"),
        Row(.authStatus, "etcdserverpb.Auth", "AuthStatus"),
        Row(.authenticate, "etcdserverpb.Auth", "Authenticate"),
        Row(.userAdd, "etcdserverpb.Auth", "UserAdd"),
        Row(.userGet, "etcdserverpb.Auth", "UserGet"),
        Row(.userList, "etcdserverpb.Auth", "UserList"),
        Row(.userDelete, "etcdserverpb.Auth", "UserDelete"),
        Row(.userChangePassword, "etcdserverpb.Auth", "UserChangePassword"),
        Row(.userGrantRole, "etcdserverpb.Auth", "UserGrantRole"),
        Row(.userRevokeRole, "etcdserverpb.Auth", "UserRevokeRole"),
        Row(.roleAdd, "etcdserverpb.Auth", "RoleAdd"),
        Row(.roleGet, "etcdserverpb.Auth", "RoleGet"),
        Row(.roleList, "etcdserverpb.Auth", "RoleList"),
        Row(.roleDelete, "etcdserverpb.Auth", "RoleDelete"),
        Row(.roleGrantPermission, "etcdserverpb.Auth", "RoleGrantPermission"),
        Row(.roleRevokePermission, "etcdserverpb.Auth", "RoleRevokePermission"),
    ]

    private static let lockRows = [
        Row(.lock, "v3lockpb.Lock", "Lock"),
        Row(.unlock, "v3lockpb.Lock", "Unlock"),
        Row(.campaign, "v3electionpb.Election", "Campaign"),
        Row(.proclaim, "v3electionpb.Election", "Proclaim"),
        Row(.leader, "v3electionpb.Election", "Leader"),
        Row(.observe, "v3electionpb.Election", "Observe", .serverStream),
        Row(.resign, "v3electionpb.Election", "Resign"),
    ]

    private static let healthRows = [
        Row(.healthCheck, "grpc.health.v1.Health", "Check", served: true),
        Row(.healthWatch, "grpc.health.v1.Health", "Watch", .serverStream, served: true),
    ]
}

import DecreeRPC
import DecreeStore

/// A row of the list of members.
public struct MemberDescription: Hashable, Sendable {
    public var memberID: UInt64
    /// Empty as long as the member was never started.
    public var name: String
    public var peerURLs: [String]
    public var clientURLs: [String]
    public var isLearner: Bool

    public init(memberID: UInt64, name: String, peerURLs: [String], clientURLs: [String], isLearner: Bool = false) {
        self.memberID = memberID
        self.name = name
        self.peerURLs = peerURLs
        self.clientURLs = clientURLs
        self.isLearner = isLearner
    }

    var generated: EtcdMember {
        .with {
            $0.id = memberID
            $0.name = name
            $0.peerUrls = peerURLs
            $0.clientUrls = clientURLs
            $0.isLearner = isLearner
        }
    }
}

/// An alarm and the member that it is about.
public struct Alarm: Hashable, Sendable {
    public var memberID: UInt64
    public var kind: AlarmKind

    public init(memberID: UInt64, kind: AlarmKind) {
        self.memberID = memberID
        self.kind = kind
    }

    /// As `Status` lists it among its errors, with etcd's trailing space.
    var text: String { "memberID:\(memberID) alarm:\(kind.name) " }
}

/// What a member says of itself.
public struct MemberStatus: Hashable, Sendable {
    public var revision: Revision
    /// The leader's member id; 0: none is known.
    public var leader: UInt64
    /// The last slot known to be chosen, and the last one applied.
    public var chosenSlot: UInt64
    public var appliedSlot: UInt64
    /// Bytes that the store took from the system, and how many of them it uses.
    public var storeBytes: Int
    public var storeBytesInUse: Int
    /// Zero: there is no quota.
    public var quotaBytes: Int
    public var isLearner: Bool
    public var alarms: [Alarm]

    public init(
        revision: Revision, leader: UInt64, chosenSlot: UInt64, appliedSlot: UInt64, storeBytes: Int,
        storeBytesInUse: Int, quotaBytes: Int, isLearner: Bool = false, alarms: [Alarm] = []
    ) {
        self.revision = revision
        self.leader = leader
        self.chosenSlot = chosenSlot
        self.appliedSlot = appliedSlot
        self.storeBytes = storeBytes
        self.storeBytesInUse = storeBytesInUse
        self.quotaBytes = quotaBytes
        self.isLearner = isLearner
        self.alarms = alarms
    }

    /// What etcd lists as errors: that no leader is known, and the alarms.
    var errors: [String] { (leader == 0 ? [EtcdError.noLeader.status.message] : []) + alarms.map(\.text) }
}

extension Reply {
    /// The answer to `MemberList`; its header shows no revision, as in etcd.
    public init(members: [MemberDescription], _ fields: HeaderFields) {
        self.init(
            EtcdMemberListResponse.with {
                $0.header = fields.generated(revision: .zero)
                $0.members = members.map(\.generated)
            })
    }

    /// The answer to `Status`.
    public init(_ status: MemberStatus, _ fields: HeaderFields) {
        self.init(
            EtcdStatusResponse.with {
                $0.header = fields.generated(revision: status.revision)
                $0.version = Versions.etcd
                $0.dbSize = Int64(status.storeBytes)
                $0.leader = status.leader
                $0.raftIndex = max(status.chosenSlot, status.appliedSlot)
                $0.raftTerm = fields.term
                $0.raftAppliedIndex = status.appliedSlot
                $0.errors = status.errors
                $0.dbSizeInUse = Int64(status.storeBytesInUse)
                $0.isLearner = status.isLearner
                $0.storageVersion = Versions.storage
                $0.dbSizeQuota = Int64(status.quotaBytes)
                $0.downgradeInfo = EtcdDowngradeInfo()
            })
    }

    /// The answer to `Alarm`.
    public init(alarms: [Alarm], revision: Revision, _ fields: HeaderFields) {
        self.init(
            EtcdAlarmResponse.with {
                $0.header = fields.generated(revision: revision)
                $0.alarms = alarms.map { alarm in
                    .with {
                        $0.memberID = alarm.memberID
                        $0.alarm = alarm.kind == .noSpace ? .nospace : .corrupt
                    }
                }
            })
    }

    /// The answer to `Defragment`, which has no header at all.
    public static var defragmented: Reply { Reply(EtcdDefragmentResponse()) }

    init(_ response: HashKVResponse, _ fields: HeaderFields, revision: Revision) {
        self.init(
            EtcdHashKVResponse.with {
                $0.header = fields.generated(revision: revision)
                $0.hash = response.hash
                $0.compactRevision = response.compactRevision?.rawValue ?? -1
                $0.hashRevision = response.hashRevision.rawValue
            })
    }
}

/// What the health service says.
public enum ServingState: Sendable, Hashable {
    case serving
    case notServing
    /// Only in the answers of `Watch`: nothing is served under that name, yet.
    case unknownService
}

extension Reply {
    /// The answer to the health service's `Check`, or one of those to its `Watch`.
    public init(_ state: ServingState) {
        self.init(
            GRPCHealthCheckResponse.with {
                $0.status =
                    switch state {
                    case .serving: .serving
                    case .notServing: .notServing
                    case .unknownService: .serviceUnknown
                    }
            })
    }

    /// The answer to `Check`.
    /// - Parameters:
    ///   - service: The name asked for; the only one that is served is the empty one.
    ///   - isServing: Whether requests are answered.
    /// - Throws: `NOT_FOUND` for any other name.
    public init(healthOf service: String, isServing: Bool) throws(RPCStatus) {
        guard service.isEmpty else { throw RPCStatus(.notFound, "unknown service") }
        self.init(isServing ? .serving : .notServing)
    }
}

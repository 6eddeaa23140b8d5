import DecreeStore

/// What every answer's header says of the member that answers, besides the revision.
public struct HeaderFields: Hashable, Sendable {
    /// Never zero, the same on all members.
    public var clusterID: UInt64
    /// Never zero; equal to the member's own row in the list of members.
    public var memberID: UInt64
    /// What etcd calls the raft term: at least 1, never decreasing.
    public var term: UInt64

    public init(clusterID: UInt64, memberID: UInt64, term: UInt64) {
        self.clusterID = clusterID
        self.memberID = memberID
        self.term = term
    }

    func at(_ revision: Revision) -> ReplyHeader {
        ReplyHeader(clusterID: clusterID, memberID: memberID, revision: revision.rawValue, term: term)
    }

    func generated(revision: Revision) -> EtcdResponseHeader {
        .with {
            $0.clusterID = clusterID
            $0.memberID = memberID
            $0.revision = revision.rawValue
            $0.raftTerm = term
        }
    }
}

/// `etcdserverpb.ResponseHeader` as it goes out. Those within a transaction's answer carry the revision alone.
struct ReplyHeader {
    var clusterID: UInt64 = 0
    var memberID: UInt64 = 0
    var revision: Int64
    var term: UInt64 = 0

    /// The header of an operation within a transaction.
    static func nested(_ revision: Revision) -> ReplyHeader { ReplyHeader(revision: revision.rawValue) }

    /// The header of a transaction within a transaction, which etcd leaves empty.
    static let empty = ReplyHeader(revision: 0)

    @inline(__always)
    var byteCount: Int {
        ProtoSize.uint64(clusterID) + ProtoSize.uint64(memberID) + ProtoSize.int64(revision) + ProtoSize.uint64(term)
    }

    @inline(__always)
    func write(to writer: inout some ReplyWriter) {
        writer.message(1, byteCount: byteCount)
        writer.uint64(1, clusterID)
        writer.uint64(2, memberID)
        writer.int64(3, revision)
        writer.uint64(4, term)
    }
}

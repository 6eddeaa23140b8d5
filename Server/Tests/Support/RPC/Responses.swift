/// Responses of the etcd v3 API, as far as the tests look at them.
public enum Responses {
    public struct Header: Hashable, Sendable {
        public var clusterID: UInt64
        public var memberID: UInt64
        public var revision: Int64
        public var term: Int64

        static let none = Header(clusterID: 0, memberID: 0, revision: 0, term: 0)

        init(clusterID: UInt64, memberID: UInt64, revision: Int64, term: Int64) {
            self.clusterID = clusterID
            self.memberID = memberID
            self.revision = revision
            self.term = term
        }

        init(_ fields: ProtoFields) {
            self.init(
                clusterID: UInt64(bitPattern: fields.number(1)), memberID: UInt64(bitPattern: fields.number(2)),
                revision: fields.number(3), term: fields.number(4))
        }
    }

    public struct Pair: Hashable, Sendable {
        public let key: String
        public let value: String
        public let createRevision: Int64
        public let modRevision: Int64
        public let version: Int64

        init(_ fields: ProtoFields) {
            key = fields.text(1)
            value = fields.text(5)
            createRevision = fields.number(2)
            modRevision = fields.number(3)
            version = fields.number(4)
        }
    }

    public struct Range: Sendable {
        public var header: Header
        public var pairs: [Pair]
        public var more: Bool
        public var count: Int64

        init(header: Header, pairs: [Pair], more: Bool, count: Int64) {
            self.header = header
            self.pairs = pairs
            self.more = more
            self.count = count
        }

        init(_ bytes: [UInt8]) throws(RPCFailure) {
            let fields = try Responses.fields(bytes)
            self.init(
                header: fields.messages(1).first.map { Header($0) } ?? .none,
                pairs: fields.messages(2).map { Pair($0) }, more: fields.number(3) != 0, count: fields.number(4))
        }
    }

    public struct Txn: Sendable {
        public let header: Header
        public let succeeded: Bool
        /// The answers to the ranges of the branch that was taken.
        public let ranges: [Range]

        init(_ bytes: [UInt8]) throws(RPCFailure) {
            let fields = try Responses.fields(bytes)
            header = fields.messages(1).first.map { Header($0) } ?? .none
            succeeded = fields.number(2) != 0
            var ranges: [Range] = []
            for operation in fields.messages(3) {
                if let range = operation.all(1).first { ranges.append(try Range(Array(range))) }
            }
            self.ranges = ranges
        }
    }

    public struct Status: Sendable {
        public let header: Header
        public let version: String
        public let size: Int64
        public let leader: UInt64
        public let index: Int64
        public let term: Int64
        public let applied: Int64
        public let errors: [String]

        public var isLeader: Bool { leader != 0 && leader == header.memberID }

        init(_ bytes: [UInt8]) throws(RPCFailure) {
            let fields = try Responses.fields(bytes)
            header = fields.messages(1).first.map { Header($0) } ?? .none
            version = fields.text(2)
            size = fields.number(3)
            leader = UInt64(bitPattern: fields.number(4))
            index = fields.number(5)
            term = fields.number(6)
            applied = fields.number(7)
            errors = fields.all(8).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    static func fields(_ bytes: [UInt8]) throws(RPCFailure) -> ProtoFields {
        guard let fields = ProtoFields(bytes) else { throw .disconnected("the answer is no protobuf message") }
        return fields
    }

    public static func header(_ bytes: [UInt8]) throws(RPCFailure) -> Header {
        try fields(bytes).messages(1).first.map { Header($0) } ?? .none
    }
}

/// The calls of the etcd v3 API that the tests make by themselves, on one connection to one endpoint.
public final class EtcdClient {
    public let connection: RPCConnection

    public init(port: Int) throws(RPCFailure) { connection = try RPCConnection(port: port) }

    public static let putPath = "/etcdserverpb.KV/Put"
    public static let rangePath = "/etcdserverpb.KV/Range"
    public static let txnPath = "/etcdserverpb.KV/Txn"

    /// - Returns: the revision of the put.
    public func put(_ key: String, _ value: String, within limit: Duration = .seconds(5)) throws(RPCFailure) -> Int64 {
        let answer = try connection.call(Self.putPath, Requests.put(key, value).bytes, within: limit)
        return try Responses.header(answer).revision
    }

    public func range(
        _ key: String, prefix: Bool = false, serializable: Bool = false, countOnly: Bool = false, revision: Int64 = 0,
        within limit: Duration = .seconds(5)
    ) throws(RPCFailure) -> Responses.Range {
        var request = Requests.range(key, end: prefix ? Requests.prefixEnd(key) : [], serializable: serializable)
        request.number(4, revision)
        request.flag(9, countOnly)
        return try Responses.Range(try connection.call(Self.rangePath, request.bytes, within: limit))
    }

    /// All keys with a prefix, fetched in pages of one revision.
    public func everything(_ prefix: String, page: Int64 = 5_000) throws(RPCFailure) -> Responses.Range {
        var all = Responses.Range(header: .none, pairs: [], more: true, count: 0)
        var next = Array(prefix.utf8)
        while all.more {
            var request = Requests.range(bytes: next, end: Requests.prefixEnd(prefix), serializable: false)
            request.number(3, page)
            request.number(4, all.header.revision)
            let answer = try connection.call(Self.rangePath, request.bytes, within: .seconds(30))
            let part = try Responses.Range(answer)
            if all.pairs.isEmpty { all.header = part.header }
            all.pairs += part.pairs
            all.count = Int64(all.pairs.count)
            all.more = part.more
            next = Array((part.pairs.last?.key ?? "").utf8) + [0]
        }
        return all
    }

    public func txn(_ request: ProtoMessage, within limit: Duration = .seconds(5)) throws(RPCFailure) -> Responses.Txn {
        try Responses.Txn(try connection.call(Self.txnPath, request.bytes, within: limit))
    }

    public func compact(_ revision: Int64, within limit: Duration = .seconds(5)) throws(RPCFailure) {
        var request = ProtoMessage()
        request.number(1, revision)
        _ = try connection.call("/etcdserverpb.KV/Compact", request.bytes, within: limit)
    }

    public func status(within limit: Duration = .seconds(2)) throws(RPCFailure) -> Responses.Status {
        try Responses.Status(try connection.call("/etcdserverpb.Maintenance/Status", [], within: limit))
    }

    /// The hash of the whole state at a revision; 0: the current one.
    public func hash(at revision: Int64, within limit: Duration = .seconds(5)) throws(RPCFailure) -> Int64 {
        var request = ProtoMessage()
        request.number(1, revision)
        let answer = try connection.call("/etcdserverpb.Maintenance/HashKV", request.bytes, within: limit)
        return try Responses.fields(answer).number(2)
    }

    public func moveLeader(to member: UInt64, within limit: Duration = .seconds(5)) throws(RPCFailure) {
        var request = ProtoMessage()
        request.number(1, Int64(bitPattern: member))
        _ = try connection.call("/etcdserverpb.Maintenance/MoveLeader", request.bytes, within: limit)
    }
}

/// Requests of the etcd v3 API.
public enum Requests {
    public static func put(_ key: String, _ value: String) -> ProtoMessage {
        var request = ProtoMessage()
        request.text(1, key)
        request.text(2, value)
        return request
    }

    public static func range(_ key: String, end: [UInt8] = [], serializable: Bool = false) -> ProtoMessage {
        range(bytes: Array(key.utf8), end: end, serializable: serializable)
    }

    static func range(bytes key: [UInt8], end: [UInt8], serializable: Bool) -> ProtoMessage {
        var request = ProtoMessage()
        request.bytes(1, key)
        request.bytes(2, end)
        request.flag(7, serializable)
        return request
    }

    /// A txn of puts, all of them done if `key` was last written at `revision` (0: does not exist).
    public static func txn(
        puts: [(key: String, value: String)], ifLastWritten condition: (key: String, revision: Int64)? = nil,
        elseReading other: String? = nil
    ) -> ProtoMessage {
        var request = ProtoMessage()
        if let condition {
            request.message(1) { compare in
                compare.number(2, 2)
                compare.text(3, condition.key)
                if condition.revision != 0 { compare.number(6, condition.revision) }
            }
        }
        for pair in puts { request.message(2) { $0.message(2, put(pair.key, pair.value)) } }
        if let other { request.message(3) { $0.message(1, range(other)) } }
        return request
    }

    /// The first key behind all keys that begin with `prefix`.
    public static func prefixEnd(_ prefix: String) -> [UInt8] {
        var bytes = Array(prefix.utf8)
        while let last = bytes.popLast() {
            if last < 255 { return bytes + [last + 1] }
        }
        return [0]
    }
}

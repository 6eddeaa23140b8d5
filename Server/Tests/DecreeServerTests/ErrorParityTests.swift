import DecreeTestSupport
import Testing

extension ServerTests {
    /// Requests with one and with several flaws at once, against our server and a real etcd: which flaw is told is part of
    /// the interface. Unknown orders and targets are left out: etcd 3.5 ends on them.
    @Suite("Every flaw of a request, and every pair of them, is answered as by etcd", .serialized)
    struct ErrorParityTests {
        @Test("Puts: every combination of an empty or missing key, ignored value and lease, alone and in a transaction")
        func puts() throws { try expectNoDifference(FlawedRequests.puts) }

        @Test(
            "Ranges: old, compacted, negative and future revisions, empty keys, alone and in a transaction"
        )
        func ranges() throws { try expectNoDifference(FlawedRequests.ranges) }

        @Test("Ranges: every order by every target with every limit, with and without filters")
        func sorts() throws { try expectNoDifference(FlawedRequests.sorts) }

        @Test(
            "Transactions: every ordered pair of flawed operations, side by side, nested, and in the branch not taken")
        func pairs() throws { try expectNoDifference(FlawedRequests.pairs) }

        private func expectNoDifference(_ requests: [FlawedRequests.Request]) throws {
            try withCluster(.etcd(), nodes: 1) { theirs in
                try withCluster(.decree(), nodes: 1) { ours in
                    let clients = (ours: try ours.nodes[0].client(), theirs: try theirs.nodes[0].client())
                    for client in [clients.ours, clients.theirs] { try FlawedRequests.prepare(client) }
                    // Our server publishes its member as a command, which is no revision; so both stand at the same one.
                    for request in requests {
                        let (our, their) = (request.outcome(clients.ours), request.outcome(clients.theirs))
                        if our != their { Issue.record("\(request.name)\n  etcd:   \(their)\n  decree: \(our)") }
                    }
                }
            }
        }
    }
}

/// Requests that are wrong in all ways at once, and what they come to.
enum FlawedRequests {
    struct Request {
        let name: String
        let path: String
        let message: ProtoMessage

        /// The status of a failure, or all of the answer but who gave it.
        func outcome(_ client: EtcdClient) -> String {
            do throws(RPCFailure) {
                let answer = try client.connection.call(path, message.bytes, within: .seconds(5))
                return "OK " + FlawedRequests.shown(ProtoFields(answer))
            } catch {
                return "\(error)"
            }
        }
    }

    /// Keys with different versions and revisions of creation and change, a deleted one, and a compacted past.
    static func prepare(_ client: EtcdClient) throws {
        for key in ["k/c", "k/a", "k/d", "k/b", "k/e", "k/a", "k/c", "k/c", "gone"] {
            _ = try client.put(key, "v" + key)
        }
        var deletion = ProtoMessage()
        deletion.text(1, "gone")
        _ = try client.connection.call("/etcdserverpb.KV/DeleteRange", deletion.bytes, within: .seconds(5))
        for (key, value) in [("k/b", "z"), ("k/d", "a")] { _ = try client.put(key, value) }
        try client.compact(5)
    }

    /// Every field but the header's identifiers, in a form to compare and to read.
    private static func shown(_ fields: ProtoFields?) -> String {
        guard let fields else { return "not a message" }
        let header = fields.messages(1).first
        let rest = fields.fields.filter { $0.number != 1 }.map { field in
            switch field.value {
            case .number(let number): "\(field.number)=\(number)"
            case .bytes(let bytes): "\(field.number)=\(withoutHeaders(bytes, depth: 0))"
            }
        }
        return "revision=\(header?.number(3) ?? 0) " + rest.joined(separator: " ")
    }

    /// Nested responses carry headers of their own, with nothing but a revision.
    private static func withoutHeaders(_ bytes: ArraySlice<UInt8>, depth: Int) -> String {
        String(decoding: bytes.map { (32..<127).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self) + "#"
            + "\(bytes.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) })"
    }

    // MARK: Puts

    private static let unknownLease: Int64 = 777

    private static func put(_ key: String, value: String, lease: Int64, _ ignoresValue: Bool, _ ignoresLease: Bool)
        -> ProtoMessage
    {
        var message = ProtoMessage()
        message.text(1, key)
        message.text(2, value)
        message.number(3, lease)
        message.flag(5, ignoresValue)
        message.flag(6, ignoresLease)
        return message
    }

    private static var flawedPuts: [(name: String, message: ProtoMessage)] {
        var all: [(String, ProtoMessage)] = []
        for key in ["", "k/a", "missing"] {
            for value in ["", "v"] {
                for lease in [0, unknownLease] {
                    for flags in 0..<4 {
                        let (ignoresValue, ignoresLease) = (flags & 1 != 0, flags & 2 != 0)
                        // What succeeds would make the missing key.
                        if key == "missing" && flags == 0 && lease == 0 { continue }
                        let name =
                            "put '\(key)' '\(value)' lease \(lease)\(ignoresValue ? " ignoring the value" : "")"
                            + (ignoresLease ? " ignoring the lease" : "")
                        all.append((name, put(key, value: value, lease: lease, ignoresValue, ignoresLease)))
                    }
                }
            }
        }
        return all
    }

    static var puts: [Request] {
        flawedPuts.flatMap { name, message in
            [
                Request(name: name, path: EtcdClient.putPath, message: message),
                txn("txn: \(name)", [(2, message)]),
            ]
        }
    }

    // MARK: Ranges

    private static func range(
        _ key: String, end: String = "", revision: Int64 = 0, limit: Int64 = 0, order: Int64 = 0, target: Int64 = 0,
        minMod: Int64 = 0
    ) -> ProtoMessage {
        var message = ProtoMessage()
        message.text(1, key)
        message.text(2, end)
        message.number(3, limit)
        message.number(4, revision)
        message.number(5, order)
        message.number(6, target)
        message.number(10, minMod)
        return message
    }

    static var ranges: [Request] {
        var all: [Request] = []
        for key in ["", "k/a", "missing"] {
            for revision: Int64 in [-1 << 40, -3, -2, -1, 0, 1, 4, 5, 6, 12, 13, 14, 1 << 40] {
                let message = range(key, revision: revision)
                let name = "range '\(key)' at \(revision)"
                all.append(Request(name: name, path: EtcdClient.rangePath, message: message))
                all.append(txn("txn: \(name)", [(1, message)]))
            }
        }
        return all
    }

    static var sorts: [Request] {
        var all: [Request] = []
        for order: Int64 in 0...2 {
            for target: Int64 in 0...4 {
                for limit: Int64 in [-1, 0, 1, 2, 3, 4, 5, 6] {
                    for minMod: Int64 in [0, 8] {
                        let message = range("k/", end: "k0", limit: limit, order: order, target: target, minMod: minMod)
                        let name = "range order \(order) target \(target) limit \(limit) from mod \(minMod)"
                        all.append(Request(name: name, path: EtcdClient.rangePath, message: message))
                        all.append(txn("txn: \(name)", [(1, message)]))
                    }
                }
            }
        }
        return all
    }

    // MARK: Transactions

    /// The operations by their field in `RequestOp`: range 1, put 2, delete 3, txn 4.
    private static func txn(
        _ name: String, _ operations: [(field: Int, message: ProtoMessage)], isFailure: Bool = false
    )
        -> Request
    {
        Request(name: name, path: EtcdClient.txnPath, message: transaction(operations, isFailure: isFailure))
    }

    private static func transaction(_ operations: [(field: Int, message: ProtoMessage)], isFailure: Bool = false)
        -> ProtoMessage
    {
        var message = ProtoMessage()
        for operation in operations {
            message.message(isFailure ? 3 : 2) {
                operation.field == 0 ? () : $0.message(operation.field, operation.message)
            }
        }
        return message
    }

    private static var flawedOperations: [(name: String, field: Int, message: ProtoMessage)] {
        [
            ("range compacted", 1, range("k/a", revision: 1)), ("range future", 1, range("k/a", revision: 1 << 40)),
            ("range negative", 1, range("k/a", revision: -7)), ("range of nothing", 1, range("")),
            ("put of nothing", 2, put("", value: "v", lease: 0, false, false)),
            ("put with lease", 2, put("k/a", value: "v", lease: unknownLease, false, false)),
            ("put keeping a missing value", 2, put("missing", value: "", lease: 0, true, false)),
            ("put keeping and giving a value", 2, put("k/a", value: "v", lease: 0, true, false)),
            ("put keeping and giving a lease", 2, put("k/a", value: "v", lease: unknownLease, false, true)),
            ("put", 2, put("k/a", value: "v", lease: 0, false, false)), ("delete of nothing", 3, ProtoMessage()),
            ("delete", 3, range("k/a")), ("empty operation", 0, ProtoMessage()),
        ]
    }

    private static func operations(_ some: [(name: String, field: Int, message: ProtoMessage)])
        -> [(field: Int, message: ProtoMessage)]
    {
        some.map { (field: $0.field, message: $0.message) }
    }

    static var pairs: [Request] {
        var all: [Request] = []
        for first in flawedOperations {
            for second in flawedOperations {
                let name = "\(first.name), \(second.name)"
                let pair = operations([first, second])
                all.append(txn("txn: \(name)", pair))
                all.append(txn("txn, not taken: \(name)", pair, isFailure: true))
                let inner = transaction([pair[1]])
                all.append(txn("txn with the second nested: \(name)", [pair[0], (field: 4, message: inner)]))
            }
        }
        return all
    }
}

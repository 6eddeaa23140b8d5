import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("No request keeps others waiting for long", .serialized) struct LongWorkTests {
        private static let keyCount = 50_000

        /// A request that is more work than it looks.
        private struct Attack {
            let name: String
            let path: String
            let message: [UInt8]
            /// Whether it is to be refused; nil: either way.
            let isRefused: Bool?
        }

        @Test("Transactions and ranges over fifty thousand keys are refused or served beside the others, at every node")
        func attacks() throws {
            try withCluster(.decree()) { cluster in
                try fill(cluster)
                let asked = try cluster.followers()[0]
                for attack in requests() { try run(attack, on: asked, in: cluster) }
                try cluster.awaitEqualRevisions()
            }
        }

        @Test("A hundred and fifty transactions near the limit, sent at once, hold nobody up together")
        func together() throws {
            try withCluster(.decree()) { cluster in
                try fill(cluster, values: 0)
                let leader = try cluster.leader()
                let attacker = try cluster.followers()[0].client()
                let others = try cluster.nodes.map { try $0.client() }
                for other in others { _ = try other.put("other", "before", within: .seconds(5)) }
                let term = try others[0].range("other").header.term
                let calls = (0..<150).map { _ in
                    attacker.connection.begin(EtcdClient.txnPath, Self.nearLimit().bytes)
                }
                let waits = try waitsOfOthers(others, while: calls, of: attacker, in: cluster)
                print("150 transactions: local reads waited \(waits.reads.milliseconds) ms at most")
                print("150 transactions: puts and linearizable reads waited \(waits.logged.milliseconds) ms at most")
                // On a machine of its own it is a tenth of a second.
                #expect(waits.reads < .milliseconds(500) && waits.logged < .milliseconds(500))
                #expect(try cluster.leader().clientPort == leader.clientPort)
                #expect(try others[0].range("other").header.term == term, "nobody missed the leader")
                try cluster.awaitEqualRevisions()
            }
        }

        /// Comparisons of all keys that take seven tenths of what a command may, and a put.
        private static func nearLimit() -> ProtoMessage {
            var txn = ProtoMessage()
            for _ in 0..<10 { txn.message(1, comparison()) }
            txn.message(2, put)
            return txn
        }

        /// The longest that others waited for a read of their own member, and for what goes through the log, until the calls
        /// have ended.
        private func waitsOfOthers(
            _ others: [EtcdClient], while calls: [RPCConnection.CallID], of attacker: EtcdClient,
            in cluster: ServerCluster
        ) throws -> (reads: Duration, logged: Duration) {
            let writer = try cluster.leader().client()
            var (open, succeeded) = (Set(calls), 0)
            var (reads, logged) = (Duration.zero, Duration.zero)
            var logging: (call: RPCConnection.CallID, span: WatchedSpan)?
            var round = 0
            let deadline = Deadline(after: .seconds(60))
            while !(open.isEmpty && logging == nil), !deadline.hasPassed {
                attacker.connection.pump(for: .zero)
                for call in open {
                    guard let result = attacker.connection.takeResult(of: call) else { continue }
                    open.remove(call)
                    if case .success = result { succeeded += 1 }
                }
                writer.connection.pump(for: .zero)
                if let (call, span) = logging, let result = writer.connection.takeResult(of: call) {
                    _ = try result.get()
                    logged = max(logged, Self.comparable(span))
                    logging = nil
                } else if logging == nil, !open.isEmpty {
                    let request = round % 2 == 0 ? Requests.put("other", "\(round)") : Requests.range("other")
                    let path = round % 2 == 0 ? EtcdClient.putPath : EtcdClient.rangePath
                    let span = WatchedSpan(of: cluster.nodes)
                    logging = (writer.connection.begin(path, request.bytes), span)
                    writer.connection.pump(for: .zero)
                }
                let span = WatchedSpan(of: cluster.nodes)
                _ = try others[round % others.count].range("other", serializable: true, within: .seconds(20))
                reads = max(reads, Self.comparable(span))
                round += 1
            }
            #expect(open.isEmpty && succeeded > 0, "\(open.count) calls have not ended, \(succeeded) succeeded")
            return (reads, logged)
        }

        /// What is plainly short is not looked at closer.
        private static func comparable(_ span: WatchedSpan) -> Duration {
            span.length > .milliseconds(100) ? span.comparableLength : span.length
        }

        private func fill(_ cluster: ServerCluster, values: Int = 100) throws {
            let client = try cluster.leader().client()
            for start in stride(from: 0, to: Self.keyCount, by: 125) {
                let puts = (start..<start + 125).map { ("key/\(1_000_000 + $0)", "value \($0 &* 7_919 % 100_003)") }
                _ = try client.txn(Requests.txn(puts: puts), within: .seconds(20))
            }
            for index in 0..<values { _ = try client.put("large/\(index)", String(repeating: "v", count: 400_000)) }
        }

        // MARK: Requests

        private static func everything(_ extra: (inout ProtoMessage) -> Void = { _ in }) -> ProtoMessage {
            var range = ProtoMessage()
            range.bytes(1, [0])
            range.bytes(2, [0])
            extra(&range)
            return range
        }

        private static var put: ProtoMessage {
            var operation = ProtoMessage()
            operation.message(2, Requests.put("zz", "v"))
            return operation
        }

        /// A transaction with `count` of something, and as many less one of itself, a level deeper.
        private static func nested(_ levels: Int, _ count: Int, _ add: (inout ProtoMessage) -> Void) -> ProtoMessage {
            var txn = ProtoMessage()
            for _ in 0..<count { add(&txn) }
            guard levels > 1 else { return txn }
            let below = nested(levels - 1, count, add)
            for _ in 1..<count { txn.message(2) { $0.message(4, below) } }
            return txn
        }

        private static func comparison() -> ProtoMessage {
            var compare = ProtoMessage()
            compare.number(1, 1)
            compare.bytes(3, [0])
            compare.bytes(64, [0])
            return compare
        }

        private static func repeated(_ count: Int, _ field: Int, _ operation: ProtoMessage) -> ProtoMessage {
            var txn = ProtoMessage()
            txn.message(2, put)
            for _ in 0..<count { txn.message(2) { $0.message(field, operation) } }
            return txn
        }

        /// A transaction of puts to the large values, each with a flag.
        private static func largePuts(flag: Int) -> ProtoMessage {
            var txn = ProtoMessage()
            for index in 0..<100 {
                var put = ProtoMessage()
                put.text(1, "large/\(index)")
                put.flag(flag, true)
                txn.message(2) { $0.message(2, put) }
            }
            return txn
        }

        /// Two levels of sixty operations each.
        private static func sortedRanges(_ sorted: ProtoMessage) -> ProtoMessage {
            var below = ProtoMessage()
            for _ in 0..<60 { below.message(2) { $0.message(1, sorted) } }
            return repeated(60, 4, below)
        }

        private static func deep(_ innermost: ProtoMessage) -> ProtoMessage {
            var txn = innermost
            for _ in 0..<100 {
                var outer = ProtoMessage()
                outer.message(2) { $0.message(4, txn) }
                txn = outer
            }
            return txn
        }

        private static func reading(_ operation: ProtoMessage, _ field: Int) -> ProtoMessage {
            var txn = ProtoMessage()
            for _ in 0..<128 { txn.message(2) { $0.message(field, operation) } }
            return txn
        }

        private func requests() -> [Attack] {
            var nested = Self.nested(3, 40) { $0.message(1, Self.comparison()) }
            nested.message(2, Self.put)
            var flat = Self.nested(1, 128) { $0.message(1, Self.comparison()) }
            flat.message(2, Self.put)
            let sorted = Self.everything { $0.number(6, 4) }
            let deletion = Self.everything { $0.flag(3, true) }
            let requests: [(String, ProtoMessage, Bool?)] = [
                ("nested comparisons", nested, true), ("comparisons of all keys", flat, true),
                ("sorted ranges, nested, beside a put", Self.sortedRanges(sorted), true),
                ("127 ranges by value beside a put", Self.repeated(127, 1, sorted), true),
                ("128 ranges by value", Self.reading(sorted, 1), nil),
                ("a hundred levels", Self.deep(Self.repeated(4, 1, sorted)), nil),
                ("large values shown", Self.largePuts(flag: 4), nil),
                ("large values kept", Self.largePuts(flag: 5), nil),
                ("128 deletions of everything", Self.reading(deletion, 3), nil),
            ]
            let transactions = requests.map {
                Attack(name: $0.0, path: EtcdClient.txnPath, message: $0.1.bytes, isRefused: $0.2)
            }
            let range = Attack(
                name: "one range by value", path: EtcdClient.rangePath, message: sorted.bytes, isRefused: false)
            return [range] + transactions
        }

        // MARK: Others meanwhile

        private func run(_ attack: Attack, on asked: ServerNode, in cluster: ServerCluster) throws {
            let attacker = try asked.client()
            let others = try cluster.nodes.map { try $0.client() }
            for other in others { _ = try other.put("other", "before", within: .seconds(5)) }
            let call = attacker.connection.begin(attack.path, attack.message)
            var longest = Duration.zero
            var answer: Result<[UInt8], RPCFailure>?
            let deadline = Deadline(after: .seconds(40))
            var round = 0
            while answer == nil, !deadline.hasPassed {
                attacker.connection.pump(for: .zero)
                answer = attacker.connection.takeResult(of: call)
                let span = WatchedSpan(of: cluster.nodes)
                _ = try others[round % others.count].put("other", "\(round)", within: .seconds(10))
                longest = max(longest, Self.comparable(span))
                round += 1
            }
            print("\(attack.name), \(attack.message.count) bytes: others waited \(longest.milliseconds) ms at most")
            // On a machine of its own it is a tenth of a second, and more only where an answer is huge.
            #expect(longest < .milliseconds(500), "\(attack.name)")
            judge(attack, answer)
        }

        private func judge(_ attack: Attack, _ answer: Result<[UInt8], RPCFailure>?) {
            switch (answer, attack.isRefused) {
            case (.success, false), (.success, nil), (.failure(.status(code: 8, _)), nil): break
            case (.failure(.status(code: 8, let text)), true):
                #expect(text.contains("too many keys at once, nothing was done"), "\(attack.name)")
            default: Issue.record("\(attack.name): \(String(describing: answer).prefix(300))")
            }
        }
    }
}

import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Floods against the whole program", .serialized) struct FloodTests {
        @Test(
            "Ten megabytes of health watches cost no more than a quarter of a gigabyte, and others are served meanwhile"
        )
        func healthWatches() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                let client = try node.client()
                _ = try client.put("key", "value")
                let before = try #require(node.residentBytes)
                let span = WatchedSpan(of: [node])
                let flood = Self.watches()
                let attackers = try (0..<8).map { _ in try TCPSocket.connected(to: node.clientPort) }
                var sent = [Int](repeating: 0, count: attackers.count)
                var waits: [Duration] = []
                let deadline = Deadline(after: .seconds(8))
                while !deadline.hasPassed {
                    for (index, attacker) in attackers.enumerated() {
                        sent[index] += attacker.sendSome(flood[sent[index]...])
                    }
                    let start = Monotonic.now()
                    _ = try client.range("key", within: .seconds(5))
                    waits.append(.nanoseconds(Int64(Monotonic.now() - start)))
                }
                let grown = try #require(node.residentBytes) - before
                waits.sort()
                let slow = waits[waits.count * 99 / 100]
                let comparable = Machine.comparable(slow, hindrance: span.hindrance)
                print("health watches: \(sent.reduce(0, +)) bytes, \(grown >> 20) MiB, p99 \(slow.milliseconds) ms")
                #expect(grown < 256 << 20)
                #expect(comparable < .milliseconds(500), "on a machine of its own a tenth of a second")
                for attacker in attackers { attacker.close() }
                _ = try node.client().put("works", "still")
            }
        }

        /// What one connection sends: 1.25 MB of watches, each of which is refused or answered at once and stays open.
        private static func watches() -> [UInt8] {
            var bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(type: 4, flags: 0, 0, [])
            // The first names its path and type, which the others refer to: 63 and 62.
            let literals: [(String, String)] = [
                (":path", "/grpc.health.v1.Health/Watch"), ("content-type", "application/grpc"),
            ]
            let named = literals.reduce(into: [UInt8]()) { block, field in
                block += [0x40, UInt8(field.0.utf8.count)] + Array(field.0.utf8)
                block += [UInt8(field.1.utf8.count)] + Array(field.1.utf8)
            }
            var stream: UInt32 = 1
            while bytes.count < 10 << 20 / 8 {
                // 0x83 and 0x86 are POST and http.
                let block: [UInt8] = [0x83, 0x86] + (stream == 1 ? named : [0x80 | 63, 0x80 | 62])
                bytes += frame(type: 1, flags: 4, stream, block) + frame(type: 0, flags: 1, stream, [0, 0, 0, 0, 0])
                stream += 2
            }
            return bytes
        }

        private static func frame(type: UInt8, flags: UInt8, _ stream: UInt32, _ content: [UInt8]) -> [UInt8] {
            let length = UInt32(content.count)
            return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
                + withUnsafeBytes(of: stream.bigEndian) { Array($0) } + content
        }

        @Test("Messages of all methods that follow their grammar, or break it, end nothing and hold nobody up")
        func messages() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                let seed = UInt64.random(in: 1...(.max))
                var attacker = MessageAttacker(seed: seed)
                var connection = try node.client().connection
                let end = Deadline(after: AttackTime.length(otherwise: .seconds(3)))
                var (count, answered) = (0, 0)
                while !end.hasPassed {
                    let paths = Self.paths
                    let calls = (0..<200).map { _ in
                        count += 1
                        let path = paths[count % paths.count]
                        return connection.begin(path, attacker.message(.of(path)))
                    }
                    let limit = Deadline(after: .seconds(1))
                    var open = calls
                    while !open.isEmpty, !limit.hasPassed {
                        connection.pump(for: .milliseconds(10))
                        open.removeAll { connection.takeResult(of: $0) != nil }
                    }
                    answered += calls.count - open.count
                    for call in open { connection.cancel(call) }
                    if connection.failure != nil { connection = try node.client().connection }
                    try #require(node.isRunning, "seed \(seed) after \(count) messages: \(node.logTail)")
                    _ = try node.client().range("key", within: .seconds(5))
                }
                print("\(count) messages, \(answered) answered, seed \(seed)")
                #expect(answered > 0)
            }
        }

        private static let paths =
            ["Range", "Put", "DeleteRange", "Txn", "Txn", "Compact"].map { "/etcdserverpb.KV/\($0)" }
            + ["HashKV", "Status", "Alarm", "Defragment", "Hash"].map { "/etcdserverpb.Maintenance/\($0)" }
            + [
                "/etcdserverpb.Cluster/MemberList", "/etcdserverpb.Watch/Watch", "/etcdserverpb.Lease/LeaseGrant",
                "/etcdserverpb.Lease/LeaseKeepAlive", "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
            ]
    }
}

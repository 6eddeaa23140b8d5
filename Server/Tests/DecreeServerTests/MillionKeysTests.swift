import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("A large store", .serialized) struct MillionKeysTests {
        @Test("A node with a million keys of 256 bytes serves within three seconds of its start after kill -9")
        func restart() throws {
            // Built without optimization the program is slower by a factor; then a tenth must do.
            let keys = Tools.isDebugBuild ? 100_000 : 1_000_000
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                let loading = Monotonic.now()
                try load(keys, into: node)
                print("a large store: \(keys) keys loaded in \(seconds(since: loading)) s")
                try node.crash()
                let span = WatchedSpan(of: [node])
                try node.start()
                let first: Responses.Range = try eventually(
                    "the first linearizable read", within: .seconds(30), every: .milliseconds(2)
                ) {
                    try node.client().range(key(keys / 2), within: .seconds(30))
                }
                let (took, comparable) = (span.length, span.comparableLength)
                print(
                    "a large store: first linearizable read \(took) after the start, \(comparable) of it the program's,",
                    "debug build: \(Tools.isDebugBuild)")
                #expect(comparable < .seconds(3), "of \(took)")
                #expect(first.pairs.first?.value.count == 256)
                let all = try node.client().range("key/", prefix: true, countOnly: true)
                #expect(all.count == keys)
            }
        }

        private func seconds(since start: UInt64) -> Double { Double(Monotonic.now() - start) / 1e9 }

        private func key(_ number: Int) -> String {
            "key/" + String(repeating: "0", count: 8 - "\(number)".count) + "\(number)"
        }

        /// Puts keys in txns of a hundred, many of them under way at once.
        private func load(_ keys: Int, into node: ServerNode) throws {
            let connection = try node.client().connection
            let template = Requests.txn(puts: (0..<100).map { (key($0), String(repeating: "v", count: 256)) }).bytes
            let places = template.indices.filter { template[$0...].starts(with: "key/".utf8) }.map { $0 + 4 }
            #expect(places.count == 100)
            var waiting: [RPCConnection.CallID] = []
            var next = 0
            let deadline = Deadline(after: .seconds(120))
            while next < keys || !waiting.isEmpty {
                while next < keys, waiting.count < 32 {
                    var request = template
                    for (index, place) in places.enumerated() { Self.write(next + index, into: &request, at: place) }
                    waiting.append(connection.begin(EtcdClient.txnPath, request))
                    next += 100
                }
                connection.pump(for: .milliseconds(100))
                var rest: [RPCConnection.CallID] = []
                for call in waiting {
                    guard let result = connection.takeResult(of: call) else {
                        rest.append(call)
                        continue
                    }
                    _ = try result.get()
                }
                waiting = rest
                if deadline.hasPassed { throw TimedOut(what: "loading", limit: .seconds(120), lastError: nil) }
            }
        }

        private static func write(_ number: Int, into bytes: inout [UInt8], at place: Int) {
            var rest = number
            for digit in (0..<8).reversed() {
                bytes[place + digit] = UInt8(48 + rest % 10)
                rest /= 10
            }
        }
    }
}

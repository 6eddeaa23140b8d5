import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Attacks on the peer port", .serialized) struct PeerAttackTests {
        /// How long it goes on: `ATTACK_MINUTES` minutes, or six seconds.
        private var time: Duration {
            let minutes = ProcessInfo.processInfo.environment["ATTACK_MINUTES"].flatMap(Double.init)
            return .seconds(minutes.map { $0 * 60 } ?? 6)
        }

        @Test(
            "Whatever is changed or cut between the nodes, and replayed to them, no process ends and no write is lost")
        func changes() throws {
            let (cluster, proxies) = try ServerCluster.behindProxies(.decree())
            defer { for proxy in proxies { proxy.close() } }
            try withCluster(cluster) { cluster in
                for proxy in proxies { proxy.damagePerMille = 30 }
                var acknowledged: [Int] = []
                var number = 0
                let (end, latest) = (Deadline(after: time), Deadline(after: time * 10))
                var replayed = 0
                /// A slow machine needs longer for as much harm.
                func isEnough() -> Bool {
                    replayed > 20 && !acknowledged.isEmpty && proxies.reduce(0) { $0 + $1.damages } > 20
                }
                repeat {
                    number += 1
                    let node = cluster.nodes[number % 3]
                    if let client = try? node.client(),
                        (try? client.put("key\(number)", "value\(number)", within: .milliseconds(300))) != nil
                    {
                        acknowledged.append(number)
                    }
                    if number % 3 == 0, let proxy = proxies.randomElement() { replayed += replay(to: proxy) }
                    for node in cluster.nodes { try #require(node.isRunning, "\(node.logTail)") }
                } while !end.hasPassed || !isEnough() && !latest.hasPassed
                for proxy in proxies { proxy.damagePerMille = 0 }
                let damages = proxies.reduce(0) { $0 + $1.damages }
                print("\(acknowledged.count) of \(number) writes, \(damages) changes under way, \(replayed) replays")
                #expect(isEnough())
                try cluster.awaitServing(within: .seconds(30))
                let client = try cluster.nodes[0].client()
                for number in acknowledged {
                    #expect(try client.range("key\(number)").pairs.map(\.value) == ["value\(number)"])
                }
                try cluster.awaitEqualRevisions()
                for node in cluster.nodes { checkLog(of: node) }
            }
        }

        /// Sends what once came from a member, changed, to the port of the node itself.
        private func replay(to proxy: PeerProxy) -> Int {
            guard var bytes = proxy.recordings.randomElement(), !bytes.isEmpty,
                let socket = try? TCPSocket.connected(to: proxy.target)
            else { return 0 }
            PeerProxy.change(&bytes)
            _ = socket.sendAll(bytes)
            socket.close()
            return 1
        }

        /// Comings and goings, and all reasons for them, fill no log.
        private func checkLog(of node: ServerNode) {
            let minutes = time / .seconds(60)
            let lines = node.logText.split(separator: "\n").filter { $0.contains("peer connect") }
            #expect(Double(lines.count) < 300 * (minutes + 1), "\(node.name): \(lines.count)")
            let comings = lines.filter { $0.contains("peer connected") || $0.contains("peer connection lost") }
            #expect(Double(comings.count) <= 2 * 8 * (minutes + 2), "\(node.name): \(comings.count)")
        }
    }
}

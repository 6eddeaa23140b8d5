import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Connections that carry nothing", .serialized) struct StallTests {
        @Test(
            "A connection between peers that carries nothing any more is replaced, and writes go on",
            arguments: [PeerProxy.Kind.commands, .heartbeats])
        func replaced(_ kind: PeerProxy.Kind) throws {
            let (cluster, proxies) = try ServerCluster.behindProxies(.decree())
            defer { for proxy in proxies { proxy.close() } }
            try withCluster(cluster) { cluster in
                let leader = try cluster.leader()
                _ = try leader.client().put("key", "before")
                // Two nodes serve before the last has all its connections.
                try eventually("a connection each way between all nodes", within: .seconds(20)) {
                    proxies.reduce(0) { $0 + $1.connections(of: kind) } == 6
                }
                for proxy in proxies { proxy.stall(kind) }
                let span = WatchedSpan(of: cluster.nodes)
                _ = try eventually("a write through the node that led", within: .seconds(30)) {
                    try leader.client().put("key", "after", within: .seconds(1))
                }
                print("\(kind) stalled: a write after \(span.length)")
                #expect(span.comparableLength < .seconds(15))
                try eventually("a line about it", within: .seconds(10)) {
                    cluster.nodes.allSatisfy { $0.logText.contains("peer connection replaced") }
                }
                for node in cluster.nodes {
                    let lines = node.logText.split(separator: "\n").filter { $0.contains("peer connection replaced") }
                    #expect(lines.count <= 4, "\(lines)")
                }
                try cluster.awaitServing()
            }
        }
    }
}

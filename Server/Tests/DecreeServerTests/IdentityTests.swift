import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Nodes that do not belong", .serialized) struct IdentityTests {
        @Test(
            "A node that lost its disk cannot come back under its old line: it says why, the others too, and it never votes"
        )
        func wipedNode() throws {
            try withCluster(.decree()) { cluster in
                let wiped = try #require(try cluster.followers().first)
                let others = cluster.nodes.filter { $0 !== wiped }
                _ = try wiped.client().put("key", "value")
                try wiped.crash()
                try FileManager.default.removeItem(atPath: wiped.dataDirectory)
                let logLength = wiped.logText.count
                try wiped.start()

                let sign = "data directory was lost or emptied"
                for node in others {
                    try eventually("a line about the wiped node at \(node.name)", within: .seconds(10)) {
                        node.logText.contains(sign)
                    }
                }
                try eventually("the reason in the log of the wiped node", within: .seconds(10)) {
                    wiped.logText.dropFirst(logLength).contains(sign)
                }
                expectNoTrace(wiped.logText)
                _ = try others[0].client().put("key", "goes on")

                // With one of the others gone it would make a majority, if it could.
                try others[1].crash()
                try expectNoService(others[0], "writes without a majority")
                if wiped.isRunning { try expectNoService(wiped, "service by a node that lost its disk") }
                try others[1].start()
                try cluster.awaitServing(others[1])
                let found = try others[0].client().range("key").pairs
                #expect(found.map(\.value) == ["goes on"])
            }
        }

        @Test("A node of another cluster on a member's address is refused, and both sides say why")
        func otherCluster() throws {
            try withCluster(.decree()) { cluster in
                let victim = try #require(try cluster.followers().first)
                try victim.crash()
                let stranger = ["--data-dir", cluster.directory.path("stranger"), "--initial-cluster-token", "others"]
                let others = cluster.nodes.filter { $0 !== victim }
                try victim.start(extra: stranger)
                for node in others + [victim] {
                    try eventually("a line about the other cluster at \(node.name)", within: .seconds(10)) {
                        node.logText.contains("check addresses and cluster tokens")
                    }
                }
                _ = try others[0].client().put("key", "goes on")
                try others[1].crash()
                try expectNoService(others[0], "writes with a node of another cluster")
                if victim.isRunning { try expectNoService(victim, "service by a node of another cluster") }
            }
        }

        @Test("A member that was given another list of members is refused, and both sides say why")
        func otherList() throws {
            try withCluster(.decree(), started: false) { cluster in
                let odd = cluster.nodes[2]
                for node in cluster.nodes.dropLast() { try node.start() }
                let pair = "n1=http://127.0.0.1:\(cluster.nodes[0].peerPort),n3=http://127.0.0.1:\(odd.peerPort)"
                try odd.start(extra: ["--initial-cluster", pair])
                for node in [cluster.nodes[0], odd] {
                    try eventually("a line about the list at \(node.name)", within: .seconds(10)) {
                        node.logText.contains("peer connection refused")
                    }
                    expectNoTrace(node.logText)
                }
            }
        }

        @Test("An etcd member in a member's place is recognized, and named")
        func etcdPeer() throws {
            try withCluster(.decree()) { cluster in
                let victim = try #require(try cluster.followers().first)
                try victim.crash()
                let list = cluster.nodes.map { "\($0.name)=http://127.0.0.1:\($0.peerPort)" }.joined(separator: ",")
                let url = "http://127.0.0.1:\(victim.peerPort)"
                let client = "http://127.0.0.1:\(victim.clientPort)"
                let log = cluster.directory.path("etcd.log")
                let options = LaunchOptions(output: log, error: log)
                let etcd = try ChildProcess.launch(
                    [
                        try Tools.etcd.get(), "--name", victim.name, "--data-dir", cluster.directory.path("etcd"),
                        "--listen-peer-urls", url, "--initial-advertise-peer-urls", url,
                        "--listen-client-urls", client, "--advertise-client-urls", client,
                        "--initial-cluster", list, "--initial-cluster-token", "tests",
                    ], label: "an etcd member", options)
                defer { etcd.destroy() }
                for node in cluster.nodes where node !== victim {
                    try eventually("a line about the etcd member at \(node.name)", within: .seconds(15)) {
                        node.logText.contains("an etcd member (Decree and etcd members cannot share a cluster)")
                    }
                    _ = try node.client().put("key", "goes on")
                }
            }
        }

        @Test("Strangers on the peer port do no harm: an HTTP client, a gRPC client, noise, and one who says nothing")
        func strangers() throws {
            try withCluster(.decree()) { cluster in
                let node = try cluster.leader()
                let silent = try TCPSocket.connected(to: node.peerPort)
                for greeting in [
                    "GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}", "noise\n",
                ] {
                    let socket = try TCPSocket.connected(to: node.peerPort)
                    let bytes = Array(greeting.utf8) + garbage(count: 5_000)
                    _ = bytes.withUnsafeBytes { send(socket.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    try eventually("the end of a stranger's connection", within: .seconds(10)) {
                        var byte: UInt8 = 0
                        let count = recv(socket.descriptor, &byte, 1, 0)
                        return count == 0 || (count < 0 && errno == ECONNRESET)
                    }
                }
                for sign in ["an HTTP/1.1 client", "an HTTP/2 or gRPC client", "a TLS client"] {
                    #expect(node.logText.contains(sign), "\(sign)")
                }
                _ = try node.client().put("key", "goes on")
                #expect(node.isRunning)
                silent.close()
            }
        }

        private func expectNoService(_ node: ServerNode, _ what: String) throws {
            #expect(throws: RPCFailure.self, "\(what)") {
                try node.client().put("refused", "or done later", within: .seconds(2))
            }
        }
    }
}

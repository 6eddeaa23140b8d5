import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("Routes that lead nowhere", .serialized) struct BlackHoleTests {
        /// Three nodes in a network of their own, each at an address of its own.
        private struct Cluster {
            let network: PrivateNetwork
            let directory: TemporaryDirectory
            let keeper: ChildProcess
            var nodes: [ChildProcess] = []
            let program: String
            static let hosts = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]

            func run(_ command: String...) throws -> CommandResult { try network.run(command, beside: keeper) }

            func put(_ value: String) throws -> Bool {
                try run(program, "put", "key", value, "--endpoints", "http://\(Self.hosts[0]):2379").succeeded
            }

            init() throws {
                network = try #require(PrivateNetwork(orElseFree: []), "no private network")
                directory = try TemporaryDirectory("blackhole")
                program = try Tools.decree.get()
                let log = directory.path("keeper")
                keeper = try network.launch(["sleep", "600"], label: "network", LaunchOptions(output: log, error: log))
                try eventually("the network", within: .seconds(10)) {
                    try run("ip", "link", "show", "lo").output.contains("LOWER_UP")
                }
                let list = Self.hosts.map { "n\($0)=http://\($0):2380" }.joined(separator: ",")
                for host in Self.hosts {
                    let (client, peer) = ("http://\(host):2379", "http://\(host):2380")
                    let line = [
                        "--name", "n\(host)", "--data-dir", directory.path(host), "--listen-client-urls", client,
                        "--advertise-client-urls", client, "--listen-peer-urls", peer,
                        "--initial-advertise-peer-urls", peer, "--initial-cluster", list,
                    ]
                    let log = directory.path("log-\(host)")
                    nodes.append(
                        try network.launch(
                            [program, "serve"] + line, beside: keeper, label: "decree at \(host)",
                            LaunchOptions(output: log, error: log)))
                }
            }

            func destroy() {
                for node in nodes + [keeper] { node.destroy() }
                directory.remove()
            }
        }

        @Test("Black holes between all nodes end none of them, and they go on when the routes are back")
        func betweenNodes() throws {
            let cluster = try Cluster()
            defer { cluster.destroy() }
            try eventually("a write", within: .seconds(20)) { try cluster.put("before") }
            func routes(_ verb: String) throws {
                for host in Cluster.hosts {
                    let route = try cluster.run("ip", "route", verb, "table", "local", "blackhole", "\(host)/32")
                    #expect(route.succeeded, "\(route)")
                }
            }
            try routes("add")
            // Longer than the system's time limits were, and the pauses between attempts behind them.
            let end = Deadline(after: .seconds(12))
            while !end.hasPassed, cluster.nodes.allSatisfy(\.isRunning) { usleep(100_000) }
            for node in cluster.nodes { #expect(node.isRunning, "\(node.label): \(String(describing: node.poll()))") }
            try routes("del")
            try eventually("a write", within: .seconds(20)) { try cluster.put("after") }
        }
    }
}

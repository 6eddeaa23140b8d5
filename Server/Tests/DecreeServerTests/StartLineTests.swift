import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("A start line of etcd works with the program's name changed", .serialized) struct StartLineTests {
        /// What people add to the line of the documentation.
        private let usual: [StartLine.Option] = [
            ("heartbeat-interval", "100"), ("election-timeout", "1000"), ("snapshot-count", "10000"),
            ("max-snapshots", "5"), ("max-wals", "5"), ("quota-backend-bytes", "8589934592"),
            ("auto-compaction-mode", "periodic"), ("auto-compaction-retention", "0"),
            ("max-request-bytes", "1572864"), ("max-txn-ops", "128"), ("log-level", "info"), ("logger", "zap"),
            ("log-outputs", "stderr"), ("strict-reconfig-check", "true"), ("pre-vote", "true"),
            ("enable-pprof", "false"), ("metrics", "basic"), ("initial-election-tick-advance", "true"),
        ]

        @Test("By flags with separate values, by --flag=value, by -flag, in one cluster")
        func flags() throws {
            let cluster = try ServerCluster(.decree()) { node, options, _ in
                // A flag that is true or false never takes the next word, in Go and here.
                let all = options + usual
                switch node {
                case 0:
                    let words = all.flatMap {
                        Self.isFlag($0) ? ["--\($0.name)=\($0.value)"] : ["--\($0.name)", $0.value]
                    }
                    return StartLine(arguments: words)
                case 1: return StartLine(arguments: all.map { "--\($0.name)=\($0.value)" })
                default: return StartLine(arguments: all.map { "-\($0.name)=\($0.value)" })
                }
            }
            try expectService(cluster)
        }

        @Test("By ETCD_ variables, by a configuration file in YAML, and by one in JSON, in one cluster")
        func variablesAndFiles() throws {
            let cluster = try ServerCluster(.decree()) { node, options, directory in
                let all = options + usual
                switch node {
                case 0:
                    let variables = all.map { option in
                        ("ETCD_" + option.name.uppercased().replacing("-", with: "_"), Optional(option.value))
                    }
                    return StartLine(environment: Dictionary(uniqueKeysWithValues: variables))
                case 1:
                    let lines = all.map { "\($0.name): \(Self.inFile($0))\n" }
                    let text = "# A configuration file of etcd.\n" + lines.joined()
                    try text.write(toFile: directory + "/n2.yaml", atomically: true, encoding: .utf8)
                    return StartLine(arguments: ["--config-file", directory + "/n2.yaml"])
                default:
                    let fields = all.map { "\"\($0.name)\": \(Self.inFile($0))" }
                    let text = "{" + fields.joined(separator: ", ") + "}"
                    try text.write(toFile: directory + "/n3.json", atomically: true, encoding: .utf8)
                    return StartLine(environment: ["ETCD_CONFIG_FILE": directory + "/n3.json"])
                }
            }
            try expectService(cluster)
        }

        @Test("A variable beside a flag of the same option is refused, as by etcd; an unknown one is not")
        func conflicts() throws {
            let cluster = try ServerCluster(.decree(), nodes: 1) { _, options, _ in
                StartLine(
                    arguments: options.flatMap { ["--\($0.name)", $0.value] }, environment: ["ETCD_NAME": "other"])
            }
            defer { cluster.destroy() }
            expectRefusal(try cluster.nodes[0].startExpectingEnd(), code: 1, says: ["ETCD_NAME", "conflicting"])
            let tolerant = try ServerCluster(.decree(), nodes: 1) { _, options, _ in
                StartLine(
                    arguments: options.flatMap { ["--\($0.name)", $0.value] },
                    environment: ["ETCD_UNHEARD_OF": "1", "ETCDCTL_API": "3"])
            }
            try expectService(tolerant)
        }

        @Test("The word that scripts wait for comes once the node serves")
        func readyLine() throws {
            try withCluster(.decree(), started: false) { cluster in
                for node in cluster.nodes.dropLast() { try node.start() }
                let last = try #require(cluster.nodes.last)
                #expect(!cluster.nodes[0].logText.contains("ready to serve client requests"))
                try last.start()
                for node in cluster.nodes {
                    try eventually("the word of \(node.name)", within: .seconds(20)) {
                        node.logText.contains("ready to serve client requests")
                    }
                    _ = try node.client().range("health", within: .seconds(1))
                    for line in node.logText.split(separator: "\n") {
                        let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                        #expect(fields?["level"] is String && fields?["msg"] is String && fields?["ts"] is String)
                    }
                }
            }
        }

        private static func isFlag(_ option: StartLine.Option) -> Bool { ["true", "false"].contains(option.value) }

        /// A value as etcd's configuration file wants it: the retention is text even if it is a number.
        private static func inFile(_ option: StartLine.Option) -> String {
            if option.name == "log-outputs" { return "[\"\(option.value)\"]" }
            let isNumber = Int(option.value) != nil && option.name != "auto-compaction-retention"
            return isNumber || isFlag(option) ? option.value : "\"\(option.value)\""
        }

        private func expectService(_ cluster: ServerCluster) throws {
            try withCluster(cluster) { cluster in
                for node in cluster.nodes { _ = try node.client().put("from/\(node.name)", node.name) }
                for node in cluster.nodes {
                    #expect(try node.client().range("from/", prefix: true).pairs.count == cluster.nodes.count)
                }
                let list = try runCommand([
                    try Tools.etcdctl.get(), "--endpoints=\(cluster.endpoints[0])", "member", "list",
                ])
                for node in cluster.nodes { #expect(list.output.contains(", started, \(node.name), ")) }
            }
        }
    }
}

import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("The command line", .serialized) struct CommandLineTests {
        @Test(
            "Plain `decree serve` in an empty directory runs one node in ./default.decree, and the other commands find it"
        )
        func plainServe() throws {
            let network = try #require(
                PrivateNetwork(orElseFree: [2_379, 2_380]), "neither a private network nor the ports 2379 and 2380")
            let directory = try TemporaryDirectory("plain")
            defer { directory.remove() }
            var options = LaunchOptions(output: directory.path("log"), error: directory.path("log"))
            options.directory = directory.path
            let program = try Tools.decree.get()
            let server = try network.launch([program, "serve"], label: "decree serve", options)
            defer { server.destroy() }
            func run(_ words: String...) throws -> CommandResult { try network.run([program] + words, beside: server) }
            try eventually("an answer to a put", within: .seconds(15)) { try run("put", "greeting", "hello").succeeded }
            #expect(try run("get", "greeting").output.contains("hello"))
            #expect(try run("status").output.contains("127.0.0.1:2379"))
            #expect(try run("members").output.contains("default"))
            let made = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            #expect(Set(made) == ["default.decree", "log"])
            let health = try network.run(["curl", "-s", "http://127.0.0.1:2379/health"], beside: server)
            #expect(health.output == #"{"health":"true","reason":""}"#, "\(health)")
            server.send(SIGINT)
            #expect(try server.wait(within: .seconds(15)) == .exited(0))
        }

        @Test("put, get, del, txn, compact, status and members, as tables and as JSON, with their exit codes")
        func commands() throws {
            try withCluster(.decree()) { cluster in
                try putAndGet(cluster)
                try deleteAndCompact(cluster)
                try transactions(cluster)
                try statusAndMembers(cluster)
            }
        }

        @Test("Mistakes and failures are told in a line or two, with exit codes that scripts can count on")
        func failures() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let cases: [(words: [String], code: Int32, says: String)] = [
                    (["get", "missing"], 3, "no such key"), (["get"], 2, "key"), (["fly"], 2, "fly"),
                    (["put", "a", "1", "--ignore-value"], 2, "--ignore-value"), (["compact", "many"], 2, "many"),
                    (["get", "a", "--rev", "1000"], 1, "etcdserver: mvcc: required revision is a future revision"),
                    (["compact", "1000"], 1, "etcdserver: mvcc: required revision is a future revision"),
                    (["put", "", "value"], 1, "etcdserver: key is not provided"),
                    (["put", "missing", "--ignore-value"], 1, "etcdserver: key not found"),
                ]
                for (words, code, says) in cases {
                    let result = try decree(cluster, words)
                    #expect(result.status == .exited(code) && result.error.contains(says), "\(result)")
                    #expect(result.output.isEmpty, "\(result)")
                    expectNoTrace(result.error)
                }
                let nobody = try runCommand([
                    try Tools.decree.get(), "get", "a", "--endpoints", "127.0.0.1:\(try Ports.free())",
                ])
                #expect(nobody.status == .exited(1) && nobody.error.contains("refused"), "\(nobody)")
            }
        }

        @Test("Keys of any bytes are given with --hex; arguments that are no text are refused instead of repaired")
        func anyBytes() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                try expectOutput(cluster, ["put", "--hex", "ff00", "binary"], ["OK, revision 2"])
                try expectOutput(cluster, ["get", "--hex", "ff", "--prefix"], ["\\xff\\x00  binary"])
                try expectOutput(cluster, ["del", "--hex", "ff00"], ["1\n"])
                let program = try Tools.decree.get()
                let shell = "exec \"$0\" put $'\\xff' v --endpoints \(cluster.allEndpoints)"
                let refused = try runCommand(["bash", "-c", shell, program])
                #expect(refused.status == .exited(2) && refused.error.contains("not valid UTF-8: \\xff"), "\(refused)")
                #expect(refused.error.contains("--hex"), "\(refused)")
                let script = "printf 'mod(\"\\377\") = \"0\"\\n' | \"$0\" txn --endpoints \(cluster.allEndpoints)"
                let badScript = try runCommand(["bash", "-c", script, program])
                #expect(badScript.status == .exited(2) && badScript.error.contains("UTF-8"), "\(badScript)")
                try expectOutput(cluster, ["get", "", "--prefix", "--count-only"], ["0\n"])
            }
        }

        @Test("Output that cannot be written and input that cannot be read end a command with a line, not with a trap")
        func brokenStreams() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                try expectOutput(cluster, ["put", "a", "1"], ["OK"])
                let cases: [(line: String, code: Int32, says: String)] = [
                    ("get a > /dev/full", 1, "No space left"), ("version > /dev/full", 1, "No space left"),
                    ("serve --help > /dev/full", 1, "No space left"), ("put a < /", 1, "directory"),
                    ("txn < /", 1, "directory"), ("get a 2> /dev/full > /dev/full", 1, ""),
                ]
                for (line, code, says) in cases {
                    let isServe = line.hasPrefix("serve") || line.hasPrefix("version")
                    let words = isServe ? "" : " --endpoints \(cluster.allEndpoints)"
                    let parts = line.split(separator: " ", maxSplits: 1)
                    let result = try runCommand(
                        ["bash", "-c", "\"$0\" \(parts[0])\(words) \(parts[1])", try Tools.decree.get()])
                    #expect(result.status == .exited(code), "\(line): \(result)")
                    #expect(says.isEmpty || result.error.contains(says), "\(line): \(result)")
                    expectNoTrace(result.error)
                }
                // The reader is gone before anything is written.
                let line = "exec 3> >(true); wait $!; \"$0\" get a --endpoints \(cluster.allEndpoints) >&3"
                let quiet = try runCommand(["bash", "-c", line + "; echo ended $? >&2", try Tools.decree.get()])
                #expect(quiet.error == "ended 0\n", "\(quiet)")
            }
        }

        @Test("The largest write that --max-request-bytes permits reaches every member, and outlives a restart")
        func largestWrite() throws {
            // Elections that wait for less than a slow machine needs to move so much would follow one another.
            let patience = ["--heartbeat-interval", "300", "--election-timeout", "3000"]
            let extra = ["--max-request-bytes", "33554432"] + patience
            try withCluster(.decree(), extra: extra) { cluster in
                // Room for the key and for the lengths of both.
                let value = String(repeating: "v", count: 33_554_432 - 16)
                try expectOutput(cluster, ["put", "large", "--timeout", "20"], ["OK"], input: value)
                let longer = value + value.prefix(16)
                let tooLarge = try decree(cluster, ["put", "large", "--timeout", "20"], input: longer)
                #expect(tooLarge.error.contains("etcdserver: request is too large"), "\(tooLarge)")
                func check() throws {
                    for node in cluster.nodes {
                        let words = ["get", "large", "--value-only", "--timeout", "20", "--endpoints", node.endpoint]
                        let read = try runCommand([try Tools.decree.get()] + words, within: .seconds(60))
                        #expect(read.succeeded && read.outputBytes.count == value.utf8.count + 1, "\(node.name)")
                    }
                }
                try check()
                for node in cluster.nodes { try node.crash() }
                for node in cluster.nodes { try node.start() }
                try cluster.awaitServing()
                try check()
            }
        }

        @Test("An endpoint that is down is passed over")
        func severalEndpoints() throws {
            try withCluster(.decree()) { cluster in
                try cluster.nodes[0].crash()
                try eventually("a put through the endpoints that are left", within: .seconds(10)) {
                    try decree(cluster, ["put", "a", "1"]).succeeded
                }
                let status = try decree(cluster, ["status"])
                #expect(status.status == .exited(1) && status.output.split(separator: "\n").count == 4, "\(status)")
            }
        }

        @Test("Versions and help name what is there")
        func versionsAndHelp() throws {
            let program = try Tools.decree.get()
            let version = try runCommand([program, "--version"])
            #expect(version.succeeded && version.output.contains("etcd Version: 3.6.14"), "\(version)")
            let help = try runCommand([program, "--help"])
            for command in ["serve", "put", "get", "del", "txn", "compact", "status", "members"] {
                #expect(help.succeeded && help.output.contains("  \(command) "), "\(command)")
            }
            let flags = try runCommand([program, "serve", "--help"])
            for flag in ["--name", "--data-dir", "--initial-cluster", "--listen-client-urls"] {
                #expect(flags.succeeded && flags.output.contains(flag), "\(flag)")
            }
        }

        // MARK: -

        private func decree(
            _ cluster: ServerCluster, _ words: [String], input: String? = nil
        ) throws -> CommandResult {
            try runCommand([try Tools.decree.get()] + words + ["--endpoints", cluster.allEndpoints], input: input)
        }

        private func expectOutput(
            _ cluster: ServerCluster, _ words: [String], _ parts: [String], input: String? = nil,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let result = try decree(cluster, words, input: input)
            let isFound = parts.allSatisfy { result.output.contains($0) }
            #expect(result.succeeded && isFound, "\(result)", sourceLocation: sourceLocation)
        }

        private func putAndGet(_ cluster: ServerCluster) throws {
            try expectOutput(cluster, ["put", "a", "1"], ["OK, revision 2"])
            try expectOutput(cluster, ["put", "b"], ["OK, revision 3"], input: "piped")
            try expectOutput(cluster, ["put", "a", "2", "--prev-kv"], ["OK, revision 4", "KEY", "VALUE", "1"])
            try expectOutput(
                cluster, ["get", "a"], ["KEY  VALUE  VERSION  CREATED  MODIFIED", "a    2      2        2        4"])
            try expectOutput(cluster, ["get", "", "--prefix", "--keys-only"], ["a", "b"])
            try expectOutput(cluster, ["get", "", "--prefix", "--count-only"], ["2\n"])
            try expectOutput(cluster, ["get", "a", "--value-only", "--rev", "2"], ["1\n"])
            try expectOutput(
                cluster, ["get", "a", "--json"], [#""key":"YQ==""#, #""value":"Mg==""#, #""mod_revision":"4""#])
            try expectOutput(cluster, ["get", "a", "--serializable", "--value-only"], ["2\n"])
        }

        private func deleteAndCompact(_ cluster: ServerCluster) throws {
            try expectOutput(cluster, ["del", "b", "--prev-kv"], ["1\n", "piped"])
            try expectOutput(cluster, ["del", "b"], ["0\n"])
            try expectOutput(cluster, ["compact", "4"], ["compacted revision 4"])
            let old = try decree(cluster, ["get", "a", "--rev", "3"])
            #expect(old.status == .exited(1) && old.error.contains("has been compacted"), "\(old)")
        }

        private func transactions(_ cluster: ServerCluster) throws {
            let script = """
                mod("a") > "0"
                value("a") = "2"

                put a 3
                get a

                put a wrong
                """
            try expectOutput(cluster, ["txn"], ["SUCCESS", "OK", "3"], input: script)
            try expectOutput(cluster, ["txn"], ["FAILURE", "OK"], input: script)
            try expectOutput(cluster, ["txn", "--json"], [#""responses":"#], input: script)
            let bad = try decree(cluster, ["txn"], input: "nonsense\n")
            #expect(bad.status == .exited(2) && bad.error.contains("line 1"), "\(bad)")
        }

        private func statusAndMembers(_ cluster: ServerCluster) throws {
            let status = try decree(cluster, ["status"])
            #expect(status.succeeded && status.output.split(separator: "\n").count == 4, "\(status)")
            #expect(status.output.components(separatedBy: "this one").count == 2, "one leader: \(status)")
            let members = try decree(cluster, ["members"])
            #expect(members.succeeded && members.output.split(separator: "\n").count == 4, "\(members)")
            for node in cluster.nodes {
                #expect(status.output.contains(node.endpoint) && members.output.contains("http://\(node.endpoint)"))
            }
            try expectOutput(cluster, ["members", "--json"], [#""members":"#, #""name":"n1""#])
            try expectOutput(cluster, ["status", "--json"], [#""version":"3.6.14""#])
        }
    }
}

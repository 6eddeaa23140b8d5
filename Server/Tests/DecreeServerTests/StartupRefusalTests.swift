import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("A server that cannot start says why in one clear line", .serialized) struct StartupRefusalTests {
        @Test(
            "Flags that are unknown, malformed or do not fit together",
            arguments: [
                Flaw(["--no-such-flag"], code: 2, says: "no-such-flag"),
                Flaw(["--listen-client-url", "http://127.0.0.1:1"], code: 2, says: "listen-client-urls"),
                Flaw(["--data-dir"], code: 2, says: "data-dir"),
                Flaw(["--election-timeout", "soon"], code: 2, says: "soon"),
                Flaw(["--listen-client-urls", "nonsense"], code: 2, says: "nonsense"),
                Flaw(["stray"], code: 2, says: "stray"),
                Flaw(["--initial-cluster-state", "old"], code: 2, says: "old"),
                Flaw(["--heartbeat-interval", "500", "--election-timeout", "600"], code: 1, says: "election-timeout"),
                Flaw(["--name", "a", "--initial-cluster", "b=http://127.0.0.1:1"], code: 1, says: "local member"),
                Flaw(["--listen-client-urls", "http://127.0.0.1:1"], code: 1, says: "advertise-client-urls"),
                Flaw(
                    ["--cert-file", "/nowhere/cert.pem", "--key-file", "/nowhere/key.pem"], code: 1, says: "cert-file"),
                Flaw(["--config-file", "/nowhere/decree.yaml"], code: 1, says: "/nowhere/decree.yaml"),
            ])
        func badFlags(flaw: Flaw) throws {
            let scratch = try TemporaryDirectory("flags")
            defer { scratch.remove() }
            let command = try ServerProgram.decree().command + flaw.flags
            let result = try runCommand(command, directory: scratch.path)
            expectRefusal(result, code: flaw.code, says: [flaw.says])
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [], "nothing was made")
        }

        struct Flaw: Sendable, CustomTestStringConvertible {
            let flags: [String]
            let code: Int32
            let says: String

            init(_ flags: [String], code: Int32, says: String) {
                self.flags = flags
                self.code = code
                self.says = says
            }

            var testDescription: String { flags.joined(separator: " ") }
        }

        @Test("A client port or a peer port that is occupied")
        func occupiedPorts() throws {
            for isPeerPort in [false, true] {
                try withCluster(.decree(), nodes: 1, started: false) { cluster in
                    let node = cluster.nodes[0]
                    let port = isPeerPort ? node.peerPort : node.clientPort
                    let occupant = try TCPSocket.listening(port: UInt16(port))
                    let result = try node.startExpectingEnd()
                    expectRefusal(result, code: 1, says: ["127.0.0.1:\(port)", "in use"])
                    occupant.close()
                    try cluster.start()
                    _ = try node.client().put("works", "now")
                }
            }
        }

        @Test("A data directory that another process uses; that one goes on")
        func directoryInUse() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                _ = try node.client().put("before", "1")
                let result = try node.startExpectingEnd(extra: try otherPorts())
                expectRefusal(result, code: 1, says: [node.dataDirectory, "in use"])
                _ = try node.client().put("after", "2")
                try node.crash()
                try node.start()
                try cluster.awaitServing()
                #expect(try node.client().range("before").pairs.first?.value == "1")
                #expect(try node.client().range("after").pairs.first?.value == "2")
            }
        }

        @Test("A data directory into which the journal of another node was moved; nothing in it changes")
        func foreignJournal() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                try withCluster(.decree(), nodes: 1) { other in
                    let node = cluster.nodes[0]
                    _ = try node.client().put("key", "value")
                    for node in [node, other.nodes[0]] {
                        node.send(SIGTERM)
                        try node.process?.wait(within: .seconds(15))
                    }
                    let (own, foreign) = (node.dataDirectory + "/journal", other.nodes[0].dataDirectory + "/journal")
                    try FileManager.default.moveItem(atPath: own, toPath: own + ".own")
                    try FileManager.default.copyItem(atPath: foreign, toPath: own)
                    try expectUntouchedRefusal(node, says: [own, "is not of this data directory"])
                    try FileManager.default.removeItem(atPath: own)
                    try FileManager.default.moveItem(atPath: own + ".own", toPath: own)
                    try node.start()
                    try cluster.awaitServing()
                    #expect(try node.client().range("key").pairs.first?.value == "value")
                }
            }
        }

        @Test("A directory that holds something else is not touched")
        func strangeDirectory() throws {
            try withCluster(.decree(), nodes: 1, started: false) { cluster in
                let node = cluster.nodes[0]
                try FileManager.default.createDirectory(
                    atPath: node.dataDirectory + "/member/wal", withIntermediateDirectories: true)
                try "precious".write(toFile: node.dataDirectory + "/notes.txt", atomically: true, encoding: .utf8)
                let before = try fingerprint(of: node.dataDirectory)
                expectRefusal(try node.startExpectingEnd(), code: 1, says: [node.dataDirectory, "another directory"])
                #expect(try fingerprint(of: node.dataDirectory) == before)
            }
        }

        @Test("A data directory and a journal of a newer format")
        func newerFormat() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                _ = try node.client().put("key", "value")
                node.send(SIGTERM)
                try node.process?.wait(within: .seconds(15))

                let identity = node.dataDirectory + "/identity"
                let text = try String(contentsOfFile: identity, encoding: .utf8)
                try text.replacing("format: 2\n", with: "format: 7\n")
                    .write(toFile: identity, atomically: true, encoding: .utf8)
                try expectUntouchedRefusal(node, says: ["format 7", "newer"])
                try text.write(toFile: identity, atomically: true, encoding: .utf8)

                var journal = try JournalFile(newestOf: node)
                try journal.overwrite(at: 8, with: [9, 0, 0, 0])
                try expectUntouchedRefusal(node, says: ["format 9", ".segment", "newer"])
                try journal.overwrite(at: 8, with: [2, 0, 0, 0])

                try node.start()
                try cluster.awaitServing()
                #expect(try node.client().range("key").pairs.first?.value == "value")
            }
        }

        @Test("A journal that is damaged before its end: the file, the place and what to do are named")
        func damagedJournal() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                for number in 0..<20 { _ = try node.client().put("key", "\(number)") }
                try node.crash()
                var journal = try JournalFile(newestOf: node)
                let batches = journal.batches.filter { $0.records > 0 }
                let victim = batches[batches.count / 2].range
                let name = (journal.path as NSString).lastPathComponent
                for place in [victim.lowerBound + 4, victim.lowerBound + 20, victim.upperBound - 12] {
                    let intact = journal.bytes[place]
                    try journal.overwrite(at: place, with: [intact ^ 0x10])
                    try expectUntouchedRefusal(node, says: [name, "\(victim.lowerBound)", "damaged"])
                    try journal.overwrite(at: place, with: [intact])
                }
                try node.start()
                try cluster.awaitServing()
                #expect(try node.client().range("key").pairs.first?.value == "19")
            }
        }

        @Test(
            "Peers that cannot be reached are named, again and again but not in a flood, and found once they are there")
        func unreachablePeers() throws {
            try withCluster(.decree(), started: false) { cluster in
                let node = cluster.nodes[0]
                try node.start()
                for peer in cluster.nodes.dropFirst() {
                    try eventually("a line about \(peer.name)", within: .seconds(10)) {
                        node.logText.split(separator: "\n").contains {
                            $0.contains("127.0.0.1:\(peer.peerPort)") && $0.contains("refused")
                        }
                    }
                }
                #expect(node.isRunning)
                #expect(node.logText.split(separator: "\n").count < 60, "\(node.logTail)")
                expectNoTrace(node.logText)
                for peer in cluster.nodes.dropFirst() { try peer.start() }
                try cluster.awaitServing()
            }
        }

        // MARK: -

        private func otherPorts() throws -> [String] {
            let client = "http://127.0.0.1:\(try Ports.free())"
            return ["--listen-client-urls", client, "--advertise-client-urls", client]
        }

        private func expectUntouchedRefusal(_ node: ServerNode, says words: [String]) throws {
            let before = try fingerprint(of: node.dataDirectory)
            expectRefusal(try node.startExpectingEnd(), code: 1, says: words)
            #expect(try fingerprint(of: node.dataDirectory) == before, "a refused start changes nothing")
        }
    }
}

/// One line with the reason, perhaps one that says where help is, behind log lines; no trace of a crash. What the log's
/// format is known for is told through the log.
func expectRefusal(
    _ result: CommandResult, code: Int32, says words: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == .exited(code), "\(result)", sourceLocation: sourceLocation)
    let last = result.error.split(separator: "\n").filter { line in
        !line.hasPrefix("{") && !line.contains("--help lists") || line.hasPrefix(#"{"level":"fatal","#)
    }
    #expect(last.count == 1, "one line with the reason: \(result)", sourceLocation: sourceLocation)
    for word in words {
        #expect(
            last.first?.contains(word) == true, "\"\(word)\" is missing: \(result)", sourceLocation: sourceLocation)
    }
    expectNoTrace(result.error, sourceLocation: sourceLocation)
}

/// No sign that the program crashed instead of saying something.
func expectNoTrace(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    for sign in ["Fatal error", "Stack dump", "Thread 0", "Crash", "SIG", " at 0x", "Backtrace"] {
        #expect(!text.contains(sign), "\(text)", sourceLocation: sourceLocation)
    }
}

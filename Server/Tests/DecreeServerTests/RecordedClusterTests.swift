import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    @Suite("What a data folder holds decides, once it holds something", .serialized) struct RecordedClusterTests {
        private func stop(_ node: ServerNode) throws {
            node.send(SIGTERM)
            try node.process?.wait(within: .seconds(15))
        }

        private func expectWarning(_ node: ServerNode, says words: [String]) {
            let lines = node.logText.split(separator: "\n").filter { $0.contains("\"warn") }
            #expect(lines.contains { line in words.allSatisfy { line.contains($0) } }, "\(words): \(node.logTail)")
        }

        @Test("A single member starts with any token, list, name and address, and says what it ignores")
        func singleMember() throws {
            try withCluster(.decree(), nodes: 1) { cluster in
                let node = cluster.nodes[0]
                _ = try node.client().put("key", "value")
                let member = node.status()?.header.memberID
                let peer = "http://127.0.0.1:\(try Ports.free())"
                let moved = ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
                let starts: [(extra: [String], says: [String])] = [
                    (["--initial-cluster-token", "another"], ["token", "another", "tests", "ignored"]),
                    (["--initial-cluster", "x=http://10.0.0.1:1,y=http://10.0.0.2:1"], ["ignored", "n1"]),
                    (["--name", "other"], ["other", "n1"]),
                    (moved + ["--initial-cluster", "n1=\(peer)"], ["now taken", "n1=127.0.0.1:\(node.peerPort)"]),
                    (moved + ["--initial-cluster-state", "existing"], ["ignored"]),
                ]
                for (extra, words) in starts {
                    try stop(node)
                    try node.start(extra: extra)
                    try cluster.awaitServing()
                    #expect(try node.client().range("key").pairs.first?.value == "value", "\(extra)")
                    #expect(node.status()?.header.memberID == member, "\(extra)")
                    expectWarning(node, says: words)
                }
            }
        }

        @Test("A member of three that is told another list stays a member of three")
        func memberOfThree() throws {
            try withCluster(.decree()) { cluster in
                let node = cluster.nodes[0]
                _ = try node.client().put("key", "value")
                let member = node.status()?.header.memberID
                try stop(node)
                let alone = "n1=http://127.0.0.1:\(node.peerPort)"
                try node.start(extra: ["--initial-cluster", alone, "--initial-cluster-token", "another"])
                try cluster.awaitServing()
                expectWarning(node, says: ["ignored", "n3=127.0.0.1:\(cluster.nodes[2].peerPort)"])
                #expect(node.status()?.header.memberID == member)
                // It is no cluster of its own.
                for other in cluster.nodes.dropFirst() { try other.crash() }
                #expect(throws: (any Error).self) { try node.client().put("lonely", "1", within: .seconds(2)) }
            }
        }

        @Test("Three members move to other addresses, and are who they were")
        func moved() throws {
            try withCluster(.decree()) { cluster in
                _ = try cluster.nodes[0].client().put("key", "value")
                let members = cluster.nodes.map { $0.status()?.header.memberID }
                for node in cluster.nodes { try stop(node) }
                let peers = try cluster.nodes.map { ($0.name, "http://127.0.0.1:\(try Ports.free())") }
                let list = peers.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
                for (node, peer) in zip(cluster.nodes, peers) {
                    try node.start(extra: [
                        "--initial-cluster", list, "--listen-peer-urls", peer.1, "--initial-advertise-peer-urls",
                        peer.1,
                    ])
                }
                try cluster.awaitServing()
                for node in cluster.nodes { #expect(try node.client().range("key").pairs.first?.value == "value") }
                #expect(cluster.nodes.map { $0.status()?.header.memberID } == members)
            }
        }

        @Test("A member of a cluster that exists does not begin with an empty folder: its volume may be missing")
        func emptyFolder() throws {
            try withCluster(.decree(), nodes: 1, started: false) { cluster in
                let node = cluster.nodes[0]
                let existing = ["--initial-cluster-state", "existing"]
                for isThere in [false, true] {
                    if isThere {
                        try FileManager.default.createDirectory(
                            atPath: node.dataDirectory, withIntermediateDirectories: true)
                    }
                    let result = try node.startExpectingEnd(extra: existing)
                    expectRefusal(result, code: 1, says: [node.dataDirectory, "exists already", "mount", "new"])
                    #expect(FileManager.default.fileExists(atPath: node.dataDirectory) == isThere)
                }
                try node.start()
                try cluster.awaitServing()
                _ = try node.client().put("key", "value")
                try stop(node)
                try node.start(extra: existing)
                try cluster.awaitServing()
                #expect(try node.client().range("key").pairs.first?.value == "value")
            }
        }

        @Test("A first start takes a folder with dotfiles, certificates and its own log")
        func folderWithOtherFiles() throws {
            try withCluster(.decree(), nodes: 1, started: false) { cluster in
                let node = cluster.nodes[0]
                for folder in ["/lost+found", "/tls"] {
                    try FileManager.default.createDirectory(
                        atPath: node.dataDirectory + folder, withIntermediateDirectories: true)
                }
                for file in ["/.gitkeep", "/server.crt", "/server.key"] {
                    try "x".write(toFile: node.dataDirectory + file, atomically: true, encoding: .utf8)
                }
                try node.start(extra: ["--log-outputs", node.dataDirectory + "/decree.log"])
                try cluster.awaitServing()
                _ = try node.client().put("key", "value")
            }
        }

        @Test("A small volume is enough, a tiny one is refused with what is needed", arguments: [64, 200])
        func smallVolume(mebibytes: Int) throws {
            guard let volume = try SmallVolume(mebibytes: mebibytes) else { return }
            defer { volume.remove() }
            try withCluster(.decree(), nodes: 1, started: false) { cluster in
                let node = cluster.nodes[0]
                let place = ["--data-dir", volume.path + "/data"]
                try node.start(extra: place)
                try cluster.awaitServing()
                let value = String(repeating: "v", count: 100_000)
                for number in 0..<50 { _ = try node.client().put("key\(number % 5)", value) }
                try stop(node)
                try node.start(extra: place)
                try cluster.awaitServing()
                #expect(try node.client().range("key4").pairs.first?.value == value)
            }
        }

        @Test("A volume without room for a journal is refused with how much is needed")
        func tinyVolume() throws {
            guard let volume = try SmallVolume(mebibytes: 8) else { return }
            defer { volume.remove() }
            try withCluster(.decree(), nodes: 1, started: false) { cluster in
                let result = try cluster.nodes[0].startExpectingEnd(extra: ["--data-dir", volume.path + "/data"])
                expectRefusal(result, code: 1, says: [volume.path, "8 MiB", "16 MiB"])
            }
        }
    }
}

/// A file system in memory of a certain size; only root may make one.
private struct SmallVolume {
    private let directory: TemporaryDirectory
    var path: String { directory.path("volume") }

    /// Nil where it may not be made: the test has nothing to run on.
    init?(mebibytes: Int) throws {
        directory = try TemporaryDirectory("volume")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let made = try runCommand(["mount", "-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", path])
        guard made.succeeded else {
            print("no volume of its own (only root may mount one): \(made.error)")
            directory.remove()
            return nil
        }
    }

    func remove() {
        _ = try? runCommand(["umount", path])
        directory.remove()
    }
}

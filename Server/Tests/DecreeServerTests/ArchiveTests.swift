import DecreeTestSupport
import Foundation
import Testing

extension ServerTests {
    /// Data directories that earlier versions wrote, which every later one must open.
    ///
    /// `Archive/format-1.tar.gz` is the data directory of a node that `write(to:)` below was done to, killed and packed
    /// when format 1 was settled. A later format gets a file of its own; this one stays as it is.
    @Suite("Data directories of earlier versions", .serialized) struct ArchiveTests {
        private static let folder = String(#filePath.dropLast("ArchiveTests.swift".count)) + "Archive/"

        @Test("Each format's directory opens with all that was written to it, and goes on", arguments: [1])
        func opens(format: Int) throws {
            try withCluster(try Self.cluster(), started: false) { cluster in
                let node = cluster.nodes[0]
                let packed = Self.folder + "format-\(format).tar.gz"
                let unpacked = try runCommand(["tar", "-xzf", packed, "-C", cluster.directory.path("")])
                #expect(unpacked.succeeded, "\(unpacked)")
                try cluster.start()
                let snapshots = try FileManager.default.contentsOfDirectory(atPath: node.dataDirectory + "/snapshots")
                #expect(!snapshots.isEmpty, "a snapshot is part of the archive")
                let archived = try Self.content(of: node)
                try withCluster(try Self.cluster()) { fresh in
                    try Self.write(to: fresh.nodes[0])
                    #expect(try Self.content(of: fresh.nodes[0]) == archived)
                }
                let revision = try node.client().put("goes", "on")
                #expect(revision == archived.revision + 1)
                try node.crash()
                try node.start()
                try cluster.awaitServing()
                #expect(try node.client().range("goes").header.revision == revision)
            }
        }

        private struct Content: Equatable {
            let revision: Int64
            let pairs: [Responses.Pair]
            let hash: Int64
        }

        private static func content(of node: ServerNode) throws -> Content {
            let client = try node.client()
            let (bulk, last) = (try client.everything("bulk/"), try client.everything("last/"))
            let revision = bulk.header.revision
            return Content(revision: revision, pairs: bulk.pairs + last.pairs, hash: try client.hash(at: revision))
        }

        /// A node whose identity does not hang on the ports that are free now.
        private static func cluster() throws -> ServerCluster {
            try ServerCluster(.decree(), nodes: 1, token: "archive") { _, options, _ in
                let fixed = "http://127.0.0.1:2380"
                let line = options.flatMap { option -> [String] in
                    switch option.name {
                    case "initial-advertise-peer-urls": ["--\(option.name)", fixed]
                    case "initial-cluster": ["--\(option.name)", "n1=\(fixed)"]
                    default: ["--\(option.name)", option.value]
                    }
                }
                let small = ["--snapshot-journal-bytes", "1048576", "--journal-segment-bytes", "1048576"]
                return StartLine(arguments: line + small)
            }
        }

        /// Enough for snapshots and used segments; something of every kind; something behind the last snapshot.
        private static func write(to node: ServerNode) throws {
            let client = try node.client()
            let value = String(repeating: "b", count: 10_000)
            for number in 0..<400 { _ = try client.put("bulk/\(number % 40)", value + "\(number)") }
            try client.compact(try client.range("bulk/0").header.revision - 50)
            let snapshots = node.dataDirectory + "/snapshots"
            try eventually("a snapshot", within: .seconds(20)) {
                try FileManager.default.contentsOfDirectory(atPath: snapshots).contains { $0.hasPrefix("snapshot-") }
            }
            for number in 0..<10 { try delete("bulk/\(number)", client) }
            for number in 0..<10 { _ = try client.put("last/\(number)", "behind the snapshot") }
        }

        private static func delete(_ key: String, _ client: EtcdClient) throws {
            var transaction = ProtoMessage()
            transaction.message(2) { operation in operation.message(3) { delete in delete.text(1, key) } }
            _ = try client.txn(transaction)
        }
    }
}

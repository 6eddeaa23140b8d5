#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeJournal
import DecreeWire
import PaxosBase
import Testing

@testable import Decree

struct DataDirectoryTests {
    private func identity(of path: String) throws -> [UInt8] {
        try #require(try FileSystem.readFile("\(path)/identity"))
    }

    private func open(_ path: String, node: UInt64 = 1) throws -> (directory: DataDirectory, identity: Identity) {
        try DataDirectory.open(path: path, node: NodeID(node), clusterID: 7)
    }

    @Test("A first start mints a store id, later starts find it")
    func minted() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/deep/below"
        let first = try open(path)
        #expect(!first.identity.store.isNone)
        first.directory.unlock()
        #expect(try open(path).identity == first.identity)
    }

    @Test("What is recorded of the forming is found again")
    func recorded() throws {
        let temporary = try TemporaryDirectory()
        let opened = try open(temporary.path)
        var identity = opened.identity
        identity.formed = [
            .init(node: NodeID(1), store: identity.store), .init(node: NodeID(2), store: StoreID(high: 1, low: 2)),
        ]
        identity.hasBegun = true
        try opened.directory.record(identity)
        opened.directory.unlock()
        #expect(try open(temporary.path).identity == identity)
    }

    @Test("The identity file can be read by people")
    func readable() throws {
        let temporary = try TemporaryDirectory()
        _ = try open(temporary.path)
        let text = String(decoding: try identity(of: temporary.path), as: UTF8.self)
        #expect(text.hasPrefix("decree data directory\nformat: 1\ncluster: 0000000000000007\nnode: 0000000000000001\n"))
    }

    @Test("Every single changed byte of the identity file is noticed")
    func damaged() throws {
        let temporary = try TemporaryDirectory()
        let opened = try open(temporary.path)
        opened.directory.unlock()
        let bytes = try identity(of: temporary.path)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x01
            #expect(throws: NodeError.self, "byte \(index)") { try Identity(decoding: changed, path: "identity") }
        }
    }

    @Test("A cut identity file is noticed")
    func cut() throws {
        let temporary = try TemporaryDirectory()
        _ = try open(temporary.path)
        let bytes = try identity(of: temporary.path)
        for count in bytes.indices {
            #expect(throws: NodeError.self) { try Identity(decoding: Array(bytes[..<count]), path: "identity") }
        }
    }

    @Test("A newer format is refused by its number")
    func newer() throws {
        let text = "decree data directory\nformat: 2\nsomething: else\n"
        #expect(throws: NodeError.newerFormat(path: "identity", found: 2, supported: 1)) {
            try Identity(decoding: Array(text.utf8), path: "identity")
        }
    }

    @Test("A directory that holds something else is left alone")
    func notOurs() throws {
        let temporary = try TemporaryDirectory()
        try FileSystem.replaceFile(directory: temporary.path, name: "notes.txt", bytes: [1])
        #expect(throws: NodeError.notDecree(directory: temporary.path)) { try open(temporary.path) }
        #expect(try FileSystem.list(temporary.path) == ["notes.txt"])
    }

    @Test("Every error is one line")
    func oneLine() {
        let errors: [NodeError] = [
            .inUse(directory: "/d"), .otherNode(directory: "/d", found: NodeID(1), expected: NodeID(2)),
            .otherCluster(directory: "/d", found: 1, expected: 2),
            .memberListDiffers(directory: "/d", recorded: [NodeID(1)], given: [NodeID(2)]),
            .newerFormat(path: "/d", found: 2, supported: 1), .notDecree(directory: "/d"),
            .newerContent(path: "/d", reason: "r"), .foreignFile(path: "/d", reason: "r"),
            .damaged(path: "/d", reason: "r"), .snapshotUnusable(directory: "/d", reason: "r"),
            .cannotListen(PeerAddress(host: "h", port: 1), reason: "r"),
            .fileSystem(path: "/d", operation: "open", reason: "r"), .invalidConfiguration(.zeroIdentifier),
        ]
        for error in errors { #expect(!error.description.contains("\n") && !error.description.isEmpty) }
    }

    @Test("What keeps a journal from being opened is told apart, and only damage asks for another member")
    func journalErrors() {
        let segment = SegmentNumber(4)
        let file = "/d/journal/\(segment.fileName)"
        func error(_ error: JournalError) -> NodeError { NodeError(error, journal: "/d/journal") }
        func reason(_ number: Int32) -> String {
            error(.file(operation: .open, path: "/d/journal/x", errno: number)).description
        }
        #expect(error(.newerFormat(segment, found: 9, known: 1)) == .newerFormat(path: file, found: 9, supported: 1))
        #expect(reason(EACCES).contains("access") && reason(EMFILE).contains("limit of open files"))
        #expect(reason(ENOSPC).contains("free some space"))
        let identity = JournalIdentity(cluster: ClusterID(1), node: NodeID(1), store: StoreID(high: 1, low: 1))
        let foreign = error(.foreign(segment, found: identity, expected: identity)).description
        #expect(foreign.hasPrefix("\(file) is not of this data directory"))
        for other in [foreign, reason(EACCES), reason(EMFILE), reason(ENOSPC)] {
            #expect(!other.contains("damaged") && !other.contains("replace this member"))
        }
        let missing = error(.missing(segment)).description
        #expect(missing.contains(segment.fileName) && missing.contains("replace this member"))
        #expect(!missing.contains("restore"))
    }
}

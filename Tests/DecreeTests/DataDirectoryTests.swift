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

    private func cluster(node: UInt64 = 1) throws -> ClusterDescription {
        let address = PeerAddress(host: "::1", port: 2380)
        return try ClusterDescription(
            token: "a token, 100 % odd\n", members: [Member(node: NodeID(node), name: "nöde 1", addresses: [address])],
            clusterID: 7)
    }

    private func open(
        _ path: String, node: UInt64 = 1, mayBegin: Bool = true
    ) throws -> (directory: DataDirectory, identity: Identity) {
        try DataDirectory.open(path: path, node: NodeID(node), cluster: try cluster(node: node), mayBegin: mayBegin)
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

    @Test("Who removes the lock file, which may look forgotten, does not let a second process in")
    func removedLock() throws {
        let temporary = try TemporaryDirectory()
        let first = try open(temporary.path)
        #expect(throws: NodeError.inUse(directory: temporary.path)) { try open(temporary.path) }
        try FileSystem.remove("\(temporary.path)/lock")
        #expect(throws: NodeError.inUse(directory: temporary.path)) { try open(temporary.path) }
        first.directory.unlock()
        _ = try open(temporary.path)
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
        #expect(
            text.contains(
                "token: a%20token,%20100%20%25%20odd%0A\ninitial: 0000000000000001 n%C3%B6de%201 [::1]:2380\n"))
        #expect(text.hasPrefix("decree data directory\nformat: 2\ncluster: 0000000000000007\nnode: 0000000000000001\n"))
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
        let text = "decree data directory\nformat: 3\nsomething: else\n"
        #expect(throws: NodeError.newerFormat(path: "identity", found: 3, supported: 2)) {
            try Identity(decoding: Array(text.utf8), path: "identity")
        }
    }

    @Test("Format 1, which names no members, is read")
    func former() throws {
        let temporary = try TemporaryDirectory()
        let minted = try open(temporary.path).identity
        var lines = String(decoding: try identity(of: temporary.path), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == "format: 2")
        lines[1] = "format: 1"
        lines.removeAll { $0.hasPrefix("token") || $0.hasPrefix("initial") || $0.hasPrefix("checksum") }
        var former = lines.joined(separator: "\n")
        former += "checksum: \(Identity.checksum(of: former))\n"
        var expected = minted
        expected.cluster = nil
        #expect(try Identity(decoding: Array(former.utf8), path: "identity") == expected)
    }

    @Test(
        "A directory that holds another store is left alone",
        arguments: ["member", "PG_VERSION", "WiredTiger", "MANIFEST-000004", "000012.sst", "version-2", "raft"])
    func notOurs(name: String) throws {
        let temporary = try TemporaryDirectory()
        try FileSystem.replaceFile(directory: temporary.path, name: name, bytes: [1])
        #expect(throws: NodeError.notDecree(directory: temporary.path, found: name)) { try open(temporary.path) }
        #expect(try FileSystem.list(temporary.path) == [name])
    }

    @Test("A first start takes a directory with dotfiles, certificates, logs and what a file system makes")
    func notEmpty() throws {
        let temporary = try TemporaryDirectory()
        for name in [".gitkeep", ".snapshot", "lost+found", "server.crt", "decree.log", "notes.txt", "tls"] {
            try FileSystem.replaceFile(directory: temporary.path, name: name, bytes: [1])
        }
        #expect(try !open(temporary.path).identity.store.isNone)
    }

    @Test("A directory that should hold data and is empty, or lost its identity, is refused and left alone")
    func nothingThere() throws {
        let temporary = try TemporaryDirectory()
        let path = "\(temporary.path)/below"
        #expect(throws: NodeError.nothingRecorded(directory: path)) { try open(path, mayBegin: false) }
        #expect(!FileSystem.exists(path))
        let identity = try open(path).identity
        #expect(try open(path, mayBegin: false).identity == identity)
        try FileSystem.replaceFile(directory: "\(path)/journal", name: "anchor", bytes: [1])
        try FileSystem.remove("\(path)/identity")
        for mayBegin in [true, false] {
            #expect(
                throws: NodeError.damaged(path: "\(path)/identity", reason: "it is missing, though there is a journal")
            ) {
                try open(path, mayBegin: mayBegin)
            }
        }
    }

    @Test("Every error is one line")
    func oneLine() {
        let errors: [NodeError] = [
            .inUse(directory: "/d"), .otherNode(directory: "/d", found: NodeID(1), expected: NodeID(2)),
            .otherCluster(directory: "/d", found: 1, expected: 2),
            .memberListDiffers(directory: "/d", recorded: [NodeID(1)], given: [NodeID(2)]),
            .newerFormat(path: "/d", found: 2, supported: 1), .notDecree(directory: "/d", found: "member"),
            .nothingRecorded(directory: "/d"), .volumeTooSmall(directory: "/d", byteCount: 1 << 20, minimum: 1 << 24),
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

struct VolumeTests {
    private func fitted(_ mebibytes: Int?, change: (inout NodeSettings) -> Void = { _ in }) -> NodeSettings {
        var settings = NodeSettings()
        change(&settings)
        VolumeShares(volumeBytes: mebibytes.map { $0 << 20 }).fit(&settings)
        return settings
    }

    @Test("On a small volume journal and snapshots take shares of it, on a large one what they always take")
    func shares() {
        for size in [nil, 2_048, 100_000] {
            let settings = fitted(size)
            #expect(settings.journalSegmentBytes == 64 << 20 && settings.journalReserveBytes == 256 << 20)
            #expect(settings.limits.snapshots == SnapshotPolicy())
        }
        let small = fitted(64)
        #expect(small.journalSegmentBytes == 4 << 20 && small.journalReserveBytes == 8 << 20)
        let snapshots = small.limits.snapshots
        #expect(snapshots.minimumJournalBytes == 16 << 20 && snapshots.reservedDiskBytes == 4 << 20)
        let given = fitted(64) {
            $0.journalSegmentBytes = 1 << 20
            $0.journalReserveBytes = 0
        }
        #expect(given.journalSegmentBytes == 1 << 20 && given.journalReserveBytes == 0)
        // A segment of which no second finds room would never be written.
        #expect(fitted(64) { $0.journalSegmentBytes = 1 << 40 }.journalSegmentBytes == 16 << 20)
        #expect(fitted(nil) { $0.journalSegmentBytes = 1 << 40 }.journalSegmentBytes == 1 << 40)
    }

    @Test("A volume without room for a journal is refused")
    func tooSmall() {
        #expect(VolumeShares(volumeBytes: 10 << 20).isTooSmall)
        #expect(!VolumeShares(volumeBytes: 16 << 20).isTooSmall && !VolumeShares(volumeBytes: nil).isTooSmall)
    }
}

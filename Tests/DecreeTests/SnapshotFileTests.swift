#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeWire
import NIOPosix
import PaxosBase
import PaxosLog
import Synchronization
import Testing

@testable import Decree

@Suite(.serialized)
struct SnapshotFileTests {
    private let header = SnapshotHeader(
        clusterID: 7, group: GroupID(1),
        metadata: SnapshotMetadata(
            applied: Slot(42), time: LogTime(nanoseconds: 5_000_000_007), lineage: 0xAB_CDEF,
            configuration: Configuration(number: ConfigurationNumber(3), members: [NodeID(1), NodeID(2), NodeID(5)]),
            origins: [OriginMark(node: NodeID(2), incarnation: Incarnation(4), sequence: 17)]),
        digest: StateDigest(high: 1, low: 2))

    /// Writes a snapshot of these blocks and waits until it is durable.
    private func write(_ blocks: [[UInt8]], to directory: SnapshotDirectory) async throws {
        let result = ResultBox()
        let writer = SnapshotWriter(
            directory: directory, header: header, kept: 2, pool: NIOThreadPool.singleton, wrote: { _ in },
            ended: { result.set($0) })
        for block in blocks {
            writer.append(block)
        }
        writer.finish()
        try await eventually("the end") { result.value != nil }
        #expect(try result.value?.get().slot == Slot(42))
    }

    private func read(_ path: String) throws -> [[UInt8]] {
        let reader = try SnapshotReader(path: path)
        #expect(reader.header == header)
        var blocks: [[UInt8]] = []
        while true {
            let chunk = try reader.next()
            blocks += chunk.blocks.map { Array(chunk.block($0)) }
            if chunk.isLast { return blocks }
        }
    }

    /// Blocks of these sizes that all differ.
    private func blocks(_ sizes: [Int]) -> [[UInt8]] {
        sizes.enumerated().map { index, size in [UInt8](repeating: UInt8(truncatingIfNeeded: index + 1), count: size) }
    }

    /// Writes a file without waiting for the disk.
    private func put(_ bytes: [UInt8], _ path: String) throws {
        let file = try File(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        try bytes.withUnsafeBytes { try file.writeAll($0) }
    }

    @Test("Blocks of every size come back as they were written")
    func roundTrip() async throws {
        let temporary = try TemporaryDirectory()
        let directory = SnapshotDirectory(path: temporary.path)
        for sizes in [
            [], [1], [1, 2, 3], Array(repeating: 700_001, count: 30), [9 << 20, 5], [(8 << 20) - 100, 3, 8 << 20],
        ] {
            let blocks = blocks(sizes)
            try await write(blocks, to: directory)
            #expect(try read(directory.file(of: Slot(42))) == blocks)
        }
    }

    @Test("Any changed byte and any cut is noticed")
    func damage() async throws {
        let temporary = try TemporaryDirectory()
        let directory = SnapshotDirectory(path: temporary.path)
        try await write(blocks([10, 200, 3]), to: directory)
        let path = directory.file(of: Slot(42))
        let bytes = try #require(try FileSystem.readFile(path))
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x40
            try put(changed, "\(temporary.path)/changed")
            #expect(throws: (any Error).self, "byte \(index)") { try read("\(temporary.path)/changed") }
        }
        for count in bytes.indices {
            try put(Array(bytes[..<count]), "\(temporary.path)/cut")
            #expect(throws: (any Error).self, "cut at \(count)") { try read("\(temporary.path)/cut") }
        }
        try put(bytes + [0], "\(temporary.path)/longer")
        #expect(throws: (any Error).self) { try read("\(temporary.path)/longer") }
    }

    /// A whole header of a file, its fields changed and its checksum made to fit.
    private func decode(_ change: (inout [UInt8]) -> Void) throws -> SnapshotHeader {
        var bytes = SnapshotFormat.encode(header).bytes
        change(&bytes)
        let checksum = bytes.dropLast(4).withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange((bytes.count - 4)..., with: $0) }
        return try bytes.withUnsafeBytes { try SnapshotFormat.decodeHeader($0).header }
    }

    @Test("Features, roles and sessions of later versions are refused as such")
    func newerContent() throws {
        #expect(try decode { _ in } == header)
        let members = 16 + 8 + 8 + 4 + 8 + 8 + 8 + 12
        let sessions = members + 3 * 9 + 4 + 24
        #expect(throws: SnapshotFormat.Finding.newerContent("features 1")) { try decode { $0[16] = 1 } }
        #expect(throws: SnapshotFormat.Finding.newerContent("a member of role 2")) {
            try decode { $0[members + 8] = 2 }
        }
        #expect(throws: SnapshotFormat.Finding.newerContent("sessions of clients")) { try decode { $0[sessions] = 1 } }
        #expect(throws: SnapshotFormat.Finding.newerFormat(3)) { try decode { $0[8] = 3 } }
    }

    @Test("A header of format 1 is read: of before there were stamps, when all members voted")
    func formerFormat() throws {
        let former = try decode { bytes in
            bytes[8] = 1
            let members = 16 + 8 + 8 + 4 + 8 + 8 + 8 + 12
            for member in (0..<3).reversed() { bytes.remove(at: members + 9 * member + 8) }
            bytes.removeSubrange(16 + 28..<16 + 44)
            bytes.removeSubrange(16..<24)
            bytes[12] = UInt8(bytes.count - 20)
        }
        #expect(former.metadata.time == .zero)
        #expect(former.metadata.configuration == header.metadata.configuration)
        #expect(former.metadata.origins == header.metadata.origins)
        #expect(former.digest == header.digest && former.clusterID == header.clusterID && former.group == header.group)
    }

    @Test("Pruning never removes the snapshot that was just written, and removes what was set aside")
    func prune() throws {
        let temporary = try TemporaryDirectory()
        let directory = SnapshotDirectory(path: temporary.path)
        for slot in [UInt64(30), 42, 77, 90] { try put([1], directory.file(of: Slot(slot))) }
        try directory.setAside(Slot(90))
        #expect(try directory.slots() == [Slot(77), Slot(42), Slot(30)])
        try directory.prune(keeping: 2, sparing: Slot(42))
        #expect(try FileSystem.list(temporary.path).count == 2)
        try directory.prune(keeping: 1, sparing: Slot(42))
        #expect(try FileSystem.list(temporary.path) == [SnapshotDirectory.name(of: Slot(42))])
    }

    @Test("A snapshot is written even if older ones cannot be removed")
    func failingPrune() async throws {
        let temporary = try TemporaryDirectory()
        let directory = SnapshotDirectory(path: temporary.path)
        for slot in [UInt64(3), 4] { try FileSystem.makeDirectory(directory.file(of: Slot(slot))) }
        try await write([[1]], to: directory)
        #expect(try read(directory.file(of: Slot(42))) == [[1]])
    }

    @Test("An abandoned snapshot leaves no file")
    func abandoned() async throws {
        let temporary = try TemporaryDirectory()
        let directory = SnapshotDirectory(path: temporary.path)
        let writer = SnapshotWriter(
            directory: directory, header: header, kept: 2, pool: NIOThreadPool.singleton, wrote: { _ in },
            ended: { _ in Issue.record("an abandoned snapshot reports nothing") })
        writer.append([1, 2, 3])
        writer.abandon()
        try await eventually("nothing is left") { try FileSystem.list(temporary.path).isEmpty }
    }

    @Test("A directory that cannot be written to is reported, not fatal")
    func failure() async throws {
        let result = ResultBox()
        let writer = SnapshotWriter(
            directory: SnapshotDirectory(path: "/nowhere/at/all"), header: header, kept: 2,
            pool: NIOThreadPool.singleton, wrote: { _ in }, ended: { result.set($0) })
        writer.append([1])
        writer.finish()
        try await eventually("the failure") { result.value != nil }
        #expect(throws: SnapshotFailure.self) { try result.value?.get() }
    }
}

final class ResultBox: Sendable {
    private let state = Mutex<Result<WrittenFile, SnapshotFailure>?>(nil)

    func set(_ result: Result<WrittenFile, SnapshotFailure>) { state.withLock { $0 = result } }

    var value: Result<WrittenFile, SnapshotFailure>? { state.withLock { $0 } }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeWire
import PaxosBase
import PaxosLog
import Synchronization
import Testing

@testable import Decree
@testable import DecreeJournal

@Suite(.serialized)
struct SnapshotTests {
    private func takeSnapshot(of cluster: TestCluster, _ index: Int) async throws {
        let taken = cluster[index].status.snapshot.taken
        cluster[index].snapshotNow()
        try await eventually("a snapshot") { cluster[index].status.snapshot.taken > taken }
    }

    private func files(_ cluster: TestCluster, _ index: Int) -> [String] {
        let path = "\(cluster.path(index))/snapshots"
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("snapshot-") { names.append("\(path)/\(name)") }
        }
        return names.sorted()
    }

    /// Turns a byte in the middle of a file around.
    private func damage(_ path: String) {
        let descriptor = open(path, O_RDWR)
        var byte: UInt8 = 0
        let middle = lseek(descriptor, 0, SEEK_END) / 2
        pread(descriptor, &byte, 1, middle)
        byte ^= 0x55
        pwrite(descriptor, &byte, 1, middle)
        close(descriptor)
    }

    @Test("A restart begins with the snapshot and goes on with the journal")
    func restart() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        for number in 0..<100 { try await cluster.write("k\(number)=\(number)", through: 0) }
        try await takeSnapshot(of: cluster, 0)
        for number in 100..<120 { try await cluster.write("k\(number)=\(number)", through: 0) }
        await cluster.stop(0)
        try await cluster.start(0)
        #expect(try await cluster[0].query(.count).number == 120)
        #expect(cluster[0].status.snapshot.slot > .zero)
        await cluster.stopAll()
    }

    @Test("The newest two stay, and the journal is trimmed")
    func trimmed() async throws {
        let cluster = try await TestCluster(size: 1) { $0.journalSegmentBytes = 64 << 10 }
        try await cluster.startAll()
        for round in 0..<4 {
            for number in 0..<60 {
                try await cluster.write("k\(number)=\(round)" + String(repeating: "x", count: 2_000), through: 0)
            }
            try await takeSnapshot(of: cluster, 0)
        }
        #expect(files(cluster, 0).count == 2)
        try await eventually("the journal shrinks") { cluster[0].status.journal.segments < 8 }
        await cluster.stop(0)
        try await cluster.start(0)
        #expect(try await cluster[0].query(.count).number == 60)
        await cluster.stopAll()
    }

    @Test("A snapshot is taken by itself once the journal has grown enough")
    func byItself() async throws {
        let cluster = try await TestCluster(size: 1) { $0.limits.snapshots.minimumJournalBytes = 100_000 }
        try await cluster.startAll()
        for number in 0..<100 {
            try await cluster.write("k\(number)=" + String(repeating: "x", count: 2_000), through: 0)
        }
        try await eventually("a snapshot") { cluster[0].status.snapshot.taken > 0 }
        await cluster.stopAll()
    }

    @Test("With the newest snapshot damaged the older one and the journal suffice, if the journal reaches back to it")
    func olderSuffices() async throws {
        // A member that is away keeps the others from trimming.
        let cluster = try await TestCluster(size: 3)
        try await cluster.startAll()
        let leader = try await cluster.leader()
        let away = (leader + 1) % 3
        let tested = (leader + 2) % 3
        try await cluster.write("a=1", through: leader)
        await cluster.stop(away)
        for round in 0..<2 {
            for number in 0..<20 { try await cluster.write("k\(number)=\(round)", through: tested) }
            try await takeSnapshot(of: cluster, tested)
        }
        await cluster.stop(tested)
        damage(try #require(files(cluster, tested).last))
        try await cluster.start(tested)
        for number in 0..<20 { #expect(try await cluster.line("k\(number)", through: tested) == "1") }
        #expect(files(cluster, tested).contains { $0.hasSuffix(".unusable") })
        try await takeSnapshot(of: cluster, tested)
        #expect(!files(cluster, tested).contains { $0.hasSuffix(".unusable") })
        await cluster.stopAll()
    }

    @Test("A snapshot comes to its name only when the journal holds all that it covers")
    func notBeforeTheJournal() async throws {
        let box = Flag()
        let cluster = try await TestCluster(size: 3)
        for index in 0..<3 {
            if index == 2 {
                cluster.settings.adjustJournal = { $0.writeFailure = { box.isSet ? ENOSPC : nil } }
            }
            try await cluster.start(index)
        }
        try await eventually("another leads") {
            if try await cluster.leader() != 2 { return true }
            cluster[2].handOver()
            return false
        }
        let leader = try await cluster.leader()
        try await cluster.write("a=1", through: 2)
        box.isSet = true
        try await cluster.write("b=1", through: leader)
        try await eventually("it is applied where it cannot be written") {
            try await cluster[2].query(.line("b"), linearizable: false).text == "1"
        }
        cluster[2].snapshotNow()
        try await eventually("the walk") { cluster[2].status.snapshot.isRunning }
        for number in 0..<100 { try await cluster.write("c=\(number)", through: leader) }
        #expect(cluster[2].status.snapshot.taken == 0)
        #expect(files(cluster, 2).isEmpty)
        box.isSet = false
        try await eventually("the snapshot") { cluster[2].status.snapshot.taken == 1 }
        try await eventually("what a full disk did not take is fetched") {
            try await cluster[2].query(.line("c"), linearizable: false).text == "99"
        }
        await cluster.stopAll()
    }

    @Test("A journal that lacks a slot which was chosen keeps the node from starting")
    func gap() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.start(0)
        try await cluster.write("a=1", through: 0)
        await cluster.stop(0)
        let (directory, identity) = try DataDirectory.open(
            path: cluster.path(0), node: NodeID(1), cluster: cluster.description)
        let owner = JournalIdentity(cluster: ClusterID(identity.clusterID), node: identity.node, store: identity.store)
        var settings = Journal.Settings { fatalError("\($0)") }
        settings.core.segmentByteCount = cluster.settings.journalSegmentBytes ?? 0
        let (journal, recovered) = try Journal.open(
            directory: directory.journalPath, identity: owner, settings: settings, onDurable: { _ in },
            onFull: { _ in })
        let last = try #require(recovered.state(of: GroupID(1)).slots.keys.last)
        journal.append(
            JournalBatch(
                group: GroupID(1), id: WriteID(1),
                records: [.learned(last.advanced(by: 2), .noOp), .chosen(through: last.advanced(by: 2))]))
        journal.close()
        directory.unlock()
        let error = await #expect(throws: NodeError.self) { try await cluster.start(0) }
        #expect(error?.description.contains("slot \(last.next) is missing") == true)
    }

    @Test("With all snapshots damaged and the journal trimmed the node refuses to start")
    func refused() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        for number in 0..<20 { try await cluster.write("k\(number)=1", through: 0) }
        try await takeSnapshot(of: cluster, 0)
        try await eventually("trimmed") {
            try await cluster.write("more=1", through: 0)
            return cluster[0].status.snapshot.taken > 0
        }
        try await takeSnapshot(of: cluster, 0)
        // Trimming follows at one of the replica's ticks, and its record must be durable.
        let records = cluster[0].status.journal.records
        try await eventually("ticks") { cluster[0].status.journal.records > records }
        await cluster.stop(0)
        for file in files(cluster, 0) { damage(file) }
        await #expect(throws: NodeError.self) { try await cluster.start(0) }
    }

    @Test("Writes go on while a snapshot is taken, and it holds the state of its slot")
    func besideWrites() async throws {
        let cluster = try await TestCluster(size: 1)
        try await cluster.startAll()
        let answers = Collector()
        let port = cluster[0].openPort { answers.take($0) }
        port.submit((0..<2_000).map { .command(Payload("k\($0)=v"), token: UInt64($0)) })
        try await eventually("the first") { !answers.tokens.isEmpty }
        cluster[0].snapshotNow()
        for wave in 1...5 {
            port.submit((0..<500).map { .command(Payload("k\($0)=w\(wave)"), token: UInt64(wave * 10_000 + $0)) })
        }
        try await eventually("all") { answers.tokens.count == 4_500 }
        try await eventually("a snapshot") { cluster[0].status.snapshot.taken == 1 }
        await cluster.stop(0)
        try await cluster.start(0)
        #expect(try await cluster.line("k0", through: 0) == "w5")
        #expect(try await cluster.line("k1999", through: 0) == "v")
        await cluster.stopAll()
    }
}

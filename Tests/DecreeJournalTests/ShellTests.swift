#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeJournal

/// A directory that goes with its owner.
private final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/decree-journal-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
                }
                unlink(path + "/" + name)
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// What a journal reported, to be waited for.
private final class Reports: Sendable {
    private struct State {
        var durable: [GroupID: WriteID] = [:]
        var calls = 0
        var full: [Bool] = []
        var failures: [String] = []
        var troubles: [String] = []
        /// What the disk answers; nil when it does what it is asked.
        var errno: Int32?
    }

    private let state = Monitor(State())

    func durable(_ writes: [DurableWrite]) {
        state.withLock { state in
            state.calls += 1
            for write in writes { state.durable[write.group] = max(state.durable[write.group] ?? .zero, write.id) }
        }
        state.signal()
    }

    func full(_ isFull: Bool) {
        state.withLock { $0.full.append(isFull) }
        state.signal()
    }

    func failed(_ line: String) {
        state.withLock { $0.failures.append(line) }
        state.signal()
    }

    func trouble(_ line: String) {
        state.withLock { $0.troubles.append(line) }
        state.signal()
    }

    var errno: Int32? {
        get { state.withLock { $0.errno } }
        set { state.withLock { $0.errno = newValue } }
    }

    func waitForFull(_ expected: [Bool]) { state.wait { $0.full == expected ? () : nil }! }

    func waitForTrouble() -> String { state.wait { $0.troubles.first }! }

    var troubles: [String] { state.withLock { $0.troubles } }

    func wait(for id: UInt64, of group: UInt32 = 0) {
        _ = state.wait { ($0.durable[GroupID(group)] ?? .zero) >= WriteID(id) ? true : nil }
    }

    func waitForFull() -> [Bool] { state.wait { $0.full.isEmpty ? nil : $0.full }! }

    func waitForFailure() -> String { state.wait { $0.failures.first }! }

    var calls: Int { state.withLock { $0.calls } }
}

@Suite struct ShellTests {
    private func settings(
        segmentByteCount: Int = 64 << 10,
        onFailure: @escaping @Sendable (JournalError) -> Never = { fatalError("\($0)") }
    ) -> Journal.Settings {
        var settings = Journal.Settings(onFailure: onFailure)
        settings.core.segmentByteCount = segmentByteCount
        settings.core.spaceReserve = 0
        settings.idleMarkDelay = .milliseconds(1)
        return settings
    }

    private func open(
        _ directory: TemporaryDirectory, _ reports: Reports, _ settings: Journal.Settings
    ) throws -> (journal: Journal, recovered: RecoveredJournal) {
        try Journal.open(
            directory: directory.path, identity: testIdentity, settings: settings,
            onDurable: { reports.durable($0) }, onFull: { reports.full($0) })
    }

    @Test("What was reported durable is there when the journal is opened again, over many segments")
    func reopen() throws {
        let directory = TemporaryDirectory()
        for life in UInt64(0)..<3 {
            let reports = Reports()
            let (journal, recovered) = try open(directory, reports, settings())
            #expect(recovered.isNew == (life == 0))
            #expect(recovered.state(of: GroupID(0)).slots.count == Int(life) * 300)
            for number in UInt64(1)...300 {
                let slot = life * 300 + number
                journal.append(
                    JournalBatch(
                        group: GroupID(0), id: WriteID(number),
                        records: [.accepted(Slot(slot), ballot(1), command(slot, byteCount: 500))]))
                if number % 50 == 0 { reports.wait(for: number) }
            }
            journal.close()
            let statistics = journal.statistics
            #expect(statistics.records == 300)
            #expect(statistics.waitingRecords == 0)
            #expect(statistics.oldestWaiting == nil)
            #expect(statistics.syncs >= statistics.batches && statistics.batches > 6)
            #expect(statistics.syncHistogram.reduce(0, +) <= statistics.syncs)
            #expect(statistics.bytesWritten > 300 * 500)
            #expect(statistics.segments > 2)
        }
    }

    @Test("Many threads append at once; nothing is lost, and whole batches share a sync")
    func threads() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let (journal, _) = try open(directory, reports, settings(segmentByteCount: 1 << 20))
        let threads = try (UInt32(0)..<4).map { group in
            try Thread(name: "append") {
                for number in UInt64(1)...200 {
                    journal.append(
                        JournalBatch(
                            group: GroupID(group), id: WriteID(number),
                            records: [.accepted(Slot(number), ballot(1), command(number))]))
                }
            }
        }
        for thread in threads { thread.join() }
        for group in UInt32(0)..<4 { reports.wait(for: 200, of: group) }
        #expect(reports.calls <= 800)
        journal.close()
        let (again, recovered) = try open(directory, Reports(), settings(segmentByteCount: 1 << 20))
        for group in UInt32(0)..<4 { #expect(recovered.state(of: GroupID(group)).slots.count == 200) }
        again.close()
    }

    @Test("A journal that was closed knows that nothing is missing, and one whose newest file was emptied is refused")
    func cleanEnd() throws {
        let directory = TemporaryDirectory()
        var (journal, _) = try open(directory, Reports(), settings())
        let reports = Reports()
        for number in UInt64(1)...3 {
            journal.append(
                JournalBatch(
                    group: GroupID(0), id: WriteID(number),
                    records: [.accepted(Slot(number), ballot(1), command(number))]))
        }
        journal.close()
        var recovered: RecoveredJournal
        (journal, recovered) = try open(directory, reports, settings())
        #expect(recovered.endedCleanly && recovered.state(of: GroupID(0)).slots.count == 3)
        journal.close()
        // Closed without an append: still clean.
        (journal, recovered) = try open(directory, reports, settings())
        #expect(recovered.endedCleanly)
        journal.close()
        let empty = try FileHandle(directory.path + "/" + SegmentNumber(1).fileName, .replacing)
        #expect(try empty.byteCount == 0)
        #expect(throws: JournalError.self) { try open(directory, reports, settings()) }
    }

    @Test("Long payloads are written from where they stand, in more pieces than one call takes, and are read back")
    func pieces() throws {
        let directory = TemporaryDirectory()
        var settings = settings(segmentByteCount: 1 << 20)
        settings.core.gatheredPayloadByteCount = 100
        let reports = Reports()
        let (journal, _) = try open(directory, reports, settings)
        let entries = (UInt64(1)...2_000).map { command($0, byteCount: [0, 99, 100, 250][Int($0 % 4)]) }
        let records = entries.enumerated().map { Record.accepted(Slot(UInt64($0 + 1)), ballot(1), $1) }
        journal.append(JournalBatch(group: GroupID(0), id: WriteID(1), records: records))
        reports.wait(for: 1)
        var loaded: [Entry] = []
        while loaded.count < entries.count {
            let first = Slot(UInt64(loaded.count + 1))
            loaded += try journal.load(GroupID(0), first...Slot(2_000), maximumBytes: 1 << 20)
        }
        let isSame = loaded == entries
        #expect(isSame)
        journal.close()
        let (again, recovered) = try open(directory, Reports(), settings)
        #expect(recovered.state(of: GroupID(0)).slots.count == 2_000)
        again.close()
    }

    @Test("Closing writes what waits and marks the end, so that later damage to it is noticed")
    func closing() throws {
        let directory = TemporaryDirectory()
        let (journal, _) = try open(directory, Reports(), settings())
        journal.append(JournalBatch(group: GroupID(0), id: WriteID(1), records: [.promised(ballot(4))]))
        journal.close()
        journal.close()
        let file = try FileHandle(directory.path + "/" + SegmentNumber(1).fileName, .writing)
        try [UInt8(0xFF)].withUnsafeBytes { try file.write($0, at: 4096 + 40) }
        #expect(throws: JournalError.self) { try open(directory, Reports(), settings()) }
    }

    @Test("Entries are read back while the journal is in use")
    func load() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let (journal, _) = try open(directory, reports, settings())
        for number in UInt64(1)...500 {
            journal.append(
                JournalBatch(
                    group: GroupID(0), id: WriteID(number),
                    records: [.accepted(Slot(number), ballot(1), command(number, byteCount: 400))]))
        }
        reports.wait(for: 500)
        let found = try journal.load(GroupID(0), Slot(100)...Slot(400), maximumBytes: 1 << 20)
        #expect(found == (100...400).map { command($0, byteCount: 400) })
        journal.append(
            JournalBatch(group: GroupID(0), id: WriteID(501), records: [.trimmed(through: Slot(450))]))
        reports.wait(for: 501)
        #expect(try journal.load(GroupID(0), Slot(451)...Slot(500), maximumBytes: 1 << 20).count == 50)
        journal.close()
    }

    @Test("A disk below its reserve is reported, and writes go on in what was prepared")
    func reserve() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        var settings = settings()
        settings.core.spaceReserve = UInt64.max / 2
        let (journal, _) = try open(directory, reports, settings)
        #expect(reports.waitForFull() == [true])
        #expect(journal.statistics.isFull)
        journal.append(JournalBatch(group: GroupID(0), id: WriteID(1), records: [.promised(ballot(1))]))
        reports.wait(for: 1)
        journal.close()
    }

    /// A journal whose disk answers what `reports` says.
    private func openFaulty(_ directory: TemporaryDirectory, _ reports: Reports) throws -> Journal {
        var settings = settings()
        settings.spaceCheckInterval = .milliseconds(5)
        settings.retryDelay = .milliseconds(1)
        settings.writeFailure = { reports.errno }
        settings.onTrouble = { reports.trouble($0) }
        return try open(directory, reports, settings).journal
    }

    private func batch(_ number: UInt64) -> JournalBatch {
        JournalBatch(
            group: GroupID(0), id: WriteID(number), records: [.accepted(Slot(number), ballot(1), command(number))])
    }

    @Test(
        "A write without space or quota waits; all goes on by itself once there is some", arguments: [ENOSPC, EDQUOT])
    func heldUp(errno: Int32) throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let journal = try openFaulty(directory, reports)
        journal.append(batch(1))
        reports.wait(for: 1)
        reports.errno = errno
        journal.append(batch(2))
        reports.waitForFull([true])
        #expect(journal.statistics.isFull)
        reports.errno = nil
        reports.wait(for: 2)
        reports.waitForFull([true, false])
        #expect(!journal.statistics.isFull)
        journal.close()
    }

    @Test("A journal that waits for space can be closed, and is opened only when there is some")
    func closedWhileHeldUp() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let journal = try openFaulty(directory, reports)
        journal.append(batch(1))
        reports.wait(for: 1)
        reports.errno = ENOSPC
        journal.append(batch(2))
        reports.waitForFull([true])
        journal.close()
        #expect(throws: JournalError.self) { try openFaulty(directory, reports) }
        reports.errno = nil
        let (again, recovered) = try open(directory, Reports(), settings())
        #expect(recovered.state(of: GroupID(0)).slots.count == 1)
        again.close()
    }

    @Test(
        "Where no file can be opened for want of descriptors, it is told once and tried again",
        arguments: [".preparing", ".segment"], [false, true])
    func descriptors(suffix: String, isClosedMeanwhile: Bool) throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        var settings = settings()
        settings.retryDelay = .milliseconds(1)
        settings.openFailure = { $0.hasSuffix(suffix) ? reports.errno : nil }
        settings.onTrouble = { reports.trouble($0) }
        reports.errno = EMFILE
        let (journal, _) = try open(directory, reports, settings)
        journal.append(batch(1))
        #expect(reports.waitForTrouble().contains(".segment"))
        if !isClosedMeanwhile {
            reports.errno = nil
            reports.wait(for: 1)
            #expect(reports.troubles.count == 1)
        }
        journal.close()
    }

    @Test("What cannot be read back whole is an error that names the place, not a part of it")
    func damagedLoad() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let (journal, _) = try open(directory, reports, settings())
        for number in UInt64(1)...10 { journal.append(batch(number)) }
        reports.wait(for: 10)
        #expect(try journal.load(GroupID(0), Slot(1)...Slot(10), maximumBytes: 1 << 20).count == 10)
        let file = try FileHandle(directory.path + "/" + SegmentNumber(1).fileName, .writing)
        try [UInt8(0xFF)].withUnsafeBytes { try file.write($0, at: 4096 + 40) }
        let damage = JournalError.unreadable(SegmentNumber(1), offset: 4096)
        #expect(throws: damage) { try journal.load(GroupID(0), Slot(1)...Slot(10), maximumBytes: 1 << 20) }
        journal.close()
    }

    @Test("A failure is told in one line that names the file, and nothing is tried again")
    func failure() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        // The failing thread must never return; it waits for a test process that ends.
        var settings = settings(segmentByteCount: 16 << 10) { error in
            reports.failed("\(error)")
            while true { pause() }
        }
        settings.core.segmentsAhead = 0
        let (journal, _) = try open(directory, reports, settings)
        journal.append(JournalBatch(group: GroupID(0), id: WriteID(1), records: [.promised(ballot(1))]))
        reports.wait(for: 1)
        rmdirContents(directory.path)
        rmdir(directory.path)
        for number in UInt64(2)...40 {
            journal.append(
                JournalBatch(
                    group: GroupID(0), id: WriteID(number),
                    records: [.accepted(Slot(number), ballot(1), command(number, byteCount: 900))]))
        }
        let line = reports.waitForFailure()
        #expect(line.contains(directory.path) && line.contains("No such file"))
        _ = Unmanaged.passRetained(journal)
    }

    private func rmdirContents(_ path: String) {
        for number in UInt64(0)...3 { unlink(path + "/" + SegmentNumber(number).fileName) }
    }

    @Test("What an interrupted preparation left is removed")
    func leftovers() throws {
        let directory = TemporaryDirectory()
        let leftover = directory.path + "/" + SegmentNumber(9).fileName + ".preparing"
        _ = try FileHandle(leftover, .replacing)
        let (journal, recovered) = try open(directory, Reports(), settings())
        #expect(recovered.isNew)
        #expect(access(leftover, F_OK) != 0)
        journal.close()
    }

    @Test("What an interrupted preparation left stays where a damaged journal is refused: that start changes nothing")
    func leftoversOfRefusal() throws {
        let directory = TemporaryDirectory()
        let reports = Reports()
        let (journal, _) = try open(directory, reports, settings())
        journal.append(JournalBatch(group: GroupID(0), id: WriteID(1), records: [.incarnation(Incarnation(1))]))
        reports.wait(for: 1)
        journal.close()
        #expect(truncate(directory.path + "/" + SegmentNumber(1).fileName, 0) == 0)
        let leftover = directory.path + "/" + SegmentNumber(9).fileName + ".preparing"
        _ = try FileHandle(leftover, .replacing)
        #expect(throws: JournalError.self) { try open(directory, Reports(), settings()) }
        #expect(access(leftover, F_OK) == 0)
    }

    @Test("A directory that cannot be made is a clear error")
    func noDirectory() {
        #expect(
            throws: JournalError.file(operation: .makeDirectory, path: "/nonexistent/journal", errno: ENOENT)
        ) {
            try Journal.open(
                directory: "/nonexistent/journal", identity: testIdentity, settings: settings(),
                onDurable: { _ in }, onFull: { _ in })
        }
    }
}

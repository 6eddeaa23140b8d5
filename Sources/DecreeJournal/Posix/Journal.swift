import DecreeWire
import PaxosBase
import PaxosLog

/// A journal on a POSIX file system: the core with a thread that writes and syncs, and one that prepares segments.
///
/// Whole batches are handed over under one lock with one signal; the thread takes all that wait at once, writes them
/// with one call and one sync, and reports once.
public final class Journal: Sendable {
    private let writer: JournalWriter
    private let keeper: SegmentKeeper
    private let threads: Monitor<[Thread]>

    /// How a journal is driven.
    public struct Settings: Sendable {
        public var core = JournalOptions()
        /// Without syncs a loss of power loses acknowledged data, and a torn tail may be taken for damage: for
        /// experiments only.
        public var syncs = true
        /// After so long a pause a mark is written behind the last batch.
        public var idleMarkDelay = TimeSpan.milliseconds(50)
        /// How often free space is looked at.
        public var spaceCheckInterval = TimeSpan.seconds(1)
        /// Asks for a higher priority for the writing thread, where that is permitted.
        public var raisesPriority = true
        /// Called on a thread of the journal when a write or a sync failed, with the reason. It does not return, because
        /// nothing can go on: what the disk holds is not known any more, another try would report as durable what the
        /// system has dropped, and only a new process can read what is there. How this one ends is the owner's to say.
        public let onFailure: @Sendable (JournalError) -> Never
        /// Called on a thread of the journal with a line about what is tried again and needs an operator's eye, once for
        /// each time that it begins.
        public var onTrouble: @Sendable (String) -> Void = { _ in }
        /// How long to wait before a write without space, or a file without a descriptor, is tried again.
        var retryDelay = TimeSpan.milliseconds(100)
        /// For tests: what to fail a write with instead of trying it.
        var writeFailure: @Sendable () -> Int32? = { nil }
        /// For tests: what to fail the opening of a segment's file with, instead of trying it.
        var openFailure: @Sendable (_ path: String) -> Int32? = { _ in nil }

        /// - Parameter onFailure: How the process ends when a write or a sync failed; see ``onFailure``.
        public init(onFailure: @escaping @Sendable (JournalError) -> Never) { self.onFailure = onFailure }
    }

    private init(writer: JournalWriter, keeper: SegmentKeeper) {
        self.writer = writer
        self.keeper = keeper
        threads = Monitor([])
    }

    /// Opens the journal in a directory, or begins one; reads all of it.
    /// - Parameters:
    ///   - directory: Holds nothing but segments; made when it is not there. The host keeps others off it.
    ///   - onDurable: Called on the journal's thread once for each sync that made appended batches durable.
    ///   - onFull: Called on the journal's thread when space runs out and when it is back.
    /// - Throws: When the journal cannot be read, or must not be used; see ``JournalError``.
    public static func open(
        directory: String, identity: JournalIdentity, settings: Settings,
        onDurable: @escaping @Sendable ([DurableWrite]) -> Void, onFull: @escaping @Sendable (Bool) -> Void
    ) throws(JournalError) -> (journal: Journal, recovered: RecoveredJournal) {
        let directory = try SegmentDirectory(directory)
        let recovered = try recover(directory, identity, settings.core)
        try directory.removeUnfinished()
        let keeper = SegmentKeeper(directory: directory, settings: settings)
        let writer = JournalWriter(
            core: recovered.core, directory: directory, keeper: keeper, settings: settings, onDurable: onDurable,
            onFull: onFull)
        try writer.open()
        let journal = Journal(writer: writer, keeper: keeper)
        try journal.start(settings)
        return (journal, recovered)
    }

    private static func recover(
        _ directory: SegmentDirectory, _ identity: JournalIdentity, _ options: JournalOptions
    ) throws(JournalError) -> RecoveredJournal {
        var recovery = JournalRecovery(identity: identity, options: options)
        var image = SegmentImage()
        for number in try directory.segments() {
            try recovery.scan(number, try image.read(directory.path(of: number)))
        }
        return try recovery.finish()
    }

    private func start(_ settings: Settings) throws(JournalError) {
        let files = try Thread(name: "journal-files") { [keeper, writer] in keeper.run(reportingTo: writer) }
        do throws(JournalError) {
            let writing = try Thread(name: "journal", raisesPriority: settings.raisesPriority) { [writer] in
                writer.run()
            }
            threads.withLock { $0 = [writing, files] }
        } catch {
            keeper.stop()
            files.join()
            throw error
        }
    }

    /// Hands over records to be written. Returns at once; `onDurable` names the write once it is on stable storage.
    public func append(_ batch: JournalBatch) { writer.append([batch]) }

    /// Hands over records of several groups, which become durable together.
    public func append(_ batches: [JournalBatch]) { writer.append(batches) }

    /// Reads entries back, for a peer that needs them longer than the replica holds them in memory.
    ///
    /// It reads files and blocks meanwhile. It sees what is durable and perhaps more. A long run is cut: whoever wants
    /// all of it asks again behind the last slot.
    /// - Parameters:
    ///   - maximumBytes: Of entries; one comes in any case.
    /// - Returns: Those of the first slots, up to the first that has no record.
    /// - Throws: When anything that may hold one of the slots cannot be read: what is left might be out of date.
    public func load(
        _ group: GroupID, _ slots: ClosedRange<Slot>, maximumBytes: Int
    ) throws(JournalError) -> [Entry] {
        try writer.load(group, slots, maximumBytes: maximumBytes)
    }

    public var statistics: JournalStatistics { writer.statistics }

    /// Writes what waits, marks the end and stops the threads. What cannot be written because the disk is full stays
    /// unwritten. Not to be called from a callback.
    public func close() {
        let joining = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        guard !joining.isEmpty else { return }
        writer.stop()
        joining[0].join()
        keeper.stop()
        joining[1].join()
    }

    deinit { close() }
}

/// Memory to read whole segment files into, one after the other.
private struct SegmentImage: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    deinit { memory.deallocate() }

    /// The bytes of the file, valid until the next call.
    mutating func read(_ path: String) throws(JournalError) -> UnsafeRawBufferPointer {
        let file = try FileHandle(path, .reading)
        let byteCount = try file.byteCount
        if byteCount > memory.count {
            memory.deallocate()
            memory = .allocate(byteCount: byteCount, alignment: 4096)
        }
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount]), at: 0)
        return UnsafeRawBufferPointer(rebasing: memory[..<count])
    }
}

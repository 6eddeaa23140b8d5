import PaxosBase
import PaxosLog

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The thread that writes: takes what was appended, steps the core, carries out its effects.
final class JournalWriter: @unchecked Sendable {
    // `file`, the effects, `taken` and the flags below it belong to the writing thread (or to `open`, before it starts).

    private let directory: SegmentDirectory
    private let keeper: SegmentKeeper
    private let settings: Journal.Settings
    private let onDurable: @Sendable ([DurableWrite]) -> Void
    private let onFull: @Sendable (Bool) -> Void

    /// Stepped by the writing thread only; others look up where slots stand.
    private let core: Monitor<JournalCore>
    private let inbox = Monitor(Inbox())
    private let published = Monitor(JournalStatistics())
    private var file: OpenSegment?
    /// Open for as long as the journal is: it must be written even when no other file can be opened.
    private var anchor: OpenSegment?
    private var effects: [JournalEffect] = []
    /// The first of them that was not carried out.
    private var nextEffect = 0
    private var taken = Inbox()
    /// It was to stop while a write waited for what does not come: the rest stays unwritten.
    private var isGivenUp = false
    /// The threads run: what waits may wait for something.
    private var isRunning = false

    /// What other threads left for the writing one.
    private struct Inbox {
        var batches: [JournalBatch] = []
        var events: [JournalEvent] = []
        var isStopping = false
        /// When the oldest of `batches` came, on the monotonic clock.
        var waitingSince: UInt64?
        /// When the oldest record came that the writing thread has taken and not yet made durable.
        var takenSince: UInt64?
        var waitingRecords = 0

        var isEmpty: Bool { batches.isEmpty && events.isEmpty && !isStopping }
    }

    private final class OpenSegment {
        let number: SegmentNumber
        let file: FileHandle

        init(_ number: SegmentNumber, _ path: String) throws(JournalError) {
            self.number = number
            file = try FileHandle(path, .writing)
        }
    }

    init(
        core: JournalCore, directory: SegmentDirectory, keeper: SegmentKeeper, settings: Journal.Settings,
        onDurable: @escaping @Sendable ([DurableWrite]) -> Void, onFull: @escaping @Sendable (Bool) -> Void
    ) {
        self.core = Monitor(core)
        self.directory = directory
        self.keeper = keeper
        self.settings = settings
        self.onDurable = onDurable
        self.onFull = onFull
    }

    // MARK: What other threads call

    func append(_ batches: [JournalBatch]) {
        inbox.withLock { inbox in
            if inbox.waitingSince == nil { inbox.waitingSince = monotonicNanoseconds() }
            for batch in batches { inbox.waitingRecords += batch.records.count }
            inbox.batches.append(contentsOf: batches)
        }
        inbox.signal()
    }

    func report(_ event: JournalEvent) {
        inbox.withLock { inbox in
            // Of news that nobody took yet, only the latest count.
            if case .freeSpace = event, case .freeSpace? = inbox.events.last { inbox.events.removeLast() }
            inbox.events.append(event)
        }
        inbox.signal()
    }

    /// The core waits for news of free space.
    var awaitsSpace: Bool { core.withLock { $0.awaitsSpace } }

    func stop() {
        inbox.withLock { $0.isStopping = true }
        inbox.signal()
    }

    var statistics: JournalStatistics {
        var statistics = published.withLock { $0 }
        inbox.withLock { inbox in
            statistics.waitingRecords = inbox.waitingRecords
            let now = monotonicNanoseconds()
            statistics.oldestWaiting = (inbox.takenSince ?? inbox.waitingSince).map {
                TimeSpan(nanoseconds: now > $0 ? now - $0 : 0)
            }
        }
        return statistics
    }

    func load(
        _ group: GroupID, _ slots: ClosedRange<Slot>, maximumBytes: Int
    ) throws(JournalError) -> [Entry] {
        var load = core.withLock { $0.load(group, slots, maximumByteCount: maximumBytes) }
        for extent in load.extents {
            let file: FileHandle
            do {
                file = try FileHandle(directory.path(of: extent.segment), .reading)
            } catch .file(_, _, ENOENT) {
                // Given up since: a snapshot covers it, and of what was read the later word may be gone.
                return []
            }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: extent.range.count, alignment: 16)
            defer { memory.deallocate() }
            let count = try file.read(into: memory, at: extent.range.lowerBound)
            load.absorb(extent, UnsafeRawBufferPointer(rebasing: memory[..<count]))
            if let damage = load.damage { throw .unreadable(damage.segment, offset: damage.offset) }
        }
        return load.entries
    }

    // MARK: The writing thread

    /// Brings what recovery found to stable storage, before anybody is told of it.
    func open() throws(JournalError) {
        if let free = directory.freeByteCount { step(.freeSpace(free)) }
        step(.opened)
        do {
            try carryOut()
        } catch {
            file = nil
            anchor = nil
            throw error
        }
    }

    func run() {
        isRunning = true
        while !isGivenUp {
            take()
            if !taken.batches.isEmpty { step(.append(taken.batches)) }
            for event in taken.events { step(event) }
            do {
                try carryOut()
                if isGivenUp { break }
                if taken.isStopping, try isFinished() { break }
            } catch {
                settings.onFailure(error)
            }
        }
        file = nil
        anchor = nil
    }

    /// Waits for work and takes all of it. After a pause that is the mark behind the last batch.
    private func take() {
        let needsMark = core.withLock { $0.needsMark }
        let limit = needsMark ? settings.idleMarkDelay.nanoseconds : nil
        taken.batches.removeAll(keepingCapacity: true)
        taken.events.removeAll(keepingCapacity: true)
        let isStopping = taken.isStopping
        let came: Void? = inbox.wait(nanoseconds: limit) { inbox in
            guard !inbox.isEmpty else { return nil }
            swap(&inbox.batches, &taken.batches)
            swap(&inbox.events, &taken.events)
            taken.isStopping = inbox.isStopping
            inbox.isStopping = false
            if !taken.batches.isEmpty {
                inbox.takenSince = inbox.takenSince ?? inbox.waitingSince
                inbox.waitingSince = nil
            }
            return ()
        }
        if isStopping { taken.isStopping = true }
        if came == nil { taken.events.append(.idle) }
    }

    /// Whether a stopping journal has nothing left that it could write; writes the last mark.
    private func isFinished() throws(JournalError) -> Bool {
        let (isIdle, isFull) = core.withLock { ($0.isIdle, $0.isFull) }
        guard isIdle else { return isFull || keeper.isHeldUp }
        step(.closing)
        try carryOut()
        return true
    }

    private func step(_ event: JournalEvent) {
        core.withLock { $0.step(event, into: &effects) }
        if case .freeSpace(let byteCount) = event { published.withLock { $0.freeBytes = byteCount } }
    }

    private func carryOut() throws(JournalError) {
        nextEffect = 0
        while nextEffect < effects.count {
            let effect = effects[nextEffect]
            nextEffect += 1
            switch effect {
            case .write(let segment, let offset, let bytes):
                try write(bytes, to: segment, at: offset)
                if isGivenUp { return }
            case .sync(let segment): try sync(segment)
            case .prepare(.anchor, let byteCount, _):
                // Nothing goes on before it is there.
                try directory.create(.anchor, byteCount: byteCount)
                step(.prepared(.anchor))
            case .prepare(let segment, let byteCount, let old):
                keeper.take(.prepare(segment, byteCount: byteCount, recycling: old))
            case .remove(let segment): keeper.take(.remove(segment))
            case .durable(let writes): report(writes)
            case .full(let isFull): report(isFull: isFull)
            case .ready: break
            }
        }
        effects.removeAll(keepingCapacity: true)
        let segments = core.withLock { $0.segmentCount }
        published.withLock { $0.segments = segments }
    }

    private func report(_ writes: [DurableWrite]) {
        let waiting = core.withLock { $0.waitingRecords }
        inbox.withLock { inbox in
            inbox.waitingRecords = waiting + inbox.batches.reduce(0) { $0 + $1.records.count }
            if waiting == 0 { inbox.takenSince = nil }
        }
        onDurable(writes)
    }

    private func report(isFull: Bool) {
        published.withLock { $0.isFull = isFull }
        onFull(isFull)
    }

    private func open(_ segment: SegmentNumber) throws(JournalError) -> OpenSegment {
        if let file = segment == .anchor ? anchor : file, file.number == segment { return file }
        let path = directory.path(of: segment)
        if let number = settings.openFailure(path) { throw .file(operation: .open, path: path, errno: number) }
        let opened = try OpenSegment(segment, path)
        if segment == .anchor { anchor = opened } else { file = opened }
        return opened
    }

    private func write(_ bytes: JournalBytes, to segment: SegmentNumber, at offset: Int) throws(JournalError) {
        var hasTold = false
        while true {
            do {
                try writeOnce(bytes, to: segment, at: offset)
                break
            } catch let error where isRunning && error.isWantOfSpace {
                // Only where blocks that were filled once can still run out (copy-on-write file systems). Nothing was
                // synced, so the whole batch may be written again once there is space.
                reportHeldUp()
            } catch let error where isRunning && error.isWantOfDescriptors {
                if !hasTold { settings.onTrouble("journal: \(error). It is tried again.") }
                hasTold = true
            }
            guard !isStopping(within: settings.retryDelay) else {
                isGivenUp = true
                return
            }
        }
        published.withLock { $0.bytesWritten += UInt64(bytes.count) }
    }

    private func writeOnce(_ bytes: JournalBytes, to segment: SegmentNumber, at offset: Int) throws(JournalError) {
        let file = try open(segment)
        if let number = settings.writeFailure() {
            throw .file(operation: .write, path: file.file.path, errno: number)
        }
        try file.file.write(bytes.pieces, at: offset)
    }

    /// Says that the disk is full now, not after the write that waits. That there is space again follows from news that
    /// are taken after it.
    private func reportHeldUp() {
        step(.writeHeldUp)
        let later = effects[nextEffect...].filter { if case .full = $0 { false } else { true } }
        effects.replaceSubrange(nextEffect..., with: later)
        if !published.withLock({ $0.isFull }) { report(isFull: true) }
    }

    /// Waits, unless it is to stop.
    private func isStopping(within delay: TimeSpan) -> Bool {
        taken.isStopping || inbox.wait(nanoseconds: delay.nanoseconds) { $0.isStopping ? true : nil } ?? false
    }

    private func sync(_ segment: SegmentNumber) throws(JournalError) {
        let file = try open(segment)
        let start = monotonicNanoseconds()
        if settings.syncs { try file.file.sync() }
        let spent = monotonicNanoseconds() - start
        let before = core.withLock { $0.waitingRecords }
        step(.synced)
        let after = core.withLock { $0.waitingRecords }
        published.withLock { statistics in
            statistics.noteSync(nanoseconds: spent)
            if segment != .anchor { statistics.batches += 1 }
            statistics.records += UInt64(before - after)
        }
    }
}

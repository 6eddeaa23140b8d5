#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import PaxosBase

/// The thread that makes and removes segment files and looks at free space, so that the writing thread never waits for
/// a segment to be filled with zeros.
final class SegmentKeeper: Sendable {
    private let directory: SegmentDirectory
    private let settings: Journal.Settings
    private let tasks = Monitor(Tasks())

    enum Task {
        case prepare(SegmentNumber, byteCount: Int, recycling: SegmentNumber?)
        case remove(SegmentNumber)
    }

    private struct Tasks {
        var waiting: [Task] = []
        var isStopping = false
        /// The task under way waits for a file descriptor.
        var isHeldUp = false
    }

    init(directory: SegmentDirectory, settings: Journal.Settings) {
        self.directory = directory
        self.settings = settings
    }

    func take(_ task: Task) {
        tasks.withLock { $0.waiting.append(task) }
        tasks.signal()
    }

    /// What it was asked for may never come: a journal that is closed does not wait for it.
    var isHeldUp: Bool { tasks.withLock { $0.isHeldUp } }

    func stop() {
        tasks.withLock { $0.isStopping = true }
        tasks.signal()
    }

    func run(reportingTo writer: JournalWriter) {
        var lastFree: UInt64?
        while true {
            let tasks = tasks.wait(nanoseconds: settings.spaceCheckInterval.nanoseconds) { tasks -> Tasks? in
                guard tasks.isStopping || !tasks.waiting.isEmpty else { return nil }
                defer { tasks.waiting = [] }
                return tasks
            }
            if tasks?.isStopping == true { return }
            for task in tasks?.waiting ?? [] { carryOut(task, reportingTo: writer) }
            // The writing thread is woken only for news, or while it waits for some: a quota is not seen in the number.
            if let free = directory.freeByteCount, free != lastFree || writer.awaitsSpace {
                lastFree = free
                writer.report(.freeSpace(free))
            }
        }
    }

    private func carryOut(_ task: Task, reportingTo writer: JournalWriter) {
        defer { tasks.withLock { $0.isHeldUp = false } }
        while true {
            do {
                switch task {
                case .prepare(let segment, let byteCount, let old):
                    try prepare(segment, byteCount: byteCount, recycling: old, reportingTo: writer)
                case .remove(let segment):
                    try directory.remove(segment)
                    writer.report(.removed(segment))
                }
                return
            } catch let error where error.isWantOfDescriptors {
                if !isHeldUp {
                    tasks.withLock { $0.isHeldUp = true }
                    settings.onTrouble("journal: \(error). It is tried again.")
                    // Wakes the writing thread, which may be waiting for this to close.
                    writer.report(.freeSpace(directory.freeByteCount ?? 0))
                }
                guard !isStopping(within: settings.retryDelay) else { return }
            } catch {
                settings.onFailure(error)
            }
        }
    }

    /// Waits, unless it is to stop.
    private func isStopping(within delay: TimeSpan) -> Bool {
        tasks.wait(nanoseconds: delay.nanoseconds) { $0.isStopping ? true : nil } ?? false
    }

    private func prepare(
        _ segment: SegmentNumber, byteCount: Int, recycling old: SegmentNumber?, reportingTo writer: JournalWriter
    ) throws(JournalError) {
        do throws(JournalError) {
            if let old {
                try directory.recycle(old, as: segment)
            } else {
                let path = directory.path(of: segment)
                if let number = settings.openFailure(path + SegmentDirectory.preparingSuffix) {
                    throw .file(operation: .open, path: path, errno: number)
                }
                try directory.create(segment, byteCount: byteCount)
            }
            writer.report(.prepared(segment))
        } catch let error where error.isWantOfSpace {
            writer.report(.prepareFailed(segment))
        }
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import NIOPosix
import PaxosBase
import Synchronization

/// A snapshot that is whole and durable.
struct WrittenSnapshot: Hashable, Sendable {
    let slot: Slot
    let byteCount: Int
    /// Why older ones could not be removed, if so: that does not make this one worse.
    var pruneFailure: SnapshotFailure?
}

/// Why a snapshot could not be written.
struct SnapshotFailure: Error, Hashable, Sendable {
    let reason: String

    init(_ error: FileError) { self.init(reason: "\(error.operation) \(error.path): \(error.reason)") }

    init(reason: String) { self.reason = reason }
}

/// Writes one snapshot file on a thread that may wait for the disk, while the replica's loop walks the machine.
///
/// At most ``maximumWaiting`` blocks wait in memory; the walk stands still until there is room again. The file is
/// complete under its name or not there: it is written under another, synced, renamed, and the directory is synced.
final class SnapshotWriter: Sendable {
    private static let maximumWaiting = 4

    private struct State {
        var waiting: [[UInt8]] = []
        var isFinished = false
        var isAbandoned = false
        var isWorking = false
        var hadNoRoom = false
    }

    /// Belongs to whichever job is at work; there is never more than one.
    private struct Output: ~Copyable {
        var file: File?
        var blocks: UInt64 = 0
        var byteCount = 0
    }

    private let directory: SnapshotDirectory
    private let header: SnapshotHeader
    private let headerBytes: [UInt8]
    private let headerChecksum: UInt32
    private let kept: Int
    private let pool: NIOThreadPool
    private let state = Mutex(State())
    private let output = Mutex(Output())
    /// Called when there is room again.
    private let roomMade: @Sendable () -> Void
    /// Called once, unless the snapshot was abandoned.
    private let ended: @Sendable (Result<WrittenSnapshot, SnapshotFailure>) -> Void

    init(
        directory: SnapshotDirectory, header: SnapshotHeader, kept: Int, pool: NIOThreadPool,
        roomMade: @escaping @Sendable () -> Void,
        ended: @escaping @Sendable (Result<WrittenSnapshot, SnapshotFailure>) -> Void
    ) {
        self.directory = directory
        self.header = header
        self.kept = kept
        self.pool = pool
        self.roomMade = roomMade
        self.ended = ended
        (headerBytes, headerChecksum) = SnapshotFormat.encode(header)
    }

    /// Whether another block may be appended now; if not, `roomMade` will be called.
    func hasRoom() -> Bool {
        state.withLock { state in
            let hasRoom = state.waiting.count < Self.maximumWaiting
            state.hadNoRoom = !hasRoom
            return hasRoom
        }
    }

    func append(_ block: [UInt8]) { change { $0.waiting.append(block) } }

    /// No more blocks come.
    func finish() { change { $0.isFinished = true } }

    /// The snapshot is not wanted any more; what was written of it goes.
    func abandon() { change { $0.isAbandoned = true } }

    private func change(_ body: (inout State) -> Void) {
        let mustStart = state.withLock { state in
            body(&state)
            defer { state.isWorking = true }
            return !state.isWorking
        }
        if mustStart { pool.submit { [self] poolState in if case .active = poolState { work() } } }
    }

    /// Writes all that waits, until nothing does.
    private func work() {
        while true {
            let (blocks, isLast, isAbandoned, mustTell) = state.withLock { state in
                let blocks = state.waiting
                state.waiting = []
                let mustTell = state.hadNoRoom
                state.hadNoRoom = false
                if blocks.isEmpty && !state.isFinished && !state.isAbandoned { state.isWorking = false }
                return (blocks, state.isFinished, state.isAbandoned, mustTell)
            }
            if isAbandoned { return discardFile() }
            if mustTell { roomMade() }
            if blocks.isEmpty && !isLast { return }
            do throws(FileError) {
                for block in blocks { try write(block) }
                if isLast { return ended(.success(try complete())) }
            } catch {
                discardFile()
                return ended(.failure(SnapshotFailure(error)))
            }
        }
    }

    private func write(_ block: [UInt8]) throws(FileError) {
        try output.withLock { output throws(FileError) in
            try open(&output)
            let head = SnapshotFormat.blockHeader(block, number: output.blocks, header: headerChecksum)
            try Self.append(head, to: &output)
            try Self.append(block, to: &output)
            output.blocks += 1
        }
    }

    private func open(_ output: inout Output) throws(FileError) {
        guard output.file == nil else { return }
        output.file = try File(path: directory.temporaryFile, flags: O_WRONLY | O_CREAT | O_TRUNC)
        try Self.append(headerBytes, to: &output)
    }

    private static func append(_ bytes: [UInt8], to output: inout Output) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) { try output.file?.writeAll(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        output.byteCount += bytes.count
    }

    private func complete() throws(FileError) -> WrittenSnapshot {
        let byteCount = try output.withLock { output throws(FileError) in
            try open(&output)
            let footer = SnapshotFormat.footer(
                blocks: output.blocks, byteCount: UInt64(output.byteCount), header: headerChecksum)
            try Self.append(footer, to: &output)
            try output.file?.sync()
            output.file = nil
            return output.byteCount
        }
        let slot = header.metadata.applied
        try FileSystem.rename(directory.temporaryFile, to: directory.file(of: slot))
        try FileSystem.syncDirectory(directory.path)
        var written = WrittenSnapshot(slot: slot, byteCount: byteCount)
        do throws(FileError) {
            try directory.prune(keeping: kept, sparing: slot)
        } catch {
            written.pruneFailure = SnapshotFailure(error)
        }
        return written
    }

    private func discardFile() {
        output.withLock { $0.file = nil }
        try? directory.removeUnfinished()
    }
}

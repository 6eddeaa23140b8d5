#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeNode
import NIOPosix
import PaxosBase
import Synchronization

/// A snapshot file that is whole and durable under its name.
struct WrittenFile: Hashable, Sendable {
    let slot: Slot
    let byteCount: Int
    /// Why older ones could not be removed, if so: that does not make this one worse.
    var pruneFailure: SnapshotFailure?
}

extension SnapshotFailure {
    init(_ error: FileError) { self.init(reason: "\(error.operation) \(error.path): \(error.reason)") }
}

/// Writes one snapshot file on a thread that may wait for the disk, while the replica's loop walks the machine.
///
/// How many blocks may wait in memory is the node core's to say; it is told what was written. The file is complete under its name or not there: it is written under another, synced, renamed, and the directory is synced.
final class SnapshotWriter: Sendable {
    private struct State {
        var waiting: [[UInt8]] = []
        var isFinished = false
        var isAbandoned = false
        var isWorking = false
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
    /// Called with the number of blocks that were written since the last call.
    private let wrote: @Sendable (Int) -> Void
    /// Called once, unless the snapshot was abandoned.
    private let ended: @Sendable (Result<WrittenFile, SnapshotFailure>) -> Void

    init(
        directory: SnapshotDirectory, header: SnapshotHeader, kept: Int, pool: NIOThreadPool,
        wrote: @escaping @Sendable (Int) -> Void,
        ended: @escaping @Sendable (Result<WrittenFile, SnapshotFailure>) -> Void
    ) {
        self.directory = directory
        self.header = header
        self.kept = kept
        self.pool = pool
        self.wrote = wrote
        self.ended = ended
        (headerBytes, headerChecksum) = SnapshotFormat.encode(header)
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
            let (blocks, isLast, isAbandoned) = state.withLock { state in
                let blocks = state.waiting
                state.waiting = []
                if blocks.isEmpty && !state.isFinished && !state.isAbandoned { state.isWorking = false }
                return (blocks, state.isFinished, state.isAbandoned)
            }
            if isAbandoned { return discardFile() }
            if blocks.isEmpty && !isLast { return }
            do throws(FileError) {
                for block in blocks { try write(block) }
                if !blocks.isEmpty { wrote(blocks.count) }
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

    private func complete() throws(FileError) -> WrittenFile {
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
        var written = WrittenFile(slot: slot, byteCount: byteCount)
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

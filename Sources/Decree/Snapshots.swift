import Logging
import NIOCore
import PaxosBase
import PaxosLog

/// When the next snapshot is due, and the one that is being taken.
struct Snapshots<Machine: StateMachine & SendableMetatype> {
    struct Running {
        var walk: Machine.SnapshotWalk?
        let writer: SnapshotWriter
        /// Every slot up to here is in it. It comes to its name only when the journal holds them as chosen: else a crash
        /// could leave a node that has applied what its journal has no record of.
        let covers: Slot
        /// The writer was told that no more comes.
        var isFinished = false
        let began: Instant
    }

    let directory: SnapshotDirectory
    let policy: SnapshotPolicy
    var newest: WrittenSnapshot?
    /// Journal bytes above the newest snapshot when the node started.
    var bytesAtStart: Int
    /// What the journal had written when the newest snapshot was taken.
    var writtenAtSnapshot = 0
    var running: Running?
    var isRequested = false
    /// Not before then, after a failure.
    var notBefore = Instant.zero
    /// When to look at the journal's growth again.
    var nextLook = Instant.zero
    /// The writer has room, or nobody knows.
    var mayHaveRoom = true

    init(directory: SnapshotDirectory, policy: SnapshotPolicy, newest: WrittenSnapshot?, bytesAtStart: Int) {
        self.directory = directory
        self.policy = policy
        self.newest = newest
        self.bytesAtStart = bytesAtStart
    }

    /// At once, while there is something to walk and room for it.
    var nextDeadline: Instant { running?.walk != nil && mayHaveRoom ? .zero : .distantFuture }

    /// How large the journal may grow until a snapshot is due.
    var allowance: Int { max(policy.minimumJournalBytes, newest?.byteCount ?? 0) }
}

// Taking snapshots beside running writes: a block at a time on the loop, the file on another thread.
extension ReplicaLoop {
    /// How often the journal is asked how much it wrote.
    private var lookInterval: TimeSpan { .milliseconds(100) }

    func advanceSnapshot() {
        if snapshots.running?.walk != nil { return walkSnapshot() }
        finishSnapshot()
        guard lifecycle.isFormed, !lifecycle.isStopping, snapshots.running == nil else { return }
        guard snapshots.isRequested || now >= snapshots.nextLook else { return }
        // The machine has to stand where the replica says that it does.
        guard effects.applies.isEmpty else { return }
        snapshots.nextLook = now + lookInterval
        let growth = snapshots.bytesAtStart + Int(journal.statistics.bytesWritten) - snapshots.writtenAtSnapshot
        status.snapshot.journalBytesSince = growth
        guard snapshots.isRequested || growth > snapshots.allowance, now >= snapshots.notBefore else { return }
        guard replica.applied > snapshots.newest?.slot ?? .zero else { return snapshots.isRequested = false }
        beginSnapshot()
    }

    private func beginSnapshot() {
        snapshots.isRequested = false
        let needed = (snapshots.newest?.byteCount ?? 0) + snapshots.policy.reservedDiskBytes
        if let free = FileSystem.freeBytes(snapshots.directory.path), free < needed {
            return noteFailure("the disk has \(free >> 20) MiB free, and \(needed >> 20) may be needed")
        }
        let header = SnapshotHeader(
            clusterID: cluster.clusterID, group: replica.group, metadata: replica.snapshotMetadata(),
            digest: machine.digest)
        let inbox = inbox
        let writer = SnapshotWriter(
            directory: snapshots.directory, header: header, kept: snapshots.policy.kept, pool: files,
            roomMade: { inbox.post(.snapshotProgress) }, ended: { inbox.post(.snapshotEnded($0)) })
        snapshots.writtenAtSnapshot = Int(journal.statistics.bytesWritten)
        snapshots.bytesAtStart = 0
        snapshots.running = .init(
            walk: machine.beginSnapshot(), writer: writer, covers: header.metadata.applied, began: now)
        status.snapshot.isRunning = true
        logger.info("snapshot begins", metadata: ["slot": "\(header.metadata.applied)"])
    }

    private func walkSnapshot() {
        guard let writer = snapshots.running?.writer else { return }
        let end = MonotonicClock.now() + settings.querySlice
        repeat {
            snapshots.mayHaveRoom = writer.hasRoom()
            guard snapshots.mayHaveRoom else { return }
            guard let block = machine.nextBlock(of: &snapshots.running!.walk!) else {
                snapshots.running?.walk = nil
                needsMaintenance = true
                return finishSnapshot()
            }
            writer.append(block)
        } while MonotonicClock.now() < end
    }

    /// Lets a walked snapshot come to its name once the journal holds all that it covers.
    private func finishSnapshot() {
        guard let running = snapshots.running, running.walk == nil, !running.isFinished,
            replica.durableWatermark >= running.covers
        else { return }
        snapshots.running?.isFinished = true
        running.writer.finish()
    }

    /// Lets go of what a walk pins.
    private func abandonWalk(of running: Snapshots<Machine>.Running) {
        guard let walk = running.walk else { return }
        machine.abandon(walk)
        needsMaintenance = true
    }

    func snapshotEnded(_ result: Result<WrittenSnapshot, SnapshotFailure>) {
        guard let running = snapshots.running else { return }
        abandonWalk(of: running)
        snapshots.running = nil
        status.snapshot.isRunning = false
        switch result {
        case .success(let written):
            snapshots.newest = written
            noteSuccess(written, took: now.since(running.began))
            step(.snapshotWritten(through: written.slot))
        case .failure(let failure): noteFailure(failure.reason)
        }
    }

    private func noteSuccess(_ written: WrittenSnapshot, took duration: TimeSpan) {
        status.snapshot.slot = written.slot
        status.snapshot.byteCount = written.byteCount
        status.snapshot.taken += 1
        status.snapshot.lastDuration = duration
        logger.info(
            "snapshot written",
            metadata: [
                "slot": "\(written.slot)", "MiB": "\(written.byteCount >> 20)", "took": "\(duration.forPeople)",
            ])
        if let failure = written.pruneFailure {
            logger.warning("older snapshots could not be removed: \(failure.reason)")
        }
    }

    private func noteFailure(_ reason: String) {
        snapshots.notBefore = now + snapshots.policy.retryDelay
        snapshots.isRequested = true
        status.snapshot.failures += 1
        logger.error(
            "no snapshot could be written, the journal keeps growing: \(reason)",
            metadata: ["next try in": "\(snapshots.policy.retryDelay.forPeople)"])
    }

    func abandonSnapshot() {
        guard let running = snapshots.running else { return }
        abandonWalk(of: running)
        running.writer.abandon()
        snapshots.running = nil
    }
}

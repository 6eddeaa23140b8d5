import DecreeJournal
import DecreeNode
import DecreeWire
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog

/// A machine on its way to the loop that will own it; touched on that loop only.
final class MachineBox<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
    private var content: Machine?

    init(_ machine: Machine) { content = machine }

    var machine: Machine {
        get { content! }
        _modify { yield &content! }
        set { content = newValue }
    }

    /// Takes the machine out: from then on its new owner holds the only copy.
    func take() -> Machine { content.take()! }
}

/// What a start finds on disk: the newest usable snapshot, restored into the machine, and the journal above it.
///
/// Reading and checking the snapshot, restoring it and scanning the journal overlap: three threads for the three.
struct Recovery<Machine: StateMachine & SendableMetatype>: Sendable {
    let loop: any EventLoop
    let files: NIOThreadPool
    let directory: DataDirectory
    let identity: Identity
    let cluster: ClusterDescription
    let settings: NodeSettings
    let logger: Logger
    let makeMachine: @Sendable () -> Machine

    static var group: GroupID { GroupID(1) }

    struct Restored: Sendable {
        let box: MachineBox<Machine>
        let plan: RestorePlan
    }

    private var snapshots: SnapshotDirectory { SnapshotDirectory(path: directory.snapshotsPath) }

    // MARK: Snapshots

    /// Restores the newest snapshot that is whole.
    func restoreSnapshot() async throws -> Restored {
        let makeMachine = makeMachine
        let box = try await loop.submit { MachineBox(makeMachine()) }.get()
        var plan = RestorePlan(slots: try snapshots.slots())
        while let slot = plan.next {
            do {
                let (metadata, byteCount) = try await restore(slot, into: box)
                plan.restored(metadata, byteCount: byteCount)
                break
            } catch SnapshotFormat.Finding.newerFormat(let found) {
                throw NodeError.newerFormat(
                    path: snapshots.file(of: slot), found: found, supported: SnapshotFormat.version)
            } catch SnapshotFormat.Finding.newerContent(let reason) {
                throw NodeError.newerContent(path: snapshots.file(of: slot), reason: reason)
            } catch SnapshotFormat.Finding.damaged(let reason) {
                plan.skip(reason, isDamaged: true)
            } catch let error as SnapshotError {
                plan.skip(error.description, isDamaged: true)
            } catch let error as FileError {
                plan.skip(error.reason, isDamaged: false)
            }
            logger.warning(
                "a snapshot cannot be used, an older one is tried: \(plan.skipped.last?.reason ?? "")",
                metadata: ["slot": "\(slot)"])
        }
        if plan.needsNewMachine { try await loop.submit { box.machine = makeMachine() }.get() }
        return Restored(box: box, plan: plan)
    }

    private func restore(
        _ slot: Slot, into box: MachineBox<Machine>
    ) async throws -> (SnapshotMetadata, byteCount: Int) {
        let path = snapshots.file(of: slot)
        let reader = try await files.runIfActive { try SnapshotReader(path: path) }
        try check(reader.header, slot: slot)
        try await loop.submit { box.machine.beginRestore() }.get()
        var byteCount = 0
        var chunk = try await files.runIfActive { try reader.next() }
        while true {
            let current = chunk
            async let restored: Void = loop.submit { try Self.restore(current, into: box) }.get()
            if current.isLast {
                try await restored
                break
            }
            chunk = try await files.runIfActive { try reader.next() }
            try await restored
            byteCount += current.memory.count
        }
        byteCount += chunk.blocks.last?.upperBound ?? 0
        let digest = reader.header.digest
        try await loop.submit {
            try box.machine.endRestore()
            guard box.machine.digest == digest else {
                throw SnapshotError("the restored state has another digest than the one that was saved")
            }
        }.get()
        return (reader.header.metadata, byteCount)
    }

    private static func restore(_ chunk: SnapshotChunk, into box: MachineBox<Machine>) throws {
        for range in chunk.blocks { try box.machine.restore(chunk.block(range)) }
    }

    private func check(_ header: SnapshotHeader, slot: Slot) throws {
        guard header.clusterID == cluster.clusterID else {
            throw NodeError.otherCluster(
                directory: directory.path, found: header.clusterID, expected: cluster.clusterID)
        }
        guard header.metadata.applied == slot, header.group == Self.group else {
            throw SnapshotFormat.Finding.damaged("the header names slot \(header.metadata.applied)")
        }
    }

    // MARK: Journal

    struct OpenedJournal: Sendable {
        let journal: Journal
        let durable: DurableState
        let summary: RecoverySummary
        let tornTail: TornTail?
        /// Nil when there was no journal before.
        let endedCleanly: Bool?
    }

    /// Opens the journal and folds what it holds.
    func openJournal(inbox: Inbox<Machine>) throws -> OpenedJournal {
        let onFault = settings.onFault
        var journalSettings = Journal.Settings { onFault(.journalFailed($0)) }
        journalSettings.core = settings.journalOptions
        journalSettings.syncs = settings.syncsToDisk
        journalSettings.onTrouble = { [logger] in logger.error("\($0)") }
        settings.adjustJournal(&journalSettings)
        let owner = JournalIdentity(
            cluster: ClusterID(identity.clusterID), node: identity.node, store: identity.store)
        let (journal, recovered) = try Journal.open(
            directory: directory.journalPath, identity: owner, settings: journalSettings,
            onDurable: { writes in for write in writes { inbox.post(written: write.id) } },
            onFull: { inbox.post(NodeEvent.journalFull($0)) })
        let durable = recovered.state(of: Self.group)
        return OpenedJournal(
            journal: journal, durable: durable, summary: recovered.summary, tornTail: recovered.tornTail,
            endedCleanly: recovered.isNew ? nil : recovered.endedCleanly)
    }

    /// Whether snapshot and journal together hold all that is known to be chosen; the rule is the node core's.
    func check(_ restored: Restored, _ opened: OpenedJournal) throws(NodeError) {
        let start = GroupStart(
            number: Self.group, durable: opened.durable, snapshot: restored.plan.snapshot, seed: 0)
        do throws(RestoreFinding) { try start.check(identity: identity, members: cluster.nodes) } catch {
            throw nodeError(error, skipped: restored.plan.skipped)
        }
    }

    private func nodeError(_ finding: RestoreFinding, skipped: [RestorePlan.Skipped]) -> NodeError {
        switch finding {
        case .journalIsGone:
            return .damaged(
                path: directory.journalPath, reason: "the journal is gone, and with it what this node promised")
        case .snapshotTooOld(let reach, let trimmed):
            let reasons = skipped.map { "\($0.slot): \($0.reason)" }.joined(separator: "; ")
            return .snapshotUnusable(
                directory: directory.snapshotsPath,
                reason:
                    "the journal begins behind slot \(trimmed), and the newest whole snapshot ends at \(reach)"
                    + "\(reasons.isEmpty ? "" : " (\(reasons))"); replace this member")
        case .gap(let slot, let watermark):
            return .damaged(
                path: directory.journalPath,
                reason: "slot \(slot) is missing, though all up to \(watermark) were chosen and written")
        case .membersDiffer(let recorded):
            return .memberListDiffers(directory: directory.path, recorded: recorded, given: cluster.nodes)
        }
    }

    /// Removes what an interrupted snapshot left, now that the node may start: a start that is refused changes nothing.
    func removeUnfinished() throws(FileError) { try snapshots.removeUnfinished() }

    /// Sees to it that snapshots which turned out to be damaged count no more, now that the node starts without them.
    func setAside(_ damaged: [Slot]) {
        for slot in damaged {
            do throws(FileError) { try snapshots.setAside(slot) } catch {
                logger.warning("a damaged snapshot cannot be set aside: \(error.reason)")
            }
        }
    }
}

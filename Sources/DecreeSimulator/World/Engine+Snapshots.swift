import DecreeNode
import PaxosBase
import PaxosLog

// Snapshots on virtual disks: written block by block under no name, synced, and then named in one step.
extension Engine {
    /// What the node core wants done for a snapshot.
    func carryOut(_ effect: SnapshotEffect, of node: SimulatedNode) {
        switch effect {
        case .begin(let group, let metadata, let digest):
            node.groups[Self.place(of: group)].unfinished = UnfinishedSnapshot(metadata: metadata, digest: digest)
        case .append(let group, let block):
            node.groups[Self.place(of: group)].unfinished?.waiting.append(block)
            planSnapshotStep(node, Self.place(of: group))
        case .finish(let group):
            node.groups[Self.place(of: group)].unfinished?.isFinishing = true
            planSnapshotStep(node, Self.place(of: group))
        case .abandon(let group): node.groups[Self.place(of: group)].unfinished = nil
        }
    }

    private func planSnapshotStep(_ node: SimulatedNode, _ place: Int) {
        let disk = isHealed ? plan.calmDisk : plan.disk
        let span = TimeSpan(nanoseconds: disk.delay.nanoseconds + diskChoices.below(disk.jitter.nanoseconds))
        schedule.plan(
            Occurrence(.snapshotStep, node: node.index, life: node.life, number: UInt64(place)), after: span)
    }

    /// The disk is done with a block, or with the whole.
    func snapshotDone(_ node: SimulatedNode, _ place: Int) {
        let group = Self.group(at: place)
        guard node.groups[place].unfinished != nil else { return }
        if node.isDiskFull {
            node.groups[place].unfinished = nil
            return step(node, .snapshotEnded(group, .failure(SnapshotFailure(reason: "the disk is full"))))
        }
        if let block = node.groups[place].unfinished?.waiting.popFirst() {
            node.groups[place].unfinished?.blocks.append(block)
            return step(node, .snapshotBlocksWritten(group, 1))
        }
        guard let unfinished = node.groups[place].unfinished, unfinished.isFinishing else { return }
        node.groups[place].unfinished = nil
        keep(unfinished.stored, place, of: node)
        let written = WrittenSnapshot(slot: unfinished.metadata.applied, byteCount: unfinished.stored.byteCount)
        step(node, .snapshotEnded(group, .success(written)))
    }

    /// A snapshot takes effect: it has its name, and the oldest beyond what is kept goes.
    func keep(_ stored: StoredSnapshot, _ place: Int, of node: SimulatedNode) {
        let known = node.groups[place].durable.watermark
        if stored.metadata.applied > known {
            findings.report(
                .durability,
                "a snapshot of \(node.id) covers \(stored.metadata.applied), its journal holds \(known) as chosen")
        }
        node.groups[place].snapshots.insert(stored, at: 0)
        let kept = plan.limits.snapshots.kept
        if node.groups[place].snapshots.count > kept { node.groups[place].snapshots.removeLast() }
    }
}

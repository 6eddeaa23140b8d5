import DecreeJournal
import PaxosBase
import PaxosLog

// Nodes stop and start again with what their disks held.
extension Engine {
    /// The power of a node fails.
    func crash(_ node: SimulatedNode) {
        faults[.crash] += 1
        switch node.disk.crash(&diskRandom) {
        case .nothingUnderWay, .allKept: break
        case .allLost: faults[.unsyncedLost] += 1
        case .torn:
            faults[.unsyncedLost] += 1
            faults[.tornTail] += 1
        }
        node.life += 1
        node.process = nil
        node.effects = Effects()
        node.underWay.removeAll()
        node.loads.removeAll()
        node.isPaused = false
        node.postponed = []
        node.isGathering = false
        node.openQuestions = 0
        node.isWritingSnapshot = false
        node.plannedWake = .max
        node.seenLeader = nil
    }

    /// A node reads its journal.
    /// - Returns: What the journal recovered; nil when it cannot be read, which is a finding.
    func readJournal(of node: SimulatedNode) -> RecoveredJournal? {
        do throws(JournalError) {
            var recovery = JournalRecovery(identity: journalIdentity(of: node), options: journalOptions)
            for segment in node.disk.segments {
                try segment.bytes.withBytes { bytes throws(JournalError) in
                    try recovery.scan(segment.number, bytes)
                }
            }
            return try recovery.finish()
        } catch {
            checkers.findings.report(.durability, "the journal of \(node.id) cannot be read: \(error)")
            return nil
        }
    }

    /// A node begins a life with what its journal gave back.
    func start(_ node: SimulatedNode, _ recovered: RecoveredJournal) {
        if node.life > 0 { faults[.restart] += 1 }
        var state = recovered.state(of: Self.group)
        self.recovered(state, at: node)
        let durable = state
        if let snapshot = node.snapshot {
            sights[.startedFromSnapshot] += 1
            checkers.covered(by: snapshot.metadata.applied, trimmed: state.trimmed, node.id)
        }
        if flaws.contains(.promiseLostOnRestart) { state.forgetPromise() }
        var replica = Replica(
            node: node.id, group: Self.group, configuration: configuration, durable: state,
            snapshot: node.snapshot?.metadata, settings: plan.replica, seed: replicaRandom.next(), now: clock(node))
        replica.flaws = flaws
        node.process = Process(replica: replica, journal: recovered.core)
        checkers.monotone.restarted(
            node.index, promised: replica.promised, watermark: replica.watermark, durable: durable, &checkers.findings)
        node.seenWatermark = replica.watermark
        step(node, .freeSpace(freeSpace(of: node)))
        step(node, JournalEvent.opened)
        planWake(node)
    }
}

extension Checkers {
    /// What the journal dropped must be in the snapshot.
    func covered(by snapshot: Slot, trimmed: Slot, _ node: NodeID) {
        guard trimmed > snapshot else { return }
        findings.report(.durability, "\(node) trimmed up to \(trimmed), its snapshot ends at \(snapshot)")
    }
}

import DecreeJournal
import PaxosBase
import PaxosLog

// A journal is opened before its node does anything: what was found may be in memory only.

/// A journal that holds, on stable storage, what recovery found.
struct OpenedJournal {
    var core: JournalCore
    /// What it wants done once its node runs.
    var effects: [JournalEffect] = []
}

extension Engine {
    /// Brings what recovery found to stable storage before anybody is told of it, as every host does.
    /// - Returns: Nil when the node's disk is full, or its power or a sync fails meanwhile.
    func open(_ recovered: RecoveredJournal, of node: SimulatedNode) -> OpenedJournal? {
        var journal = OpenedJournal(core: recovered.core)
        journal.core.flaws = flaws
        var waiting: [JournalEffect] = []
        journal.core.step(.freeSpace(freeSpace(of: node)), into: &waiting)
        journal.core.step(.opened, into: &waiting)
        while !waiting.isEmpty {
            let effect = waiting.removeFirst()
            switch effect {
            case .write(let segment, let offset, let bytes): node.disk.write(segment, offset: offset, bytes.joined)
            case .sync:
                guard survivesOpening(node) else { return nil }
                node.disk.synced()
                journal.core.step(.synced, into: &waiting)
            case .prepare(.anchor, let byteCount, _):
                guard !node.isDiskFull else { return nil }
                node.disk.begin(.prepare(.anchor, byteCount: byteCount, recycling: nil))
                _ = node.disk.finishFileOperation()
                journal.core.step(.prepared(.anchor), into: &waiting)
            default: journal.effects.append(effect)
            }
        }
        node.endedCleanly = false
        for place in node.groups.indices { self.recovered(recovered.state(of: Self.group(at: place)), place, at: node) }
        return journal
    }

    /// Another crash may come before the sync has ended.
    private func survivesOpening(_ node: SimulatedNode) -> Bool {
        if failsSync() {
            faults[.syncFailure] += 1
            node.disk.syncFailed()
            node.disk.processEnds(&pageChoices)
        } else if !isHealed, pageChoices.chance(plan.faults.openingPercent, in: 100) {
            if pageChoices.chance(plan.faults.killPercent, in: 100) {
                node.disk.processEnds(&pageChoices)
            } else {
                _ = node.disk.crash(&pageChoices)
            }
        } else {
            return true
        }
        faults[.openingCrash] += 1
        return false
    }
}

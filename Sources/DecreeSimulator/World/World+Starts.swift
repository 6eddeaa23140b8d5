import DecreeJournal
import DecreeNode
import PaxosBase
import PaxosLog

// Nodes start, for the first time or again, from what their disks hold.
extension World {
    /// A node starts: it restores its snapshots and reads its journal.
    func restart(_ occurrence: Occurrence) {
        let node = engine.nodes[Int(occurrence.node)]
        guard occurrence.life == node.life, !node.isUp, !node.isGone, !node.isLost else { return }
        guard let recovered = engine.readJournal(of: node) else { return }
        var starts: [GroupStart] = []
        var restored: [Seat<Machine>] = []
        for place in node.groups.indices {
            var machine = makeMachine()
            let durable = engine.durableState(recovered, place, of: node)
            let snapshot = restore(node, place, into: &machine)
            guard violation == nil else { return }
            let start = GroupStart(
                number: Engine.group(at: place), durable: durable, snapshot: snapshot,
                seed: engine.replicaChoices.next()
            )
            guard let start = checked(start, node, place) else { return }
            starts.append(start)
            restored.append(Seat(machine, place: place, portCount: Self.portCount))
        }
        seats[node.index] = restored
        node.seats = restored
        engine.start(node, recovered, starts)
    }

    private func makeMachine() -> Machine {
        let machine = workload.makeMachine()
        guard !engine.flaws.isEmpty, var flawed = machine as? any FlawedMachine else { return machine }
        flawed.flaws = engine.flaws
        return flawed as? Machine ?? machine
    }

    /// Restores the newest snapshot that is whole; damaged ones are set aside.
    private func restore(
        _ node: SimulatedNode, _ place: Int, into machine: inout Machine
    ) -> GroupStart.RestoredSnapshot? {
        let hasDamaged = node.groups[place].snapshots.contains(where: \.isDamaged)
        node.groups[place].snapshots.removeAll(where: \.isDamaged)
        guard let stored = node.groups[place].snapshots.first else { return nil }
        if hasDamaged { engine.sights[.olderSnapshotUsed] += 1 }
        if let text = Self.restore(stored, into: &machine) {
            engine.findings.report(.durability, "\(node.id) cannot restore its snapshot: \(text)")
            return nil
        }
        engine.groupCheckers[place].digest.reached(
            stored.metadata.applied, machine.digest, by: node.id, engine.findings)
        if machine.digest != stored.digest {
            engine.findings.report(.digest, "\(node.id) restores another state than it saved")
        }
        return .init(metadata: stored.metadata, byteCount: stored.byteCount)
    }

    private static func restore(_ snapshot: StoredSnapshot, into machine: inout Machine) -> String? {
        do throws(SnapshotError) {
            machine.beginRestore()
            for block in snapshot.blocks {
                try block.withBytes { bytes throws(SnapshotError) in try machine.restore(bytes) }
            }
            try machine.endRestore()
            return nil
        } catch {
            return error.description
        }
    }

    /// Whether the node may start from what it found; one whose snapshot was damaged may have to be replaced.
    /// - Returns: Nil when it may not.
    private func checked(_ start: GroupStart, _ node: SimulatedNode, _ place: Int) -> GroupStart? {
        let members = engine.configuration.members
        do throws(RestoreFinding) {
            try start.check(identity: node.identity, members: members)
            return start
        } catch {
            if case .snapshotTooOld = error, engine.flaws.contains(.restoreSkipsGap) {
                return start.skippingGap(members: members)
            }
            engine.lose(node, error)
            return nil
        }
    }
}

extension Engine {
    /// A node refuses to start. Only a damaged snapshot explains that.
    func lose(_ node: SimulatedNode, _ finding: RestoreFinding) {
        guard node.wasDamaged else {
            return findings.report(.durability, "\(node.id) cannot start from a sound disk: \(finding)")
        }
        sights[.startRefused] += 1
        node.isLost = true
    }
}

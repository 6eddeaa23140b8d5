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
        guard let journal = engine.open(recovered, of: node) else { return engine.planRestart(node) }
        var starts: [GroupStart] = []
        var restored: [Seat<Machine>] = []
        for place in node.groups.indices {
            var machine = makeMachine()
            let durable = engine.durableState(recovered, place)
            let plan = restore(node, place, into: &machine)
            guard violation == nil else { return }
            let start = GroupStart(
                number: Engine.group(at: place), durable: durable, snapshot: plan.snapshot,
                seed: engine.replicaChoices.next()
            )
            guard let start = checked(start, node, place) else { return }
            let damaged = plan.damaged
            node.groups[place].snapshots.removeAll { damaged.contains($0.metadata.applied) }
            starts.append(start)
            let applied = plan.snapshot?.metadata.applied ?? .zero
            restored.append(Seat(machine, place: place, portCount: Self.portCount, applied: applied))
        }
        seats[node.index] = restored
        node.seats = restored
        openFronts(of: node)
        engine.start(node, journal, starts)
        if Self.hasPushes { subscribe(node) }
    }

    private func makeMachine() -> Machine {
        let machine = workload.makeMachine()
        guard !engine.flaws.isEmpty, var flawed = machine as? any FlawedMachine else { return machine }
        flawed.flaws = engine.flaws
        return flawed as? Machine ?? machine
    }

    /// Restores the newest snapshot that is whole.
    private func restore(_ node: SimulatedNode, _ place: Int, into machine: inout Machine) -> RestorePlan {
        let snapshots = node.groups[place].snapshots
        var plan = RestorePlan(slots: snapshots.map(\.metadata.applied))
        plan.flaws = engine.flaws
        while let slot = plan.next, let stored = snapshots.first(where: { $0.metadata.applied == slot }) {
            if let reason = Self.restore(stored, into: &machine) {
                plan.skip(reason, isDamaged: true)
                guard stored.isDamaged else {
                    engine.findings.report(.durability, "\(node.id) cannot restore its snapshot: \(reason)")
                    return plan
                }
            } else {
                restored(stored, node, place, machine)
                plan.restored(stored.metadata, byteCount: stored.byteCount)
            }
        }
        if plan.snapshot != nil, !plan.skipped.isEmpty { engine.sights[.olderSnapshotUsed] += 1 }
        if plan.needsNewMachine { machine = makeMachine() }
        return plan
    }

    private func restored(_ stored: StoredSnapshot, _ node: SimulatedNode, _ place: Int, _ machine: Machine) {
        engine.groupCheckers[place].digest.reached(
            stored.metadata.applied, machine.digest, by: node.id, engine.findings)
        if machine.digest != stored.digest {
            engine.findings.report(.digest, "\(node.id) restores another state than it saved")
        }
    }

    /// - Returns: What is wrong with it; nil when the machine holds it. Of a damaged one the machine gets a part first.
    private static func restore(_ snapshot: StoredSnapshot, into machine: inout Machine) -> String? {
        do throws(SnapshotError) {
            machine.beginRestore()
            let sound = snapshot.isDamaged ? (snapshot.blocks.count + 1) / 2 : snapshot.blocks.count
            for block in snapshot.blocks.prefix(sound) {
                try block.withBytes { bytes throws(SnapshotError) in try machine.restore(bytes) }
            }
            guard !snapshot.isDamaged else { return "a checksum does not match" }
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

import DecreeJournal
import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

// Nodes stop and start again with what their disks held.
extension Engine {
    /// The power of a node fails, or only its process ends.
    func crash(_ node: SimulatedNode, keepingPages: Bool = false) {
        if keepingPages || pageChoices.chance(plan.faults.killPercent, in: 100) {
            faults[.kill] += 1
            node.disk.processEnds(&pageChoices)
        } else {
            losePower(node)
            if !isHealed, node.process?.journal.isAnchored == true { damageJournal(of: node) }
        }
        crashFiles(of: node)
        node.forgetLife()
        hangUp(on: node)
    }

    private func losePower(_ node: SimulatedNode) {
        faults[.crash] += 1
        switch node.disk.crash(&diskChoices) {
        case .nothingUnderWay, .allKept: break
        case .allLost: faults[.unsyncedLost] += 1
        case .torn:
            faults[.unsyncedLost] += 1
            faults[.tornTail] += 1
        }
    }

    /// A file that was being replaced is the old one or the new one afterwards.
    private func crashFiles(of node: SimulatedNode) {
        if let identity = node.identityUnderWay {
            if diskChoices.chance(1, in: 2) { node.identity = identity }
            node.identityUnderWay = nil
            judgeVoters()
        }
        for place in node.groups.indices {
            if let unfinished = node.groups[place].unfinished, unfinished.isFinishing,
                unfinished.waiting.isEmpty, diskChoices.chance(1, in: 2)
            {
                keep(unfinished.stored, place, of: node)
            }
        }
        if !isHealed { damageDisk(of: node) }
    }

    // MARK: Lost disks

    /// The node cannot take part any more: it refused to start, or others know it with another disk.
    func isOut(_ node: SimulatedNode) -> Bool {
        node.isLost
            || nodes.contains { other in
                other.identity.store(of: node.id).map { $0 != node.identity.store } ?? false
            }
    }

    /// How many nodes may be lost for good: all but a quorum.
    private var maySpareAnother: Bool {
        nodes.count { isOut($0) || $0.hasDamage } < nodes.count - configuration.acceptQuorum
            && nodes.allSatisfy { $0.identity.formed != nil || isOut($0) }
    }

    /// Damages the newest segment, or the anchor. While something acknowledged is not anchored its loss may pass
    /// unnoticed, which no checker could tell from a fault of the journal.
    private func damageJournal(of node: SimulatedNode) {
        guard faultChoices.chance(plan.faults.journalDamagePercent, in: 100), !isOut(node), maySpareAnother,
            let newest = node.process?.journal.newestSegment
        else { return }
        let number = faultChoices.chance(3, in: 4) ? newest : .anchor
        let damages: [VirtualDisk.Damage] = [
            .zeroed, .garbled, .cut(byteCount: 0),
            .cut(byteCount: Int(faultChoices.below(UInt64(plan.disk.segmentBytes)))),
        ]
        faults[.journalDamaged] += 1
        node.disk.damage(number, damages[Int(faultChoices.below(UInt64(damages.count)))])
        node.isJournalDamaged = true
        node.wasDamaged = true
    }

    /// A node that stops closes its journal, if nothing is on its way.
    func closeJournal(of node: SimulatedNode) {
        guard node.process?.journal.isIdle == true else { return }
        step(node, JournalEvent.closing)
        node.disk.synced()
        step(node, JournalEvent.synced)
        node.endedCleanly = true
    }

    private func damageDisk(of node: SimulatedNode) {
        guard !isOut(node) else { return }
        if faultChoices.chance(plan.faults.wipePercent, in: 100) {
            guard maySpareAnother || isUnknown(node) else { return }
            faults[.diskWiped] += 1
            node.wipe(store: Self.store(node.index, node.life + 1))
            for checkers in groupCheckers { checkers.monotone.wiped(node.index) }
            judgeVoters()
        } else if faultChoices.chance(plan.faults.damagePercent, in: 100), maySpareAnother {
            let place = Int(faultChoices.below(UInt64(node.groups.count)))
            guard !node.groups[place].snapshots.isEmpty else { return }
            faults[.snapshotDamaged] += 1
            node.groups[place].snapshots[0].isDamaged = true
            node.wasDamaged = true
        }
    }

    /// Nobody has met the node yet, and it has formed no cluster.
    private func isUnknown(_ node: SimulatedNode) -> Bool {
        node.identity.formed == nil
            && !nodes.contains { other in
                other.process?.node.core.greeting.answers.contains { $0.node == node.id } == true
                    || other.identityUnderWay?.store(of: node.id) != nil || other.identity.store(of: node.id) != nil
            }
    }

    // MARK: Starting

    /// A node reads its journal.
    /// - Returns: What the journal recovered; nil when it cannot be read, which only damage explains.
    func readJournal(of node: SimulatedNode) -> RecoveredJournal? {
        do throws(JournalError) {
            let recovered = try recoverJournal(of: node)
            if recovered.endedCleanly {
                sights[.cleanEndFound] += 1
                if !node.endedCleanly {
                    findings.report(.durability, "the journal of \(node.id) takes a crash for a clean end")
                }
            }
            node.isJournalDamaged = false
            return recovered
        } catch {
            refuseJournal(of: node, error)
            return nil
        }
    }

    private func recoverJournal(of node: SimulatedNode) throws(JournalError) -> RecoveredJournal {
        var recovery = JournalRecovery(identity: journalIdentity(of: node), options: journalOptions)
        recovery.flaws = flaws
        for segment in node.disk.segments {
            try segment.bytes.withBytes { bytes throws(JournalError) in
                try recovery.scan(segment.number, bytes)
            }
        }
        return try recovery.finish()
    }

    private func refuseJournal(of node: SimulatedNode, _ error: JournalError) {
        guard node.isJournalDamaged else {
            return findings.report(.durability, "the journal of \(node.id) cannot be read: \(error)")
        }
        sights[.journalRefused] += 1
        node.isLost = true
    }

    /// What the journal holds of a group, as the node will see it.
    func durableState(_ recovered: RecoveredJournal, _ place: Int) -> DurableState {
        var state = recovered.state(of: Self.group(at: place))
        if flaws.contains(.promiseLostOnRestart) { state.forgetPromise() }
        return state
    }

    /// A node begins a life with what its disk gave back.
    func start(_ node: SimulatedNode, _ journal: OpenedJournal, _ starts: [GroupStart]) {
        if node.life > 0 { faults[.restart] += 1 }
        let greeting = Greeting(
            identity: node.identity, members: memberList, software: "", incarnation: starts[0].durable.incarnation.next)
        var core = NodeCore(
            greeting: greeting, groups: starts, replica: plan.replica, limits: plan.limits, at: clock(node))
        core.flaws = flaws
        core.greeting.flaws = flaws
        for place in core.groups.indices { core.groups[place].replica.flaws = flaws }
        let process = Process(core: core, journal: journal.core)
        node.process = process
        for place in 0..<plan.groupCount { noteStart(process.node.firstSight(place), place, at: node) }
        node.journalBytes = 0
        node.machineDeadline = clock(node)
        for effect in journal.effects { carryOut(effect, of: node) }
        process.node.open(at: clock(node))
        for peer in nodes where peer !== node { dial(node, peer.index) }
        endInput(node)
    }

    private func noteStart(_ replica: SeenReplica, _ place: Int, at node: SimulatedNode) {
        groupCheckers[place].monotone.restarted(
            node.index, promised: replica.promised, watermark: replica.watermark,
            durable: node.groups[place].durable, findings)
        groupCheckers[place].due.promised(node.index, replica.promised, at: now)
        if !node.groups[place].snapshots.isEmpty { sights[.startedFromSnapshot] += 1 }
    }
}

import DecreeJournal
import DecreeNode
import DecreeWire
import PaxosBase
import PaxosLog

// The real journal core on a virtual disk.
extension Engine {
    static let diskDoneWrite: UInt64 = 0
    static let diskDoneFile: UInt64 = 1
    private static let plentyOfRoom: UInt64 = 1 << 40

    var journalOptions: JournalOptions {
        var options = JournalOptions()
        options.segmentByteCount = plan.disk.segmentBytes
        options.maximumBatchByteCount = plan.disk.segmentBytes / 2
        options.spaceReserve = 1 << 20
        return options
    }

    func journalIdentity(of node: SimulatedNode) -> JournalIdentity {
        JournalIdentity(cluster: Self.cluster, node: node.id, store: node.identity.store)
    }

    /// Hands the batches of a turn to the journal, all at once.
    func write(_ node: SimulatedNode, _ batches: [JournalBatch]) {
        guard !batches.isEmpty, node.isUp else { return }
        for batch in batches {
            let place = Self.place(of: batch.group)
            for record in batch.records { look(at: record, place, writtenBy: node) }
            node.groups[place].underWay.append((batch.id, batch.records))
        }
        step(node, .append(batches))
    }

    private func look(at record: Record, _ place: Int, writtenBy node: SimulatedNode) {
        let checkers = groupCheckers[place]
        switch record {
        case .promised(let ballot):
            checkVoter(node)
            checkers.monotone.wrote(node.index, ballot, isAcceptance: false, findings)
        case .accepted(let slot, let ballot, let entry):
            checkVoter(node)
            checkers.monotone.wrote(node.index, ballot, isAcceptance: true, findings)
            let key = EntryKey(entry)
            checkers.agreement.proposed(slot, ballot, key, findings)
            checkers.logTime.proposed(key, at: now)
        default: break
        }
    }

    func step(_ node: SimulatedNode, _ event: JournalEvent) {
        guard let process = node.process else { return }
        // Reports of durability step the replica, which does not step the journal before its turn ends.
        var effects: [JournalEffect] = []
        swap(&effects, &journalEffects)
        process.journal.step(event, into: &effects)
        for effect in effects { carryOut(effect, of: node) }
        effects.removeAll(keepingCapacity: true)
        swap(&effects, &journalEffects)
    }

    func carryOut(_ effect: JournalEffect, of node: SimulatedNode) {
        switch effect {
        case .write(let segment, let offset, let bytes):
            let bytes = bytes.joined
            bytes.withUnsafeBytes { digest.combine($0) }
            node.journalBytes += bytes.count
            node.disk.write(segment, offset: offset, bytes)
        case .sync: planDisk(node, Self.diskDoneWrite)
        case .prepare(let segment, let byteCount, let recycling):
            node.disk.begin(.prepare(segment, byteCount: byteCount, recycling: recycling))
            planDisk(node, Self.diskDoneFile)
        case .remove(let segment):
            node.disk.begin(.remove(segment))
            planDisk(node, Self.diskDoneFile)
        case .durable(let writes): for write in writes { becameDurable(write, at: node) }
        case .full(let isFull):
            if isFull { faults[.diskFull] += 1 }
            step(node, .journalFull(isFull))
        case .ready: break
        }
    }

    private func planDisk(_ node: SimulatedNode, _ operation: UInt64) {
        let disk = isHealed ? plan.calmDisk : plan.disk
        var span = disk.delay.nanoseconds + diskChoices.below(disk.jitter.nanoseconds)
        if !isHealed, diskChoices.chance(disk.stallPerMille, in: 1_000) {
            faults[.diskStall] += 1
            span += disk.stall.nanoseconds
        }
        schedule.plan(
            Occurrence(.diskDone, node: node.index, life: node.life, number: operation),
            after: TimeSpan(nanoseconds: span))
    }

    /// The disk is done with what was begun.
    func diskDone(_ node: SimulatedNode, _ operation: UInt64) {
        if operation == Self.diskDoneWrite {
            guard !failsSync() else { return endWithoutSync(node) }
            node.disk.synced()
            step(node, .synced)
        } else if node.isDiskFull, let failed = node.disk.failFileOperationForLackOfRoom() {
            step(node, .prepareFailed(failed))
        } else {
            switch node.disk.finishFileOperation() {
            case .prepare(let segment, _, _): step(node, .prepared(segment))
            case .remove(let segment): step(node, .removed(segment))
            case nil: break
            }
        }
    }

    /// Whether the sync that ends now fails.
    func failsSync() -> Bool { !isHealed && pageChoices.chance(plan.disk.syncFailurePerMille, in: 1_000) }

    /// A node whose sync failed ends its process: nobody knows what the disk holds.
    private func endWithoutSync(_ node: SimulatedNode) {
        faults[.syncFailure] += 1
        node.disk.syncFailed()
        host.kill(node)
    }

    func freeSpace(of node: SimulatedNode) -> UInt64 { node.isDiskFull ? 0 : Self.plentyOfRoom }

    func setDiskFull(_ isFull: Bool, _ node: SimulatedNode) {
        node.isDiskFull = isFull
        guard node.isUp else { return }
        step(node, .freeSpace(freeSpace(of: node)))
    }

    /// Every write of a group up to `write` is on stable storage.
    private func becameDurable(_ write: DurableWrite, at node: SimulatedNode) {
        let place = Self.place(of: write.group)
        while let first = node.groups[place].underWay.first, first.id <= write.id {
            node.groups[place].underWay.popFirst()
            for record in first.records {
                node.groups[place].durable.absorb(record)
                if case .accepted(let slot, let ballot, let entry) = record {
                    accepted(slot, ballot, entry, place, at: node)
                }
            }
        }
        events += 1
        step(node, .written(write.group, write.id))
    }

    /// An acceptance is durable: the checkers learn of it, and so of what is chosen.
    private func accepted(_ slot: Slot, _ ballot: Ballot, _ entry: Entry, _ place: Int, at node: SimulatedNode) {
        let key = EntryKey(entry)
        let checkers = groupCheckers[place]
        guard let fact = checkers.durableQuorum.accepted(slot, ballot, key, entry, member: node.index) else { return }
        checkers.agreement.chosen(slot, fact.ballot, fact.key, findings)
        checkers.proposed.chosen(fact.entry, at: slot, findings)
        if entry == .noOp { sights[.noOpChosen] += 1 }
        if checkers.durableQuorum.ballotCount(slot) > 1 { sights[.slotAcceptedTwice] += 1 }
        if slot > Slot(1), checkers.durableQuorum.chosen(slot.previous) == nil { sights[.chosenOutOfOrder] += 1 }
    }

    /// What a journal gave back after a restart, and brought to the disk, must hold everything that was synced; it may hold more.
    func recovered(_ state: DurableState, _ place: Int, at node: SimulatedNode) {
        if let text = Self.missing(in: state, of: node.groups[place].durable) {
            findings.report(.durability, "the journal of \(node.id) lost what was synced: \(text)")
        }
        node.groups[place].durable = state
        for (slot, record) in state.slots.sorted(by: { $0.key < $1.key }) where !record.isLearned {
            accepted(slot, record.ballot, record.entry, place, at: node)
        }
    }

    private static func missing(in state: DurableState, of synced: DurableState) -> String? {
        if state.incarnation < synced.incarnation { return "\(synced.incarnation)" }
        if state.promised < synced.promised { return "the promise of \(synced.promised)" }
        if state.watermark < synced.watermark { return "the watermark \(synced.watermark)" }
        if state.trimmed < synced.trimmed { return "the trim mark \(synced.trimmed)" }
        for (slot, record) in synced.slots where slot > state.trimmed {
            guard let found = state.slots[slot] else { return "\(slot) of \(record.ballot)" }
            // A value that was learned takes the place of one that was accepted and lost.
            let isKept = found.entry == record.entry || found.ballot > record.ballot || found.isLearned
            if found.ballot < record.ballot || !isKept {
                return "\(slot) of \(record.ballot), found \(found.ballot)"
            }
        }
        return nil
    }

    /// A replica wants entries back that it keeps no longer in memory.
    func begin(_ load: GroupLoad, of node: SimulatedNode) {
        node.loads.append(load)
        let disk = isHealed ? plan.calmDisk : plan.disk
        let span = TimeSpan(nanoseconds: disk.delay.nanoseconds + diskChoices.below(disk.jitter.nanoseconds))
        schedule.plan(Occurrence(.loadDone, node: node.index, life: node.life), after: span)
    }

    /// The entries were read.
    func loadDone(_ node: SimulatedNode) {
        guard let process = node.process, let wanted = node.loads.popFirst() else { return }
        let (first, last) = (wanted.load.first, wanted.load.last)
        guard first <= last else { return }
        var load = process.journal.load(
            wanted.group, first...last, maximumByteCount: plan.replica.maximumBatchBytes)
        for extent in load.extents { node.disk.read(extent) { load.absorb(extent, $0) } }
        sights[.loadedFromJournal] += 1
        step(node, .loaded(wanted.group, first: first, load.entries, for: wanted.load.peer))
    }
}

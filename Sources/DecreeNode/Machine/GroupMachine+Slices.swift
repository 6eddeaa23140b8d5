import PaxosBase
import PaxosLog

/// What goes on behind a turn, a bounded piece at a time. The host advances each for as long as it has time for it.
public enum WorkSlice: CaseIterable, Sendable {
    /// First steps of queries that are ready, in the order in which they became so: most end with it.
    case firstSteps
    /// Queries that take longer, each in turn.
    case cursors
    /// The machine's housekeeping.
    case maintenance
    /// A snapshot is begun when it is due, walked, and finished.
    case snapshot
}

extension GroupMachine {
    /// Whether there is work of this kind now.
    private mutating func has(_ slice: WorkSlice, core: inout NodeCore, at now: Instant) -> Bool {
        switch slice {
        case .firstSteps: queries.counts.ready > 0
        case .cursors: queries.counts.cursors > 0
        case .maintenance: needsMaintenance
        case .snapshot: hasWalk || core.groups[place].snapshotNeedsMachine(at: now)
        }
    }

    /// The end of a turn: each kind of work that there is goes on by a slice, in the order of the kinds.
    /// - Parameter mayGoOn: Asked after the first step and every further one of a kind of which there is more, with their
    ///   number: whether its slice has room for another.
    public mutating func advanceSlices(
        core: inout NodeCore, at now: Instant, into effects: inout NodeEffects,
        while mayGoOn: (_ slice: WorkSlice, _ steps: Int) -> Bool
    ) {
        for slice in WorkSlice.allCases where has(slice, core: &core, at: now) {
            var steps = 1
            while advance(slice, core: &core, at: now, into: &effects), mayGoOn(slice, steps) { steps += 1 }
        }
    }

    /// Advances one kind of work by one bounded step.
    /// - Returns: Whether there is more of it that can be done at once.
    public mutating func advance(
        _ slice: WorkSlice, core: inout NodeCore, at now: Instant, into effects: inout NodeEffects
    ) -> Bool {
        switch slice {
        case .firstSteps: return beginQuery(core: &core, at: now)
        case .cursors: return advanceCursor(core: &core, at: now)
        case .maintenance:
            if needsMaintenance { needsMaintenance = machine.performMaintenance() }
            return needsMaintenance
        case .snapshot: return advanceSnapshot(core: &core, at: now, into: &effects)
        }
    }

    // MARK: Queries

    private mutating func beginQuery(core: inout NodeCore, at now: Instant) -> Bool {
        guard let query = queries.popReady() else { return false }
        switch machine.begin(query.query) {
        case .finished(let answer): self.answer(query.port, query.token, answer, &core.groups[place])
        case .unfinished(let cursor):
            guard queries.counts.cursors < core.limits.maximumCursors else {
                abandon(cursor)
                failQuery(query, .overloaded, &core.groups[place])
                break
            }
            let deadline = now + core.limits.queryTimeout
            queries.append(OpenCursor(port: query.port, token: query.token, cursor: cursor, deadline: deadline))
        }
        return queries.counts.ready > 0
    }

    private mutating func advanceCursor(core: inout NodeCore, at now: Instant) -> Bool {
        guard var open = queries.popCursor() else { return false }
        guard open.deadline > now else {
            abandon(open.cursor)
            core.groups[place].counters.queriesFailed &+= 1
            ports.complete(open.port, .failed(token: open.token, .timedOut))
            return queries.counts.cursors > 0
        }
        switch machine.advance(open.cursor) {
        case .finished(let answer):
            needsMaintenance = true
            self.answer(open.port, open.token, answer, &core.groups[place])
        case .unfinished(let cursor):
            open.cursor = cursor
            queries.append(open)
        }
        return queries.counts.cursors > 0
    }

    // MARK: Snapshots

    private mutating func advanceSnapshot(
        core: inout NodeCore, at now: Instant, into effects: inout NodeEffects
    ) -> Bool {
        let isEarly = core.has(.snapshotBeforeWatermark)
        if core.groups[place].snapshots.running == nil {
            if hasWalk, let walk = walk.take() { abandonWalk(walk) }
            guard core.lifecycle.takesPart, !core.lifecycle.isStopping else { return false }
            return considerSnapshot(core: &core, at: now, into: &effects)
        }
        guard hasWalk else {
            core.groups[place].finishSnapshot(into: &effects, isEarly: isEarly)
            return false
        }
        guard core.groups[place].snapshots.mayWalk else { return false }
        guard let block = machine.nextBlock(of: &walk!) else {
            walk = nil
            hasWalk = false
            needsMaintenance = true
            core.groups[place].snapshots.walked()
            core.groups[place].finishSnapshot(into: &effects, isEarly: isEarly)
            return false
        }
        core.groups[place].snapshots.handedOutBlock()
        effects.snapshots.append(.append(core.groups[place].number, block))
        return core.groups[place].snapshots.mayWalk
    }

    private mutating func abandonWalk(_ walk: Machine.SnapshotWalk) {
        hasWalk = false
        machine.abandon(walk)
        needsMaintenance = true
    }

    private mutating func considerSnapshot(
        core: inout NodeCore, at now: Instant, into effects: inout NodeEffects
    ) -> Bool {
        let applied = core.groups[place].applied
        guard core.groups[place].snapshots.isDue(applied: applied, at: now) else { return false }
        // What belongs to it, such as the time of the log, is known only for where the replica stands.
        guard core.groups[place].isMachineUpToDate || core.has(.snapshotAmidRest) else { return false }
        if let reason = core.groups[place].snapshots.lackOfRoom {
            core.groups[place].failSnapshot(reason, at: now, into: &effects)
            return false
        }
        walk = machine.beginSnapshot()
        hasWalk = true
        core.groups[place].snapshots.begin(covers: applied, at: now)
        core.groups[place].snapshotStatus.isRunning = true
        let (number, metadata) = (core.groups[place].number, core.groups[place].replica.snapshotMetadata())
        effects.snapshots.append(.begin(number, metadata, machine.digest))
        effects.notices.append(.snapshotBegan(number, applied))
        return true
    }
}

import PaxosBase
import PaxosLog

// The second half of a turn: what is chosen reaches the machine, and clients have their outputs.
extension GroupMachine {
    /// Applies what the turn brought, as much as is a bounded amount of work, and then carries out what became of requests
    /// otherwise, and looks at what is due. In this order: a query that is released now must see what was applied, and what
    /// was applied must have been pushed.
    ///
    /// What the machine leaves for the next turns is the *rest*. Until it is done the replica hands out nothing more, and
    /// all that asks where the log stands (queries behind a barrier, snapshots, what is due) waits for it. Between two
    /// turns that apply of it lies one that does not, so that nobody waits for more than one such piece.
    public mutating func endTurn(core: inout NodeCore, at now: Instant, into effects: inout NodeEffects) {
        while applyNext(core: &core, into: &effects) != nil {}
        if isPushing { handOutPushes(core: &core) }
        settleOutcomes(core: &core, into: &effects)
        if due.isOpen, !core.groups[place].isMachineBehind { advanceDue(core: &core, at: now) }
    }

    /// Applies the next slots: the rest of former turns, or what this turn brought.
    /// - Parameter limit: How many slots at most; fewer only for checks that want to look at the state in between.
    /// - Returns: The last slot that is applied now; nil when there was none to apply, or the machine has done enough.
    package mutating func applyNext(
        upTo limit: Int = .max, core: inout NodeCore, into effects: inout NodeEffects
    ) -> Slot? {
        if applying.hasTurnEnded { applying.beginTurn() }
        guard !applying.hasStopped else { return nil }
        if !applying.hasRest {
            let applies = core.groups[place].effects.applies
            guard applying.taken < applies.count else { return nil }
            let end = limit < applies.count - applying.taken ? applying.taken + limit : applies.count
            gather(applies[applying.taken..<end], core: &core)
            applying.taken = end
        }
        if applying.hasRest { applyGathered(core: &core) }
        applying.hasStopped = applying.hasRest
        core.groups[place].stands = applying.stands
        if !applying.hasRest, let halt = applying.halt.take() { carryOut(halt, core: &core, into: &effects) }
        return applying.stands
    }

    private mutating func gather(_ applies: ArraySlice<Apply>, core: inout NodeCore) {
        applying.begin()
        for apply in applies {
            applying.last = apply.slot
            switch apply.action {
            case .skip: continue
            case .command(let payload, let token):
                if let token, !long.isIdle { long.ended(token) }
                let waiter = token.flatMap { core.groups[place].waiters.take($0) }
                if let waiter {
                    applying.waiters.append(waiter)
                } else if token == DueCommands.token {
                    due.settled(isApplied: true)
                }
                applying.chosen.append(
                    ChosenCommand(slot: apply.slot, time: apply.time, payload: payload, isAwaited: waiter != nil))
            case .halt(let kind):
                applying.last = apply.slot.previous
                applying.halt = Halt(kind: kind, slot: apply.slot)
            }
        }
    }

    /// One call of the machine, which yields an output for each waiter whose command it did, in order.
    private mutating func applyGathered(core: inout NodeCore) {
        if !applying.outputs.isEmpty { applying.outputs.removeAll(keepingCapacity: true) }
        let count = machine.apply(applying.chosen, from: applying.done, into: &applying.outputs)
        due.next = machine.nextDue
        let awaited = applying.awaited(amongNext: count)
        invariant(
            applying.outputs.count == awaited,
            "the machine yields one output for each awaited command: \(applying.outputs.count) for \(awaited)")
        if core.has(.outputOfAnother) {
            applying.waiters[applying.answered..<applying.answered + awaited].reverse()
        }
        let first = core.has(.outputsFromTheFront) ? 0 : applying.answered
        for index in 0..<awaited {
            let waiter = applying.waiters[first + index]
            ports.complete(waiter.port, .output(token: waiter.token, applying.outputs[index]))
        }
        core.groups[place].counters.commandsApplied &+= UInt64(count)
        applying.did(count, answering: awaited)
        if core.has(.restForgotten) { applying.forgetRest() }
        needsMaintenance = true
    }

    private mutating func settleOutcomes(core: inout NodeCore, into effects: inout NodeEffects) {
        core.groups[place].machineTook(applying.taken, hasRest: applying.hasRest)
        applying.endTurn()
        guard !core.groups[place].effects.outcomes.isEmpty else { return }
        let waits = core.groups[place].isMachineBehind && !core.has(.readBeforeRest)
        var outcomes: [Outcome] = []
        swap(&outcomes, &core.groups[place].effects.outcomes)
        for outcome in outcomes {
            if waits, case .readReady = outcome {
                core.groups[place].effects.outcomes.append(outcome)
            } else {
                settle(outcome, group: &core.groups[place], into: &effects)
            }
        }
        guard core.groups[place].effects.outcomes.isEmpty else { return }
        outcomes.removeAll(keepingCapacity: true)
        swap(&outcomes, &core.groups[place].effects.outcomes)
    }

    private mutating func settle(_ outcome: Outcome, group: inout GroupCore, into effects: inout NodeEffects) {
        switch outcome {
        case .readReady(DueCommands.barrier): due.barrierEnded(isReached: true)
        case .readFailed(DueCommands.barrier), .readLags(DueCommands.barrier): due.barrierEnded(isReached: false)
        case .readReady(let token): queries.release(token)
        case .readFailed(let token):
            group.counters.barriersFailed &+= 1
            for query in queries.fail(token) { failQuery(query, .noLeader, &group) }
        case .readLags(let token):
            group.counters.barriersFailed &+= 1
            for query in queries.fail(token) { failQuery(query, .lagging, &group) }
        case .rejected(let token, .overloaded): failCommand(token, .overloaded, &group)
        case .rejected(let token, .journalFull): failCommand(token, .journalFull, &group)
        case .unknown(let token): failCommand(token, .unknownOutcome, &group)
        case .leaderChanged(let ballot):
            group.counters.leaderChanges &+= 1
            effects.notices.append(.leaderChanged(group.number, ballot))
        }
    }

    private mutating func failCommand(_ number: UInt64, _ failure: RequestFailure, _ group: inout GroupCore) {
        guard number != DueCommands.token else { return due.settled(isApplied: false) }
        if !long.isIdle { long.ended(number) }
        guard let waiter = group.waiters.take(number) else { return }
        failCommand(waiter, failure, &group)
    }

    /// An entry of a kind that this version does not know: applying on would make this node differ from those that do.
    /// What the machine's clients wait for may be chosen already, and nodes of the newer version apply it.
    private mutating func carryOut(_ halt: Halt, core: inout NodeCore, into effects: inout NodeEffects) {
        core.groups[place].isHalted = true
        effects.notices.append(.halted(core.groups[place].number, halt.slot, kind: halt.kind))
        for waiter in core.groups[place].waiters.takeAll() { failCommand(waiter, .unknownOutcome, &core.groups[place]) }
        for query in queries.takeBarriers() { failQuery(query, .halted, &core.groups[place]) }
    }

    /// The node ends: everybody who waits is told, and nothing is pinned any more.
    public mutating func end(core: inout NodeCore) {
        for waiter in applying.openWaiters { failCommand(waiter, .unknownOutcome, &core.groups[place]) }
        applying.forgetRest()
        for waiter in core.groups[place].waiters.takeAll() { failCommand(waiter, .unknownOutcome, &core.groups[place]) }
        for batch in held.takeAll() + long.waiting.takeAll() { refuse(batch, .stopped, core: &core) }
        let (waiting, open) = queries.takeAll()
        for query in waiting { failQuery(query, .stopped, &core.groups[place]) }
        for cursor in open {
            machine.abandon(cursor.cursor)
            ports.complete(cursor.port, .failed(token: cursor.token, .stopped))
        }
        if let walk = walk.take() { machine.abandon(walk) }
        hasWalk = false
        endPushes(.stopped)
    }
}

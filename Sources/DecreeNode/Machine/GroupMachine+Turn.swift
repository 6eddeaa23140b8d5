import PaxosBase
import PaxosLog

/// What one call of the state machine needs; kept between turns for its memory.
struct Applying<Machine: StateMachine> {
    var chosen: [ChosenCommand] = []
    var waiters: [Waiter] = []
    var outputs: [Machine.Output] = []
    var commandsOfTurn = 0
    /// How many of the turn's slots were taken.
    var taken = 0
}

// The second half of a turn: what is chosen reaches the machine, and clients have their outputs.
extension GroupMachine {
    /// Applies what the turn brought, all in one call of the machine, and then carries out what became of requests
    /// otherwise, and looks at what is due. In this order: a query that is released now must see what was applied, and what
    /// was applied must have been pushed.
    public mutating func endTurn(core: inout NodeCore, at now: Instant, into effects: inout NodeEffects) {
        while applyNext(core: &core, into: &effects) != nil {}
        if isPushing { handOutPushes(core: &core) }
        settleOutcomes(core: &core, into: &effects)
        if due.isOpen { advanceDue(core: &core, at: now) }
    }

    /// Applies the next slots that the turn brought.
    /// - Parameter limit: How many slots at most; fewer only for checks that want to look at the state in between.
    /// - Returns: The last slot that is applied now; nil when there was none to apply.
    package mutating func applyNext(
        upTo limit: Int = .max, core: inout NodeCore, into effects: inout NodeEffects
    ) -> Slot? {
        let applies = core.groups[place].effects.applies
        if applying.taken == 0 { applying.commandsOfTurn = 0 }
        guard applying.taken < applies.count else { return nil }
        let end = limit < applies.count - applying.taken ? applying.taken + limit : applies.count
        gather(applies[applying.taken..<end], core: &core, into: &effects)
        applying.taken = end
        applyGathered(core: &core)
        return applies[end - 1].slot
    }

    private mutating func gather(_ applies: ArraySlice<Apply>, core: inout NodeCore, into effects: inout NodeEffects) {
        applying.chosen.removeAll(keepingCapacity: true)
        applying.waiters.removeAll(keepingCapacity: true)
        for apply in applies {
            switch apply.action {
            case .skip: continue
            case .command(let payload, let token):
                let waiter = token.flatMap { core.groups[place].waiters.take($0) }
                if let waiter {
                    applying.waiters.append(waiter)
                } else if token == DueCommands.token {
                    due.settled(isApplied: true)
                }
                applying.chosen.append(
                    ChosenCommand(slot: apply.slot, time: apply.time, payload: payload, isAwaited: waiter != nil))
            case .halt(let kind): halt(kind: kind, at: apply.slot, core: &core, into: &effects)
            }
        }
    }

    /// One call of the machine, which yields an output for each waiter, in order.
    private mutating func applyGathered(core: inout NodeCore) {
        guard !applying.chosen.isEmpty else { return }
        applying.commandsOfTurn += applying.chosen.count
        core.groups[place].counters.commandsApplied &+= UInt64(applying.chosen.count)
        if !applying.outputs.isEmpty { applying.outputs.removeAll(keepingCapacity: true) }
        machine.apply(applying.chosen, into: &applying.outputs)
        due.next = machine.nextDue
        invariant(
            applying.outputs.count == applying.waiters.count,
            "the machine yields one output for each awaited command: \(applying.outputs.count) for "
                + "\(applying.waiters.count)")
        if core.has(.outputOfAnother) { applying.waiters.reverse() }
        for index in applying.waiters.indices {
            let waiter = applying.waiters[index]
            ports.complete(waiter.port, .output(token: waiter.token, applying.outputs[index]))
        }
        needsMaintenance = true
    }

    private mutating func settleOutcomes(core: inout NodeCore, into effects: inout NodeEffects) {
        invariant(
            applying.taken == core.groups[place].effects.applies.count,
            "outcomes come behind applies: \(applying.taken) of \(core.groups[place].effects.applies.count)")
        if applying.taken > 0 {
            applying.taken = 0
            core.groups[place].effects.applies.removeAll(keepingCapacity: true)
        }
        guard !core.groups[place].effects.outcomes.isEmpty else { return }
        var outcomes: [Outcome] = []
        swap(&outcomes, &core.groups[place].effects.outcomes)
        for outcome in outcomes { settle(outcome, group: &core.groups[place], into: &effects) }
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
        guard let waiter = group.waiters.take(number) else { return }
        failCommand(waiter, failure, &group)
    }

    /// An entry of a kind that this version does not know: applying on would make this node differ from those that do.
    /// What the machine's clients wait for may be chosen already, and nodes of the newer version apply it.
    private mutating func halt(
        kind: UInt8, at slot: Slot, core: inout NodeCore, into effects: inout NodeEffects
    ) {
        core.groups[place].isHalted = true
        effects.notices.append(.halted(core.groups[place].number, slot, kind: kind))
        for waiter in core.groups[place].waiters.takeAll() { failCommand(waiter, .unknownOutcome, &core.groups[place]) }
        for query in queries.takeBarriers() { failQuery(query, .halted, &core.groups[place]) }
    }

    /// The node ends: everybody who waits is told, and nothing is pinned any more.
    public mutating func end(core: inout NodeCore) {
        for waiter in core.groups[place].waiters.takeAll() { failCommand(waiter, .unknownOutcome, &core.groups[place]) }
        for batch in held.takeAll() { refuse(batch, .stopped, core: &core) }
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

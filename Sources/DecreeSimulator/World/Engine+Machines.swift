import DecreeNode
import PaxosBase
import PaxosLog

// The second half of a turn: the state machines of the nodes, and what they may apply.
extension Engine {
    /// The node's machines do what the turn brought for them, and a little of what takes longer.
    func endMachines(_ node: SimulatedNode, _ process: Process, at clock: Instant) {
        node.machineDeadline = .distantFuture
        for (place, seat) in node.seats.enumerated() {
            if let applies = process.node.applies(for: place) {
                check(applies, place, at: node)
                if findings.first != nil { return }
            }
            let standing = endTurn(seat, process, place, of: node, at: clock)
            if standing.isLong { sights[.longQuestion] += 1 }
            if standing.hasProposedDue { checkDue(seat, process, place, of: node, at: clock) }
            if standing.hasNews { host.deliver(node, place) }
            node.machineDeadline = min(node.machineDeadline, standing.deadline)
        }
        if process.node.advanceStop(at: clock) { host.end(node) }
    }

    /// The node has just proposed what its machine wants.
    private func checkDue(
        _ seat: any MachineSeat, _ process: Process, _ place: Int, of node: SimulatedNode, at clock: Instant
    ) {
        guard let leadership = process.leadership(place, at: clock), let due = seat.nextDue else {
            return findings.report(.due, "\(node.id) proposes what nobody waits for, or does not lead")
        }
        groupCheckers[place].due.proposed(
            by: node.id, in: leadership.ballot, due: due, reading: leadership.time, at: now, findings)
    }

    func measure(_ node: SimulatedNode) {
        let free = Int(clamping: freeSpace(of: node))
        step(node, .measured(journalBytes: node.journalBytes, freeBytes: free))
    }

    /// Applies what the turn brought; in half of the runs slot by slot, to compare digests at each.
    private func endTurn(
        _ seat: any MachineSeat, _ process: Process, _ place: Int, of node: SimulatedNode, at clock: Instant
    ) -> SeatStanding {
        let pace = SeatPace(slotsAtOnce: plan.appliesSingly ? 1 : .max, steps: plan.stepsPerTurn)
        return seat.endTurn(pace, &process.node, at: clock) { slot, state in
            digest.combine(slot, state)
            groupCheckers[place].digest.reached(slot, state, by: node.id, findings)
        }
    }

    /// What is applied must be what a quorum holds; a command comes once and is noted in its history.
    private func check(_ applies: [Apply], _ place: Int, at node: SimulatedNode) {
        let checkers = groupCheckers[place]
        for apply in applies where findings.first == nil {
            let fact = checkers.durableQuorum.chosen(apply.slot)
            checkers.logTime.applied(apply, of: fact?.key, by: node.id, at: now, findings)
            guard let fact else {
                return checkers.durableQuorum.claimed(
                    first: apply.slot, last: apply.slot, by: node.id, findings)
            }
            check(apply, fact, place, at: node)
        }
    }

    private func check(_ apply: Apply, _ fact: DurableQuorumChecker.Fact, _ place: Int, at node: SimulatedNode) {
        let checkers = groupCheckers[place]
        switch (apply.action, fact.entry) {
        case (.command(let payload, _), .command(let command)) where command.payload == payload:
            checkers.atMostOnce.applied(command.origin, at: apply.slot, by: node.id, findings)
            checkers.agreement.applied(apply.slot, fact.key.rawValue, by: node.id, findings)
            if apply.slot > checkers.frontier { host.applied(payload, place, apply.slot, apply.time) }
        case (.skip, .command(let command)):
            sights[.duplicateSkipped] += 1
            checkers.atMostOnce.skipped(command.origin, at: apply.slot, by: node.id, findings)
            checkers.agreement.applied(apply.slot, 0, by: node.id, findings)
        case (.skip, .noOp):
            checkers.agreement.applied(apply.slot, 0, by: node.id, findings)
        default:
            findings.report(
                .durableQuorum, "\(node.id) applies at \(apply.slot) something else than \(fact.key), which is chosen")
        }
        checkers.frontier = max(checkers.frontier, apply.slot)
    }
}

extension StableHasher {
    fileprivate mutating func combine(_ slot: Slot, _ state: StateDigest) {
        combine(state.low ^ slot.rawValue)
        combine(state.high)
    }
}

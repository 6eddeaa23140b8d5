import PaxosBase
import PaxosLog

// Commands that the machine wants by itself.
extension GroupMachine {
    /// Does what the round under way wants, or begins one. What is asked of the replica leaves with the next turn.
    mutating func advanceDue(core: inout NodeCore, at now: Instant) {
        switch due.advance(leadership(core: &core, at: now), at: now, pause: core.limits.duePause) {
        case .nothing: break
        case .barrier where core.has(.dueWithoutBarrier):
            due.barrierEnded(isReached: true)
            advanceDue(core: &core, at: now)
        case .barrier: core.groups[place].step(.readRequested(DueCommands.barrier), at: now)
        case .commands(let time): proposeDue(at: time, core: &core, at: now)
        }
    }

    private func leadership(core: inout NodeCore, at now: Instant) -> Leadership? {
        guard !core.lifecycle.isStopping, let leadership = core.groups[place].leadership(at: now) else { return nil }
        if core.has(.dueOfFirstLeaderOnly), leadership.ballot.round > 1 { return nil }
        guard core.has(.dueByOwnClock) else { return leadership }
        return Leadership(ballot: leadership.ballot, time: LogTime(nanoseconds: now.nanoseconds))
    }

    private mutating func proposeDue(at time: LogTime, core: inout NodeCore, at now: Instant) {
        let limit = core.limits.maximumDue
        let commands = machine.dueCommands(at: time, limit: limit)
        invariant(commands.count <= limit, "a machine names as many commands as it may: \(commands.count) of \(limit)")
        due.proposed(commands.count, limit: limit, at: now, pause: core.limits.duePause)
        guard !commands.isEmpty else { return }
        core.groups[place].counters.commandsDue &+= UInt64(commands.count)
        let proposals = commands.map { Proposal(token: DueCommands.token, payload: $0) }
        core.groups[place].step(.proposed(proposals), at: now)
    }
}

import PaxosBase
import PaxosLog

/// In which ballot a node leads, and what the log's clock shows there.
package struct Leadership: Hashable, Sendable {
    package let ballot: Ballot
    package let time: LogTime
}

/// How far a group is with the commands that its machine wants by itself when their time has come.
///
/// They come in rounds. The clock of the log, as the leader reads it, passes what the machine waits for. A barrier that
/// begins behind that shows that this node still leads, with all applied that was acknowledged before: so a leader that was
/// deposed does not end leases that its successor has renewed. Then a limited number of commands is proposed, and nothing
/// more until each of them was applied or given up. When, and how many, is decided here; which they are, and whether they
/// still mean anything once they are applied, is for the machine to say.
struct DueCommands: Hashable, Sendable {
    /// Of the barrier and of all commands: nobody waits for them.
    static let barrier = ReadToken(.max)
    static let token = UInt64.max

    private enum Stage: Hashable, Sendable {
        case rests
        /// A barrier runs that was asked for by this leader.
        case confirms(Leadership)
        case isConfirmed(Leadership)
        case proposed(Round)
    }

    private struct Round: Hashable, Sendable {
        /// How many are neither applied nor given up.
        var open: Int
        /// What the machine waited for when they were proposed.
        let aim: LogTime?
        /// There may be more that is due.
        let isFull: Bool
        var hasFailed = false
    }

    /// What is to be done.
    enum Verdict: Hashable, Sendable {
        case nothing
        case barrier
        /// The machine is asked for what is due at this time.
        case commands(LogTime)
    }

    /// What the machine waits for.
    var next: LogTime?
    private var stage = Stage.rests
    /// When a turn has to come; `.zero` for at once, since something was asked of the replica that leaves with a turn.
    private(set) var wakeAt = Instant.distantFuture
    /// A round that brought nothing is not followed by another at once.
    private var notBefore = Instant.zero

    /// Whether there is anything to look at, be it that nothing is waited for any more.
    var isOpen: Bool { next != nil || stage != .rests || wakeAt < .distantFuture }

    /// Looks what is to be done.
    /// - Parameters:
    ///   - leadership: Of this node; nil when it does not lead.
    ///   - pause: How long nothing is asked for again that brought nothing.
    mutating func advance(_ leadership: Leadership?, at now: Instant, pause: TimeSpan) -> Verdict {
        wakeAt = .distantFuture
        if case .isConfirmed(let asked) = stage {
            stage = .rests
            if let next, next <= asked.time, asked.ballot == leadership?.ballot { return .commands(asked.time) }
        }
        if case .proposed(let round) = stage, round.open == 0 { end(round, at: now, pause: pause) }
        guard stage == .rests, let next, let leadership else { return .nothing }
        wakeAt = max(now + next.since(leadership.time), notBefore)
        guard wakeAt <= now else { return .nothing }
        wakeAt = .zero
        stage = .confirms(leadership)
        return .barrier
    }

    /// All of a round were applied or given up. Unless they moved the machine on, or were as many as fit into a round, what
    /// is due would only be asked for again.
    private mutating func end(_ round: Round, at now: Instant, pause: TimeSpan) {
        stage = .rests
        if round.hasFailed || (!round.isFull && round.aim == next) { notBefore = now + pause }
    }

    /// The barrier was reached, or given up.
    mutating func barrierEnded(isReached: Bool) {
        guard case .confirms(let leadership) = stage else { return }
        stage = isReached ? .isConfirmed(leadership) : .rests
    }

    /// So many commands were proposed; none, if the machine named none although it waits for something.
    mutating func proposed(_ count: Int, limit: Int, at now: Instant, pause: TimeSpan) {
        guard count > 0 else {
            notBefore = now + pause
            wakeAt = notBefore
            return
        }
        stage = .proposed(Round(open: count, aim: next, isFull: count >= limit))
        wakeAt = .zero
    }

    /// One of the commands was applied, or nobody knows what became of it.
    mutating func settled(isApplied: Bool) {
        guard case .proposed(var round) = stage else { return }
        round.open -= 1
        if !isApplied { round.hasFailed = true }
        stage = .proposed(round)
    }
}

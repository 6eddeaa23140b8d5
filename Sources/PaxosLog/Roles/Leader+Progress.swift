import PaxosBase

// A leader that gets nothing done gives way. That its heartbeats are answered does not show that it does: they take
// connections of their own, and messages of one kind may come through where those of another do not.
extension Leader {
    /// Looks at the clock, at the end of every batch of input.
    mutating func watchProgress(at now: Instant) {
        if votes.isEmpty {
            waitingSince = nil
        } else if hasProgressed || waitingSince == nil {
            waitingSince = now
        }
        if hasProgressed { answeredAt = now }
        hasProgressed = false
    }

    /// A quorum confirmed the ballot.
    mutating func noteConfirmed(at now: Instant) { answeredAt = now }

    /// Whether the others are to be asked for an answer, since nothing has called for one for a while: the commands of
    /// clients elsewhere may be what does not come through.
    mutating func wantsAnswer(at now: Instant, _ core: Core) -> Bool {
        guard seat.configuration.members.count > 1,
            now.since(max(answeredAt, checkedAt)) >= core.settings.progressLimit / 2
        else { return false }
        checkedAt = now
        return true
    }

    /// How long it waits for votes until it asks again: as long as nodes wait for each other now, but so that it has asked
    /// twice before it gives way. Acceptors may have had no room for what it proposed first.
    /// - Parameters:
    ///   - wait: The interval of the settings, made longer where elections brought nothing.
    ///   - extra: What ``isStuck(at:granting:_:)`` is granted.
    static func resendWait(_ wait: TimeSpan, granting extra: TimeSpan, _ settings: Replica.Settings) -> TimeSpan {
        // Only what was open already at the look before is asked for.
        min(wait, (settings.progressLimit + extra) / 4)
    }

    /// Whether it gets nothing done: nobody acknowledges what it proposes, or nobody answers at all but to heartbeats. Load
    /// is no reason: one slot chosen within the limit is progress.
    /// - Parameter extra: Time beyond the limit, where elections brought nothing.
    func isStuck(at now: Instant, granting extra: TimeSpan = .zero, _ core: Core) -> Bool {
        if hasProgressed || core.has(.happyWithoutProgress) { return false }
        let limit = core.settings.progressLimit + extra
        if let waitingSince, now.since(waitingSince) > limit { return true }
        return seat.configuration.members.count > 1 && now.since(answeredAt) > limit
    }
}

import PaxosBase

// The learner: takes slots for chosen and hands entries to the state machine in order.
extension Core {
    /// A leader says up to where everything is chosen. That is believed of a slot only if it was accepted here in the
    /// mark's very ballot (rule 8). Another value may have been accepted here before; and after, since a mark also covers
    /// slots that its sender never proposed in and learned of, and those may have been chosen above its ballot.
    /// - Returns: False for the mark of a leader that another one followed.
    mutating func believe(_ mark: ChosenMark) -> Bool {
        var slot = log.watermark.next
        if let former = repair.mark {
            guard mark.ballot >= former.ballot else { return false }
            if former.ballot == mark.ballot { slot = max(slot, former.watermark.next) }
            if former.ballot < mark.ballot || former.watermark < mark.watermark { repair.mark = mark }
        } else {
            repair.mark = mark
        }
        let last = min(mark.watermark, log.highest)
        while slot <= last {
            let record = log.record(at: slot)
            if record.entry != nil && !record.isChosen && isCovered(record.ballot, by: mark) { log.markChosen(slot) }
            slot = slot.next
        }
        log.advanceWatermark()
        return true
    }

    /// Whether a mark speaks of what was accepted in `ballot`.
    func isCovered(_ ballot: Ballot, by mark: ChosenMark) -> Bool {
        ballot == mark.ballot || (has(.watermarkWithoutBallot) && ballot > .zero)
    }

    /// The value at `slot` is chosen, on the word of a peer that knows.
    mutating func learn(_ entry: Entry, at slot: Slot, into effects: inout Effects) {
        if log.record(at: slot).entry != entry { record(.learned(slot, entry), into: &effects) }
        log.learn(entry, at: slot)
    }

    /// Records the watermark, so that a restart need not learn again what was chosen. It rides along with other records;
    /// without any it waits for `isDue`.
    mutating func recordWatermark(isDue: Bool, at now: Instant, into effects: inout Effects) {
        guard recordedWatermark < log.watermark, isDue || !effects.records.isEmpty else { return }
        recordedWatermark = log.watermark
        record(.chosen(through: log.watermark), into: &effects)
        putOff(.watermark(log.watermark), at: now)
    }

    /// Lets the journal drop what is in a snapshot and what no member misses.
    /// - Parameter spared: The lowest durable watermark among the members.
    mutating func trim(sparing spared: Slot, into effects: inout Effects) {
        let through = min(snapshotThrough, spared)
        guard through > log.trimmed else { return }
        log.release(through: through, keeping: 0)
        log.trim(through: min(through, log.released))
        record(.trimmed(through: log.trimmed), into: &effects)
    }

    @inline(__always)
    var hasMoreToApply: Bool { applied < log.watermark && !isHalted && !isMachineBehind }

    /// Hands chosen entries to the state machine, strictly in order.
    mutating func applyChosen(into effects: inout Effects) {
        var budget = settings.maximumAppliesPerStep
        while hasMoreToApply, budget > 0 {
            budget -= 1
            apply(applied.next, into: &effects)
        }
        if !isHalted { releaseApplied() }
    }

    private mutating func apply(_ slot: Slot, into effects: inout Effects) {
        guard let entry = log.record(at: slot).entry else {
            invariantFailure("an entry that is to be applied is in memory: \(slot), released \(log.released)")
        }
        if case .unknown(let kind, _) = entry {
            isHalted = true
            return effects.applies.append(Apply(slot: slot, action: .halt(kind: kind)))
        }
        timeline.pass(entry, believesAll: has(.staleStampsCount))
        effects.applies.append(Apply(slot: slot, time: timeline.time, action: action(for: entry)))
        applied = slot
    }

    private mutating func action(for entry: Entry) -> Apply.Action {
        guard case .command(let command) = entry else { return .skip }
        guard origins.admit(command.origin) || has(.forwardedAppliedTwice) else { return .skip }
        return .command(command.payload, token: commands.settle(command.origin))
    }

    /// What is not durable yet cannot be read back: the journal may hold an older acceptance of the slot.
    mutating func releaseApplied() {
        log.release(through: min(applied, durability.watermark), keeping: settings.maximumResidentBytes)
    }
}

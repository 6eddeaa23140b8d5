import PaxosBase

/// Holds back what a process says until the records that it rests on are durable.
///
/// The rule is simpler than it needs to be, and so hard to get wrong: nothing at all leaves while anything that was
/// recorded before it may still be lost. So a promise reports only what is durable, a ballot is used before it is heard of,
/// and a crash takes away nothing that anybody knows of.
struct Outbox: Hashable, Sendable {
    private struct Held: Hashable, Sendable {
        let write: SynodWrite
        let sends: [SynodSend]
    }

    private var last = SynodWrite.zero
    private var durable = SynodWrite.zero
    private var held: [Held] = []

    /// Names the write of what was recorded in this step, and keeps back what was to be sent.
    mutating func hold(_ effects: inout SynodEffects) {
        if !effects.records.isEmpty { last = last.next }
        effects.write = last
        guard last > durable, !effects.sends.isEmpty else { return }
        held.append(Held(write: last, sends: effects.sends))
        effects.sends = []
    }

    /// Lets go what waited for a write.
    mutating func release(through write: SynodWrite, into effects: inout SynodEffects) {
        invariant(write <= last, "a durable write was handed out: \(write.rawValue) up to \(last.rawValue)")
        durable = max(durable, write)
        while let first = held.first, first.write <= durable {
            effects.sends += first.sends
            held.removeFirst()
        }
    }

    // How many writes there were until now makes no difference: two are equal that wait for equally many.

    static func == (left: Outbox, right: Outbox) -> Bool {
        left.pending == right.pending
            && left.held.elementsEqual(right.held) { mine, theirs in
                mine.sends == theirs.sends
                    && mine.write.rawValue &- left.durable.rawValue == theirs.write.rawValue &- right.durable.rawValue
            }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(pending)
        for waiting in held {
            hasher.combine(waiting.write.rawValue &- durable.rawValue)
            hasher.combine(waiting.sends)
        }
    }

    private var pending: UInt64 { last.rawValue - durable.rawValue }
}

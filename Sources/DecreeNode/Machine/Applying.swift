import PaxosBase
import PaxosLog

/// An entry of an unknown kind, which stops the group where it stands.
struct Halt: Hashable, Sendable {
    let kind: UInt8
    let slot: Slot
}

/// What was gathered for the state machine, and how far it has come with it. Kept between turns: for what the machine has left,
/// and for its memory.
struct Applying<Machine: StateMachine> {
    var chosen: [ChosenCommand] = []
    /// Of the commands among ``chosen`` that are awaited, in order.
    var waiters: [Waiter] = []
    var outputs: [Machine.Output] = []
    /// The last slot that was gathered, be it skipped.
    var last = Slot.zero
    /// Comes behind ``last``, once all before it is applied.
    var halt: Halt?
    /// How many of ``chosen`` are applied.
    private(set) var done = 0
    /// How many of ``waiters`` have their outputs.
    private(set) var answered = 0

    /// How many of the slots that were handed out this turn has taken.
    var taken = 0
    /// How many commands it has applied.
    private(set) var commandsOfTurn = 0
    /// The machine has done in it what it does in one turn.
    var hasStopped = false
    private(set) var hasTurnEnded = true
    /// The next turn is for all else that waits for the node.
    private var restsNext = false

    /// Something that was gathered is not applied.
    var hasRest: Bool { done < chosen.count }

    /// Up to where the machine has applied what was gathered.
    var stands: Slot { hasRest ? chosen[done].slot.previous : last }

    /// Those whose commands were gathered and are not applied.
    var openWaiters: ArraySlice<Waiter> { waiters[answered...] }

    mutating func beginTurn() {
        hasTurnEnded = false
        hasStopped = restsNext
        restsNext = false
        commandsOfTurn = 0
    }

    mutating func endTurn() {
        hasTurnEnded = true
        taken = 0
    }

    /// All that was gathered is applied, and more is to come.
    mutating func begin() {
        chosen.removeAll(keepingCapacity: true)
        waiters.removeAll(keepingCapacity: true)
        (done, answered) = (0, 0)
    }

    /// How many of the next `count` commands are awaited.
    func awaited(amongNext count: Int) -> Int {
        let end = done + count
        invariant(count > 0 && end <= chosen.count, "the machine applies at least one of what there is: \(count)")
        if end == chosen.count { return waiters.count - answered }
        return chosen[done..<end].reduce(0) { $1.isAwaited ? $0 + 1 : $0 }
    }

    mutating func did(_ count: Int, answering outputs: Int) {
        done += count
        answered += outputs
        commandsOfTurn += count
        restsNext = hasRest
    }

    mutating func forgetRest() {
        done = chosen.count
        answered = waiters.count
        restsNext = false
    }
}

import PaxosBase
import PaxosLog

/// An entry of an unknown kind, which stops the group where it stands.
struct Halt: Hashable, Sendable {
    let kind: UInt8
    let slot: Slot
}

/// What was gathered for the state machine, and how far it has come with it. Kept between turns: for what the machine has left,
/// and for its memory.
///
/// Every turn asks it several things, mostly from code that is not compiled for the machine: there a call looks the type of
/// this up, so what is asked stands inline.
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
    @inline(__always)
    var hasRest: Bool { done < chosen.count }

    /// Up to where the machine has applied what was gathered.
    @inline(__always)
    var stands: Slot { hasRest ? chosen[done].slot.previous : last }

    /// Those whose commands were gathered and are not applied.
    var openWaiters: ArraySlice<Waiter> { waiters[answered...] }

    @inline(__always)
    mutating func beginTurn() {
        hasTurnEnded = false
        hasStopped = restsNext
        restsNext = false
        commandsOfTurn = 0
    }

    @inline(__always)
    mutating func endTurn() {
        hasTurnEnded = true
        taken = 0
    }

    /// All that was gathered is applied, and more is to come.
    @inline(__always)
    mutating func begin() {
        chosen.removeAll(keepingCapacity: true)
        waiters.removeAll(keepingCapacity: true)
        (done, answered) = (0, 0)
    }

    /// How many of the next `count` commands are awaited.
    @inline(__always)
    func awaited(amongNext count: Int) -> Int {
        let end = done + count
        invariant(count > 0 && end <= chosen.count, "the machine applies at least one of what there is: \(count)")
        if end == chosen.count { return waiters.count - answered }
        return chosen[done..<end].reduce(0) { $1.isAwaited ? $0 + 1 : $0 }
    }

    @inline(__always)
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

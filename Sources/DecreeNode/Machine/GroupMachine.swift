import PaxosBase
import PaxosLog

/// The state machine of one group and what is asked of it: requests come in here, outputs, answers and pushes go out.
///
/// It belongs to the ``NodeCore`` that it is handed in every call, at its own place among the groups.
public struct GroupMachine<Machine: StateMachine> {
    /// Its place among the core's groups.
    let place: Int
    var ports = PortTable<Machine>()
    var queries = Queries<Machine>()
    var applying = Applying<Machine>()
    var held = HeldRequests<Machine>()
    var long = LongCommands<Machine>()
    /// A walk is open. Told beside it, without a look at what a walk is: asked in every turn.
    var hasWalk = false
    var due = DueCommands()
    var subscriptions = Subscriptions()
    /// Somebody subscribes: asked in every turn.
    var isPushing = false
    /// The machine may have housekeeping to do: something was applied, or something that was pinned is free.
    var needsMaintenance = true
    // Last, because their size is the machine's to say: all fields before them stand at places that the compiler knows,
    // also in code that is not compiled for this machine.
    public var machine: Machine
    var walk: Machine.SnapshotWalk?

    /// - Parameters:
    ///   - machine: Restored to where the group starts.
    ///   - place: The place of its group in ``NodeCore/groups``.
    public init(machine: Machine, place: Int = 0) {
        self.machine = machine
        self.place = place
        due.next = machine.nextDue
        self.machine.isPushing = false
    }

    /// A client of the group: all that one turn completes for it, and pushes to it, leaves at once.
    public mutating func openPort() -> PortID { ports.open() }

    /// Gives up all that waits for the port, which may be unknown by now.
    public mutating func closePort(_ port: PortID, core: inout NodeCore) {
        guard ports.isOpen(port) else { return }
        ports.close(port)
        subscriptions.forget(port)
        restIfUnheard()
        core.groups[place].waiters.removeAll { $0.port == port }
        for cursor in queries.remove(where: { owner, _ in owner == port }) { abandon(cursor) }
        held.remove { owner, _ in owner == port }
        long.waiting.remove { owner, _ in owner == port }
    }

    /// Requests wait for the cluster to be formed, or for their turn.
    public var holdsRequests: Bool { !held.isEmpty || !long.waiting.isEmpty }

    /// Ports have completions or pushes to take.
    public var hasNews: Bool { mutating get { ports.hasNews } }

    /// Of the machine's state.
    public var digest: StateDigest { mutating get { machine.digest } }

    /// How many commands the turn under way has applied.
    public var commandsOfTurn: Int { applying.commandsOfTurn }

    /// What the turn brought to the next port; nil when all was taken. To be called until then, behind every turn.
    public mutating func takeNews() -> PortNews<Machine>? { ports.takeNext() }

    /// When the next turn has to come for the machine's sake; `.zero` for at once.
    public mutating func nextDeadline(core: inout NodeCore) -> Instant {
        // A walk whose snapshot failed pins a state until it is given up.
        let walkGoesOn =
            hasWalk && (core.groups[place].snapshots.mayWalk || core.groups[place].snapshots.running == nil)
        let goesOn = needsMaintenance || core.groups[place].isMachineBehind || long.mayGoOn
        if goesOn || !queries.counts.isIdle || walkGoesOn { return .zero }
        return wakeAt
    }

    /// The same without what can be done at once: requests have waited enough for the cluster to be formed or for their turn,
    /// or something is due.
    package var wakeAt: Instant {
        mutating get { min(held.nextDeadline, long.waiting.nextDeadline, due.wakeAt) }
    }

    /// Queries that wait, and those under way.
    public mutating func report(into status: inout LoopStatus) {
        status.counters.waitingQueries = queries.counts.waiting
        status.counters.openCursors = queries.counts.cursors
        status.counters.waitingCommands += applying.openWaiters.count + long.waiting.count
    }

    // MARK: Completions

    mutating func failCommand(_ waiter: Waiter, _ failure: RequestFailure, _ group: inout GroupCore) {
        group.counters.commandsFailed &+= 1
        ports.complete(waiter.port, .failed(token: waiter.token, failure))
    }

    mutating func failQuery(_ query: WaitingQuery<Machine>, _ failure: RequestFailure, _ group: inout GroupCore) {
        group.counters.queriesFailed &+= 1
        ports.complete(query.port, .failed(token: query.token, failure))
    }

    mutating func answer(_ port: PortID, _ token: UInt64, _ answer: Machine.Answer, _ group: inout GroupCore) {
        group.counters.queriesAnswered &+= 1
        ports.complete(port, .answer(token: token, answer))
    }

    /// Lets go of what a cursor pins, which housekeeping may have waited for.
    mutating func abandon(_ cursor: Machine.Cursor) {
        machine.abandon(cursor)
        needsMaintenance = true
    }
}

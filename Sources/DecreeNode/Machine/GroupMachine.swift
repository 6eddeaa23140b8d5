import PaxosBase
import PaxosLog

/// What a machine has to do beside its turns, in plain words, cheap to ask for and to keep.
public struct MachineWork: Hashable, Sendable {
    public var readyQueries = 0
    public var cursors = 0
    public var needsMaintenance = false
    /// A walk is open; whether it may go on is the core's to say.
    public var hasWalk = false
    public var hasCompletions = false
    /// When the machine's turn has to come: requests have waited enough for the cluster to be formed, or something is due.
    public var wakeAt = Instant.distantFuture

    /// Whether there is work of this kind, as far as the machine decides that.
    public func has(_ slice: WorkSlice) -> Bool {
        switch slice {
        case .firstSteps: readyQueries > 0
        case .cursors: cursors > 0
        case .maintenance: needsMaintenance
        case .snapshot: hasWalk
        }
    }
}

/// The state machine of one group and what is asked of it: requests come in here, outputs and answers go out.
///
/// It belongs to the ``NodeCore`` that it is handed in every call, at its own place among the groups.
public struct GroupMachine<Machine: StateMachine> {
    public var machine: Machine
    /// Its place among the core's groups.
    let place: Int
    var ports = PortTable<Machine>()
    var queries = Queries<Machine>()
    var applying = Applying<Machine>()
    var held = HeldRequests<Machine>()
    var walk: Machine.SnapshotWalk?
    /// The same without a look at what a walk is: asked in every turn.
    var hasWalk = false
    var due = DueCommands()
    /// The machine may have housekeeping to do: something was applied, or something that was pinned is free.
    var needsMaintenance = true

    /// - Parameters:
    ///   - machine: Restored to where the group starts.
    ///   - place: The place of its group in ``NodeCore/groups``.
    public init(machine: Machine, place: Int = 0) {
        self.machine = machine
        self.place = place
        due.next = machine.nextDue
    }

    /// A client of the group: all that one turn completes for it leaves in one batch.
    public mutating func openPort() -> PortID { ports.open() }

    /// Gives up all that waits for the port, which may be unknown by now.
    public mutating func closePort(_ port: PortID, core: inout NodeCore) {
        guard ports.isOpen(port) else { return }
        ports.close(port)
        core.groups[place].waiters.removeAll { $0.port == port }
        for cursor in queries.remove(where: { owner, _ in owner == port }) { abandon(cursor) }
        held.remove { owner, _ in owner == port }
    }

    /// Requests wait for the cluster to be formed.
    public var holdsRequests: Bool { !held.isEmpty }

    /// What the machine has to do besides the turns, and for whom.
    public mutating func pendingWork() -> MachineWork {
        MachineWork(
            readyQueries: queries.readyCount, cursors: queries.cursorCount, needsMaintenance: needsMaintenance,
            hasWalk: hasWalk, hasCompletions: ports.hasCompletions, wakeAt: min(held.nextDeadline, due.wakeAt))
    }

    /// How many commands the turn under way has applied.
    public var commandsOfTurn: Int { applying.commandsOfTurn }

    /// The batch of the next port that has completions; nil when all were taken.
    public mutating func takeCompletions() -> (port: PortID, batch: [NodeCompletion<Machine>])? { ports.takeNext() }

    /// When the next turn has to come for the machine's sake; `.zero` for at once.
    public mutating func nextDeadline(core: inout NodeCore) -> Instant {
        // A walk whose snapshot failed pins a state until it is given up.
        let walkGoesOn =
            hasWalk && (core.groups[place].snapshots.mayWalk || core.groups[place].snapshots.running == nil)
        if needsMaintenance || !queries.isIdle || walkGoesOn { return .zero }
        return min(held.nextDeadline, due.wakeAt)
    }

    /// Queries that wait, and those under way.
    public mutating func report(into status: inout LoopStatus) {
        status.counters.waitingQueries = queries.waitingCount
        status.counters.openCursors = queries.cursorCount
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

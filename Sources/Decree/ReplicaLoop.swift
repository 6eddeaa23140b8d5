import DecreeJournal
import DecreeNode
import DecreeWire
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
import Synchronization

/// Drives one replica and its state machine: everything here belongs to one event loop.
///
/// Work is done in turns. A turn takes all that came meanwhile from ports, journal and peers, steps the replica through
/// it, says that the input is drained, and only then carries the effects out: one append to the journal, one write to
/// each peer, one call of the state machine, one batch of completions for each port. What takes longer (long queries,
/// snapshots, housekeeping) advances by a slice at the end of each turn.
///
/// The peers' sockets live on the same event loop, so a message from a peer costs no change of thread; only clients and
/// the journal come from elsewhere, through the ``Inbox``.
final class ReplicaLoop<Machine: StateMachine & SendableMetatype>: @unchecked Sendable {
    typealias Completion = Node<Machine>.Completion

    let loop: any EventLoop
    let inbox: Inbox<Machine>
    let settings: NodeSettings
    let cluster: ClusterDescription
    let directory: DataDirectory
    let logger: Logger
    let files: NIOThreadPool
    let onTurn: (@Sendable (inout Machine, inout Turn) -> Void)?
    var identity: Identity
    var journal: Journal!
    var transport: PeerTransport!

    var replica: Replica
    var machine: Machine
    var effects = Effects()
    /// Empty, kept for its memory.
    var spareEffects = Effects()
    var isJournalFull = false
    /// Fulfilled when everything has ended.
    let ended: EventLoopPromise<Void>
    var lifecycle = Lifecycle()

    var commands = WaiterTable<CommandWaiter>()
    var queries: Queries<Machine>
    var applying = Applying<Machine>()
    var snapshots: Snapshots<Machine>
    /// The machine may have housekeeping to do: something was applied, or something that was pinned is free.
    var needsMaintenance = true
    /// Ports with completions of the turn under way.
    var dirtyPorts: [PortState<Machine>] = []

    var now = Instant.zero
    var status = LoopStatus()
    let published = Mutex(LoopStatus())
    private var timer: Scheduled<Void>?
    private var timerDeadline = Instant.distantFuture
    var hookDeadline = Instant.distantFuture
    private var nextPeerReport = Instant.zero

    init(
        loop: any EventLoop, inbox: Inbox<Machine>, settings: NodeSettings, cluster: ClusterDescription,
        directory: DataDirectory, logger: Logger, files: NIOThreadPool, identity: Identity, replica: Replica,
        machine: Machine, snapshots: Snapshots<Machine>,
        onTurn: (@Sendable (inout Machine, inout Turn) -> Void)?
    ) {
        self.loop = loop
        self.inbox = inbox
        self.settings = settings
        self.cluster = cluster
        self.directory = directory
        self.logger = logger
        self.files = files
        self.identity = identity
        self.replica = replica
        self.machine = machine
        self.snapshots = snapshots
        self.onTurn = onTurn
        queries = Queries(settings: settings)
        ended = loop.makePromise()
        status.snapshot.slot = snapshots.newest?.slot ?? .zero
        status.snapshot.byteCount = snapshots.newest?.byteCount ?? 0
    }

    /// One turn.
    func turn() {
        let input = inbox.take()
        guard lifecycle.isRunning else { return finishLate(input) }
        now = MonotonicClock.now()
        status.counters.turns &+= 1
        admit(input)
        if lifecycle.isFormed { stepReplica() }
        carryOutEffects()
        advanceSlices()
        callHook()
        deliver()
        publish()
        advanceLifecycle()
        arm()
    }

    /// Tells the replica an event; its effects gather until the end of the turn.
    @inline(__always)
    func step(_ event: Event) { replica.step(event, at: now, into: &effects) }

    private func stepReplica() {
        if let deadline = replica.nextDeadline, deadline <= now { step(.timePassed) }
        step(.inputDrained)
    }

    /// What takes longer than a turn may take goes on by a slice.
    private func advanceSlices() {
        beginQueries()
        advanceCursors()
        advanceMaintenance()
        advanceSnapshot()
    }

    private func advanceMaintenance() {
        guard needsMaintenance else { return }
        let end = MonotonicClock.now() + settings.querySlice
        repeat { needsMaintenance = machine.performMaintenance() } while needsMaintenance && MonotonicClock.now() < end
    }

    private func callHook() {
        guard let onTurn else { return }
        var turn = Turn(
            now: now, isLeading: replica.isLeading, leader: replica.leader, applied: replica.applied,
            appliedCommands: applying.commandsOfTurn)
        onTurn(&machine, &turn)
        hookDeadline = turn.wakeAt ?? .distantFuture
    }

    // MARK: Completions

    func complete(_ port: PortState<Machine>, _ completion: Completion) {
        guard port.isOpen else { return }
        if port.completions.isEmpty { dirtyPorts.append(port) }
        port.completions.append(completion)
    }

    func fail(_ port: PortState<Machine>, _ token: UInt64, _ failure: RequestFailure) {
        complete(port, .failed(token: token, failure))
    }

    /// Hands each port all that the turn completed for it.
    func deliver() {
        guard !dirtyPorts.isEmpty else { return }
        let ports = dirtyPorts
        dirtyPorts.removeAll(keepingCapacity: true)
        for port in ports {
            let completions = port.completions
            port.completions = []
            if port.isOpen { port.deliver(completions) }
        }
    }

    // MARK: Time

    /// Sees to it that the next turn comes in time.
    private func arm() {
        guard lifecycle.isRunning else { return cancelTimer() }
        var deadline = min(hookDeadline, lifecycle.nextDeadline, snapshots.nextDeadline, queries.nextDeadline)
        if needsMaintenance { deadline = .zero }
        if lifecycle.isFormed { deadline = min(deadline, replica.nextDeadline ?? .distantFuture) }
        // A turn that asks for the next at once leaves the event loop a moment to look at its sockets: tasks that are
        // ready run before they do.
        if deadline <= now { deadline = MonotonicClock.now() + .microseconds(5) }
        guard deadline < timerDeadline, deadline < .distantFuture else { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = loop.assumeIsolated().scheduleTask(deadline: deadline.deadline) { [self] in
            timer = nil
            timerDeadline = .distantFuture
            inbox.askForTurn()
        }
    }

    private func cancelTimer() {
        timer?.cancel()
        timer = nil
    }

    func publish() {
        status.isLeading = replica.isLeading
        status.leader = replica.leader
        status.promised = replica.promised
        status.term = max(status.term, replica.promised.round, replica.leader?.round ?? 0)
        status.watermark = replica.watermark
        status.applied = replica.applied
        status.phase = lifecycle.phase
        status.counters.waitingCommands = commands.count
        status.counters.waitingQueries = queries.waitingCount
        status.counters.openCursors = queries.cursorCount
        published.withLock { $0 = status }
        guard now >= nextPeerReport else { return }
        nextPeerReport = now + .milliseconds(100)
        transport.publish()
    }
}

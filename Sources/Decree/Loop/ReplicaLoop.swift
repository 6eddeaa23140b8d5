import DecreeJournal
import DecreeNode
import DecreeWire
import Logging
import NIOCore
import NIOPosix
import PaxosBase
import PaxosLog
import Synchronization

/// Drives a node core and its state machine: everything here belongs to one event loop.
///
/// Work is done in turns. A turn takes all that came meanwhile from ports, journal and peers, tells it to the core, says
/// that the input is drained, and carries out what the core wants: one append to the journal, one write to each peer, one
/// call of the state machine, one batch of pushes and one of completions for each port. What takes longer (long queries, snapshots,
/// housekeeping) advances by slices at the end of each turn, for as long as the clock allows. What has to happen in which
/// order, and when, is the core's to say; here are threads, sockets, files and clocks.
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
    var journal: Journal!
    var transport: PeerTransport!

    var core: NodeCore
    var group: GroupMachine<Machine>
    /// What the core wants done, until it is carried out.
    var effects = NodeEffects()
    /// Empty, kept for its memory.
    var spareEffects = NodeEffects()
    /// By the place of each in the core's table.
    var ports: [PortState<Machine>?] = []
    /// The file of the snapshot that is being taken.
    var snapshotFile: SnapshotWriter?
    /// Fulfilled when everything has ended.
    let ended: EventLoopPromise<Void>

    var now = Instant.zero
    private var status = LoopStatus()
    let published = Mutex(LoopStatus())
    private var turns: UInt64 = 0
    private var timer: Scheduled<Void>?
    private var timerDeadline = Instant.distantFuture
    private var hookDeadline = Instant.distantFuture
    private var nextPeerReport = Instant.zero

    init(
        loop: any EventLoop, inbox: Inbox<Machine>, settings: NodeSettings, cluster: ClusterDescription,
        directory: DataDirectory, logger: Logger, files: NIOThreadPool, core: NodeCore, machine: Machine,
        onTurn: (@Sendable (inout Machine, inout Turn) -> Void)?
    ) {
        self.loop = loop
        self.inbox = inbox
        self.settings = settings
        self.cluster = cluster
        self.directory = directory
        self.logger = logger
        self.files = files
        self.core = core
        self.onTurn = onTurn
        group = GroupMachine(machine: machine)
        ended = loop.makePromise()
    }

    /// The first thing that happens on the loop after recovery.
    func open() {
        now = MonotonicClock.now()
        core.open(at: now, into: &effects)
        carryOutEffects()
        transport.dial()
        publish()
        inbox.askForTurn()
    }

    /// One turn.
    func turn() {
        guard !core.hasEnded else { return finishLate(inbox.take()) }
        now = MonotonicClock.now()
        turns &+= 1
        hear(inbox.take())
        core.endInput(at: now, into: &effects)
        carryOutEffects()
        group.endTurn(core: &core, at: now, into: &effects)
        advanceSlices()
        callHook()
        carryOutEffects()
        deliver()
        publish()
        if core.advanceStop(at: now, into: &effects) { end() }
        arm()
    }

    /// Tells the core what happened; what it wants done gathers until the next turn.
    @inline(__always)
    func step(_ event: NodeEvent) { core.step(event, at: now, into: &effects) }

    private func callHook() {
        guard let onTurn else { return }
        var turn = Turn(
            now: now, isLeading: core.groups[0].isLeading, leader: core.groups[0].leader,
            applied: core.groups[0].applied, appliedCommands: group.commandsOfTurn)
        onTurn(&group.machine, &turn)
        hookDeadline = turn.wakeAt ?? .distantFuture
    }

    // MARK: Slices

    /// What takes longer than a turn may take goes on by a slice of each kind.
    private func advanceSlices() {
        let span = settings.querySlice
        var end = Instant.zero
        group.advanceSlices(core: &core, at: now, into: &effects) { slice, steps in
            // First steps are short: the clock is looked at behind every sixteenth.
            let isShort = slice == .firstSteps
            if steps == 1 {
                end = MonotonicClock.now() + (isShort ? span * 5 : span)
                return true
            }
            return (isShort && steps % 16 != 0) || MonotonicClock.now() < end
        }
    }

    func measure() {
        let free = FileSystem.freeBytes(directory.snapshotsPath)
        step(.measured(journalBytes: Int(journal.statistics.bytesWritten), freeBytes: free.map(Int.init(clamping:))))
    }

    // MARK: News

    /// Hands each port all that the turn pushed to it and completed for it.
    func deliver() { while let news = group.takeNews() { ports[Int(news.port.place)]?.take(news) } }

    // MARK: Time

    /// Sees to it that the next turn comes in time.
    private func arm() {
        guard !core.hasEnded else { return cancelTimer() }
        var deadline = min(hookDeadline, core.nextDeadline(), group.nextDeadline(core: &core))
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
        core.report(into: &status)
        group.report(into: &status)
        status.counters.turns = turns
        published.withLock { $0 = status }
        guard now >= nextPeerReport else { return }
        nextPeerReport = now + .milliseconds(100)
        transport.publish()
    }
}

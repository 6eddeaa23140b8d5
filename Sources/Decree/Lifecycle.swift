#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import DecreeJournal
import DecreeNode
import Logging
import NIOCore
import PaxosBase
import PaxosLog

extension ReplicaLoop {
    /// Where the node stands between its start and its end.
    struct Lifecycle {
        /// Every member has answered once: the replica may vote.
        var isFormed = false
        var isHalted = false
        private(set) var stopping: Stopping?
        /// Nothing is stepped any more.
        var isEnded = false
        /// Requests that came before the cluster was formed.
        var held: [(batch: (port: PortState<Machine>, requests: [Node<Machine>.Request]), until: Instant)] = []
        var heldCount = 0

        struct Stopping {
            /// Hand-over and open commands are waited for until then.
            let until: Instant
        }

        mutating func stop(until: Instant) {
            if let stopping, stopping.until <= until { return }
            stopping = Stopping(until: until)
        }

        var isStopping: Bool { stopping != nil }
        var isRunning: Bool { !isEnded }

        var nextDeadline: Instant { min(stopping?.until ?? .distantFuture, held.first?.until ?? .distantFuture) }

        /// Why a new request that needs the log cannot be taken, if so.
        var refusal: RequestFailure? { isStopping ? .stopped : isHalted ? .halted : nil }

        var phase: NodeStatus.Phase {
            if isEnded { return .stopped }
            if isStopping { return .stopping }
            if isHalted { return .halted }
            return isFormed ? .serving : .forming
        }
    }

    // MARK: Forming

    /// The first thing that happens on the loop after recovery.
    func open() {
        now = MonotonicClock.now()
        if identity.formed != nil { lifecycle.isFormed = true } else { formIfAlone() }
        if !lifecycle.isFormed {
            logger.notice("waiting until every member of the new cluster has answered once")
        }
        transport.dial()
        publish()
        inbox.askForTurn()
    }

    private func formIfAlone() {
        if let members = transport.greeting.complete { form(members) }
    }

    /// Every member is known with its store: recorded first, and only then does the replica take part.
    func form(_ members: [Identity.FormedMember]) {
        guard !lifecycle.isFormed else { return }
        var formed = identity
        formed.formed = members
        record(formed)
        lifecycle.isFormed = true
        logger.notice("the cluster is formed", metadata: ["members": "\(members.map(\.node))"])
        if isJournalFull { step(.journalFull(true)) }
        inbox.askForTurn()
    }

    /// Makes a changed identity durable. A node that cannot must not go on: it would vote without a memory of it.
    func record(_ changed: Identity) {
        do throws(NodeError) {
            try directory.record(changed)
        } catch {
            logger.critical("the identity cannot be recorded, the node ends: \(error)")
            exit(74)
        }
        identity = changed
        transport.greeting.identity = changed
    }

    // MARK: Stopping

    /// How long a graceful stop waits for another leader and for commands under way.
    private var handOverPatience: TimeSpan { .seconds(1) }

    func beginStop(isGraceful: Bool) {
        lifecycle.stop(until: isGraceful ? now + handOverPatience : now)
        logger.notice("stopping", metadata: ["graceful": "\(isGraceful)"])
        if isGraceful && lifecycle.isFormed && replica.isLeading && cluster.members.count > 1 {
            step(.handOverRequested)
        }
    }

    /// Ends the node once nothing is left to wait for.
    func advanceLifecycle() {
        guard let stopping = lifecycle.stopping, !lifecycle.isEnded else { return }
        let leadsOthers = replica.isLeading && cluster.members.count > 1
        guard stopping.until <= now || (!leadsOthers && commands.isEmpty) else { return }
        end()
    }

    private func end() {
        lifecycle.isEnded = true
        for waiter in commands.takeAll() { failCommand(waiter, .unknownOutcome) }
        let (waiting, open) = queries.takeAll()
        for query in waiting { failQuery(query, .stopped) }
        for cursor in open {
            machine.abandon(cursor.cursor)
            fail(cursor.port, cursor.token, .stopped)
        }
        abandonSnapshot()
        deliver()
        publish()
        let ended = ended
        let journal = journal!
        transport.close().assumeIsolated().whenComplete { [self] _ in
            finishLate(inbox.close())
            files.submit { _ in
                journal.close()
                ended.succeed()
            }
        }
    }

    /// Requests that came when the node had ended.
    func finishLate(_ input: Inbox<Machine>.Contents) {
        for batch in input.requests { refuse(batch, .stopped) }
        deliver()
    }
}

extension ReplicaLoop: PeerTransportDelegate {
    func received(_ envelopes: [Envelope], from peer: NodeID) {
        guard lifecycle.isFormed, !lifecycle.isEnded else { return }
        now = MonotonicClock.now()
        for envelope in envelopes { step(.received(envelope, from: peer)) }
        inbox.askForTurn()
    }

    func lost(_ peer: NodeID) {
        guard lifecycle.isFormed, !lifecycle.isEnded else { return }
        now = MonotonicClock.now()
        step(.disconnected(peer))
        inbox.askForTurn()
    }

    func allAnswered(_ members: [Identity.FormedMember]) {
        guard !lifecycle.isEnded else { return }
        now = MonotonicClock.now()
        form(members)
    }
}

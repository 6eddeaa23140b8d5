import PaxosBase

/// The commands of this replica's clients that were not applied yet, ascending by sequence.
struct PendingCommands: Hashable, Sendable {
    /// Names them, together with each one's sequence.
    private let node: NodeID
    private let incarnation: Incarnation
    private var queue = RingBuffer<Pending>()
    private var nextSequence: UInt64 = 1
    /// How many at the front went to the present leader.
    private(set) var dispatched = 0
    /// Of all payloads.
    private(set) var bytes = 0
    /// Since when the one that came first waits, or earlier: those that were renumbered stand behind younger ones.
    private var waitingSince = Instant.distantFuture

    struct Pending: Hashable, Sendable {
        let sequence: UInt64
        let token: UInt64
        let payload: Payload
        let since: Instant
        var sentAt: Instant
    }

    init(of node: NodeID, in incarnation: Incarnation) {
        self.node = node
        self.incarnation = incarnation
    }

    var count: Int { queue.count }

    /// Since when the one that came first waits, or earlier; nil when there is none.
    var oldest: Instant? { queue.isEmpty ? nil : waitingSince }

    /// How many still have to go to the present leader.
    var undispatched: Int { queue.count - dispatched }

    mutating func append(token: UInt64, payload: Payload, since: Instant) {
        queue.append(Pending(sequence: nextSequence, token: token, payload: payload, since: since, sentAt: since))
        bytes += payload.count
        waitingSince = min(waitingSince, since)
        nextSequence += 1
    }

    private mutating func popFirst() -> Pending? {
        guard let first = queue.popFirst() else { return nil }
        dispatched = max(0, dispatched - 1)
        bytes -= first.payload.count
        return first
    }

    /// Hands out the next commands, at most `limit`, for the way to the leader.
    mutating func dispatch(atMost limit: Int, at now: Instant) -> [Command] {
        let range = dispatched..<(dispatched + max(0, min(limit, undispatched)))
        dispatched = range.upperBound
        return range.map { position in
            queue[position].sentAt = now
            let origin = Origin(node: node, incarnation: incarnation, sequence: queue[position].sequence)
            return Command(origin: origin, payload: queue[position].payload)
        }
    }

    /// Another leader, or no answer for long: all go again.
    mutating func startOver() { dispatched = 0 }

    /// Whether what was dispatched has had no effect for `limit`.
    func isOverdue(at now: Instant, limit: TimeSpan) -> Bool {
        guard let first = queue.first, dispatched > 0 else { return false }
        return now.since(first.sentAt) >= limit
    }

    /// A command of this replica takes effect: who waits for it? Those that it overtook never will take effect under
    /// their number; they go again under a new one.
    mutating func settle(_ origin: Origin) -> UInt64? {
        guard origin.node == node, origin.incarnation == incarnation else { return nil }
        while let first = queue.first, first.sequence <= origin.sequence {
            _ = popFirst()
            if first.sequence == origin.sequence { return first.token }
            append(token: first.token, payload: first.payload, since: first.since)
        }
        return nil
    }

    /// Gives up the commands that have waited for `limit`.
    /// - Returns: Their tokens.
    mutating func takeExpired(at now: Instant, limit: TimeSpan) -> [UInt64] {
        guard let oldest, now.since(oldest) >= limit else { return [] }
        var expired: [UInt64] = []
        var (kept, keptDispatched) = (RingBuffer<Pending>(), 0)
        waitingSince = .distantFuture
        for position in 0..<queue.count {
            let pending = queue[position]
            guard now.since(pending.since) < limit else {
                expired.append(pending.token)
                bytes -= pending.payload.count
                continue
            }
            kept.append(pending)
            waitingSince = min(waitingSince, pending.since)
            if position < dispatched { keptDispatched += 1 }
        }
        (queue, dispatched) = (kept, keptDispatched)
        return expired
    }
}

// Commands on their way to the leader. A replica that does not lead forwards its clients' commands, under their origin,
// and answers when it has applied them itself.
extension Core {
    /// Clients of this replica propose commands.
    mutating func admit(_ proposals: [Proposal], at now: Instant, into effects: inout Effects) {
        for proposal in proposals {
            if isJournalFull {
                effects.outcomes.append(.rejected(token: proposal.token, .journalFull))
            } else if commands.count >= settings.maximumPending || commands.bytes >= settings.maximumPendingBytes {
                effects.outcomes.append(.rejected(token: proposal.token, .overloaded))
            } else {
                commands.append(token: proposal.token, payload: proposal.payload, since: now)
            }
        }
    }

    /// Sends commands on their way, in messages of limited size.
    func forward(_ commands: [Command], hops: UInt8, to peer: NodeID, seat: Seat, into effects: inout Effects) {
        var batch: [Command] = []
        var bytes = 0
        for command in commands {
            if !batch.isEmpty, bytes + command.byteCount > settings.maximumBatchBytes {
                seat.send(.forward(Forward(commands: batch, hops: hops)), to: peer, into: &effects)
                batch = []
                bytes = 0
            }
            batch.append(command)
            bytes += command.byteCount
        }
        if !batch.isEmpty { seat.send(.forward(Forward(commands: batch, hops: hops)), to: peer, into: &effects) }
    }

    /// Gives up commands whose outcome nobody could tell in time; they may still be applied.
    mutating func expireCommands(at now: Instant, into effects: inout Effects) {
        for token in commands.takeExpired(at: now, limit: settings.proposalTimeout) {
            effects.outcomes.append(.unknown(token: token))
        }
    }
}

import PaxosBase

/// The commands of this replica's clients that were not applied yet, ascending by sequence.
struct PendingCommands: Hashable, Sendable {
    var queue = RingBuffer<Pending>()
    var nextSequence: UInt64 = 1
    /// How many at the front went to the present leader.
    var dispatched = 0
    /// Of all payloads.
    private(set) var bytes = 0

    struct Pending: Hashable, Sendable {
        let sequence: UInt64
        let token: UInt64
        let payload: Payload
        let since: Instant
        var sentAt: Instant
    }

    mutating func append(token: UInt64, payload: Payload, since: Instant) {
        queue.append(Pending(sequence: nextSequence, token: token, payload: payload, since: since, sentAt: since))
        bytes += payload.count
        nextSequence += 1
    }

    mutating func popFirst() -> Pending? {
        guard let first = queue.popFirst() else { return nil }
        dispatched = max(0, dispatched - 1)
        bytes -= first.payload.count
        return first
    }
}

// Commands on their way to the leader. A replica that does not lead forwards its clients' commands, under their origin,
// and answers when it has applied them itself.
extension Replica {
    mutating func propose(_ proposals: [Proposal], at now: Instant, into effects: inout Effects) {
        for proposal in proposals {
            if isJournalFull {
                effects.outcomes.append(.rejected(token: proposal.token, .journalFull))
            } else if commands.queue.count >= settings.maximumPending || commands.bytes >= settings.maximumPendingBytes
            {
                effects.outcomes.append(.rejected(token: proposal.token, .overloaded))
            } else {
                commands.append(token: proposal.token, payload: proposal.payload, since: now)
            }
        }
    }

    /// All that was gathered leaves: commands, accepts, marks and reads, each in one batch.
    mutating func drain(at now: Instant, into effects: inout Effects) {
        guard durability.isReady else { return }
        dispatchCommands(at: now, into: &effects)
        drainLeader(at: now, into: &effects)
        startReads(at: now, into: &effects)
        recordProgress(force: false, at: now, into: &effects)
    }

    private mutating func dispatchCommands(at now: Instant, into effects: inout Effects) {
        guard commands.dispatched < commands.queue.count else { return }
        let fresh = commands.dispatched..<commands.queue.count
        if case .leader(let leader) = role {
            // What finds no room stays for the next turn.
            guard leader.backlogBytes < settings.maximumPendingBytes else { return }
            let room = max(0, settings.maximumPending - leader.backlog.count)
            lead(with: takeForDispatch(fresh.prefix(room), at: now), at: now, into: &effects)
        } else if let relay = wayToLeader(at: now) {
            forward(takeForDispatch(fresh, at: now), hops: 2, to: relay, into: &effects)
        }
    }

    private mutating func takeForDispatch(_ range: Range<Int>, at now: Instant) -> [Command] {
        commands.dispatched = range.upperBound
        return range.map { position in
            commands.queue[position].sentAt = now
            let pending = commands.queue[position]
            let origin = Origin(node: node, incarnation: incarnation, sequence: pending.sequence)
            return Command(origin: origin, payload: pending.payload)
        }
    }

    /// The leader itself, or a happy peer that follows it when the leader is out of reach.
    private func wayToLeader(at now: Instant) -> NodeID? {
        guard election.leader != .zero, election.leader.node != node else { return nil }
        let heard = election.heard(at: now, within: settings.electionTimeout)
        if let peer = configuration.index(of: election.leader.node), heard.contains(peer) {
            return election.leader.node
        }
        let relay = heard.first {
            election.peers[$0].reply?.leader == election.leader && election.peers[$0].reply?.isHappy == true
        }
        return relay.map { configuration.members[$0] } ?? election.leader.node
    }

    private mutating func forward(
        _ commands: [Command], hops: UInt8, to peer: NodeID, into effects: inout Effects
    ) {
        var batch: [Command] = []
        var bytes = 0
        for command in commands {
            batch.append(command)
            bytes += command.payload.count
            guard bytes >= settings.maximumBatchBytes else { continue }
            send(.forward(Forward(commands: batch, hops: hops)), to: peer, into: &effects)
            batch = []
            bytes = 0
        }
        if !batch.isEmpty { send(.forward(Forward(commands: batch, hops: hops)), to: peer, into: &effects) }
    }

    mutating func receive(_ forward: Forward, at now: Instant, into effects: inout Effects) {
        if case .leader(let leader) = role {
            // What finds no room is as good as lost, and comes again.
            guard leader.backlogBytes < settings.maximumPendingBytes else { return }
            lead(with: forward.commands, at: now, into: &effects)
        } else if forward.hops > 0, let relay = wayToLeader(at: now) {
            self.forward(forward.commands, hops: forward.hops - 1, to: relay, into: &effects)
        }
    }

    /// A command of this replica takes effect: who waits for it? Those that it overtook never will take effect under
    /// their number; they go again under a new one.
    mutating func settle(_ origin: Origin) -> UInt64? {
        guard origin.node == node, origin.incarnation == incarnation else { return nil }
        while let first = commands.queue.first, first.sequence <= origin.sequence {
            _ = commands.popFirst()
            if first.sequence == origin.sequence { return first.token }
            commands.append(token: first.token, payload: first.payload, since: first.since)
        }
        return nil
    }

    /// Gives up commands whose outcome nobody could tell in time; they may still be applied.
    mutating func expireCommands(at now: Instant, into effects: inout Effects) {
        while let first = commands.queue.first, now.since(first.since) >= settings.proposalTimeout {
            _ = commands.popFirst()
            effects.outcomes.append(.unknown(token: first.token))
        }
    }

    /// Sends again what has had no answer for a while.
    mutating func resend(at now: Instant, into effects: inout Effects) {
        resendPrepare(at: now, into: &effects)
        resendAccepts(at: now, into: &effects)
        if let first = commands.queue.first, commands.dispatched > 0, !isLeading,
            now.since(first.sentAt) >= settings.forwardResendInterval
        {
            commands.dispatched = 0
        }
        dispatchCommands(at: now, into: &effects)
        drainLeader(at: now, into: &effects)
    }
}

import PaxosBase

/// What waits for a write. A promise or an acceptance leaves only when it is on stable storage (rule 1).
struct Durability: Hashable, Sendable {
    /// The highest write handed out.
    var lastWrite = WriteID.zero
    /// The highest write on stable storage.
    var durableWrite = WriteID.zero
    var waiting = RingBuffer<Waiting>()
    /// The incarnation's record was handed out.
    var hasBegun = false
    /// The incarnation's record is durable.
    var isReady = false
    /// Everything up to here is chosen and on stable storage here: peers need not keep it for this node.
    var watermark = Slot.zero
    /// Bytes of entries handed out in writes that are not durable yet.
    var unsyncedBytes = 0
    /// The same for each of these writes.
    var unsynced = RingBuffer<Unsynced>()
    /// Since when the oldest write has been under way.
    var busySince: Instant?

    struct Unsynced: Hashable, Sendable {
        let write: WriteID
        var bytes: Int
    }

    mutating func handedOut(_ bytes: Int) {
        unsyncedBytes += bytes
        if let last = unsynced.last, last.write == lastWrite {
            unsynced[unsynced.count - 1].bytes += bytes
        } else {
            unsynced.append(.init(write: lastWrite, bytes: bytes))
        }
    }

    mutating func becameDurable(through write: WriteID) {
        durableWrite = write
        while let first = unsynced.first, first.write <= write {
            unsynced.popFirst()
            unsyncedBytes -= first.bytes
        }
    }

    struct Waiting: Hashable, Sendable {
        let write: WriteID
        let action: DurableAction
    }
}

/// What happens once a write is durable.
enum DurableAction: Hashable, Sendable {
    case begin
    case prepare(Ballot)
    case promise(to: NodeID, Prepare)
    case accepted(to: NodeID, Accepted)
    /// The leader's own vote.
    case ownVote(Accepted)
    /// Everything up to here is chosen and on this node's stable storage.
    case watermark(Slot)
}

extension Replica {
    /// The incarnation is made durable before anything else happens in it.
    mutating func begin(at now: Instant, into effects: inout Effects) {
        guard !durability.hasBegun else { return }
        durability.hasBegun = true
        record(.incarnation(incarnation), into: &effects)
        whenDurable(.begin, at: now, into: &effects)
    }

    /// Hands out a record under the write that the host will make of all records gathered with it.
    mutating func record(_ record: Record, into effects: inout Effects) {
        if effects.records.isEmpty {
            durability.lastWrite = durability.lastWrite.next
            effects.writeID = durability.lastWrite
        }
        effects.records.append(record)
        switch record {
        case .accepted(_, _, let entry), .learned(_, let entry): durability.handedOut(entry.byteCount)
        case .incarnation, .promised, .chosen, .trimmed: break
        }
    }

    /// Does `action` as soon as everything recorded so far is durable.
    mutating func whenDurable(_ action: DurableAction, at now: Instant, into effects: inout Effects) {
        if durability.lastWrite <= durability.durableWrite {
            perform(action, at: now, into: &effects)
        } else {
            if durability.busySince == nil { durability.busySince = now }
            durability.waiting.append(.init(write: durability.lastWrite, action: action))
        }
    }

    mutating func written(_ write: WriteID, at now: Instant, into effects: inout Effects) {
        invariant(
            write <= durability.lastWrite, "a durable write was handed out: \(write) up to \(durability.lastWrite)")
        guard write > durability.durableWrite else { return }
        durability.becameDurable(through: write)
        durability.busySince = durability.lastWrite > write ? now : nil
        var acknowledgement: (to: NodeID, run: Accepted)?
        while let waiting = durability.waiting.first, waiting.write <= write {
            durability.waiting.popFirst()
            // Neighbouring runs of one ballot leave as one message.
            if case .accepted(let leader, let run) = waiting.action {
                if let (to, former) = acknowledgement, to == leader, former.ballot == run.ballot,
                    former.last.next == run.first
                {
                    acknowledgement = (to, Accepted(ballot: run.ballot, first: former.first, last: run.last))
                    continue
                }
                if let (to, run) = acknowledgement { send(.accepted(run), to: to, into: &effects) }
                acknowledgement = (leader, run)
            } else {
                perform(waiting.action, at: now, into: &effects)
            }
        }
        if let (to, run) = acknowledgement { send(.accepted(run), to: to, into: &effects) }
    }

    private mutating func perform(_ action: DurableAction, at now: Instant, into effects: inout Effects) {
        switch action {
        case .begin: durability.isReady = true
        case .prepare(let ballot): sendPrepare(ballot, at: now, into: &effects)
        case .promise(let candidate, let prepare): sendPromise(to: candidate, prepare, into: &effects)
        case .accepted(let leader, let accepted): send(.accepted(accepted), to: leader, into: &effects)
        case .ownVote(let vote): count(vote, of: index, into: &effects)
        case .watermark(let slot):
            durability.watermark = max(durability.watermark, slot)
            releaseApplied()
        }
    }

    /// Whether the oldest write takes so long that this node should not lead.
    func isJournalStalled(at now: Instant) -> Bool {
        guard let since = durability.busySince else { return false }
        return now.since(since) > settings.journalStallLimit
    }
}

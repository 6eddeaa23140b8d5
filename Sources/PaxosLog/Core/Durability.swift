import PaxosBase

/// What waits for a write. A promise or an acceptance leaves only when it is on stable storage (rule 1).
@usableFromInline
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
    @usableFromInline var watermark = Slot.zero
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

    /// Takes the next action whose write is on stable storage.
    mutating func popDue() -> DurableAction? {
        guard let first = waiting.first, first.write <= durableWrite else { return nil }
        return waiting.popFirst()?.action
    }

    /// Whether the oldest write takes so long that this node should not lead.
    func isStalled(at now: Instant, limit: TimeSpan) -> Bool {
        guard let busySince else { return false }
        return now.since(busySince) > limit
    }
}

/// What happens once a write is durable.
enum DurableAction: Hashable, Sendable {
    /// The incarnation is durable: the node may speak.
    case begin
    /// The candidate's own promise.
    case prepare(Ballot)
    case promise(to: NodeID, Prepare)
    case accepted(to: NodeID, Accepted)
    /// The leader's own vote.
    case ownVote(Accepted)
    /// Everything up to here is chosen and on this node's stable storage.
    case watermark(Slot)
}

extension Core {
    /// The incarnation is made durable before anything else happens in it.
    mutating func begin(at now: Instant, into effects: inout Effects) {
        guard !durability.hasBegun else { return }
        durability.hasBegun = true
        record(.incarnation(incarnation), into: &effects)
        putOff(.begin, at: now)
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

    /// Whether everything recorded so far is durable, so that nothing has to be put off.
    var isAllDurable: Bool { durability.lastWrite <= durability.durableWrite }

    /// Puts `action` off until everything recorded so far is durable.
    mutating func putOff(_ action: DurableAction, at now: Instant) {
        if durability.busySince == nil { durability.busySince = now }
        durability.waiting.append(.init(write: durability.lastWrite, action: action))
    }

    /// Everything up to `write` is on stable storage; what waited for it is due.
    /// - Returns: Whether that was not known before.
    mutating func noteWritten(_ write: WriteID, at now: Instant) -> Bool {
        invariant(
            write <= durability.lastWrite, "a durable write was handed out: \(write) up to \(durability.lastWrite)")
        guard write > durability.durableWrite else { return false }
        durability.becameDurable(through: write)
        durability.busySince = durability.lastWrite > write ? now : nil
        return true
    }

    /// Everything up to `slot` is chosen and on stable storage here.
    mutating func noteDurableWatermark(_ slot: Slot) {
        durability.watermark = max(durability.watermark, slot)
        releaseApplied()
    }
}

import DecreeStore
import PaxosBase

/// What a request asks of the server, once it was read and found sound.
public enum Work: Sendable {
    /// A change for the replicated log, in the log's own form.
    case operation(Payload, WriteKind)
    /// A question to the store. A linearizable one waits for a barrier, any other is answered from the local state.
    case query(StoreQuery, linearizable: Bool)
    case memberList(linearizable: Bool)
    /// What this member says of itself.
    case status
    /// Which alarms stand.
    case alarmList
    /// Nothing to do here: the store frees its memory as it goes.
    case defragment
    /// Whether the named service is served; the only one is the empty name.
    case healthCheck(service: String)
    /// The same as a stream: the state now, and again whenever it changes.
    case healthWatch(service: String)
}

/// Which change an operation is, for what follows its answer and for metrics.
public enum WriteKind: UInt8, Sendable, Hashable {
    case put
    case deleteRange
    case txn
    case compact
    /// The client wants its answer when the old data is gone from memory too: when the store's `reclaimedRevision` has
    /// reached its `compactRevision`.
    case compactPhysically
}

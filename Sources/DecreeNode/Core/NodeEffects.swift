import DecreeJournal
import PaxosBase
import PaxosLog

/// What a node wants done by its host, in the order of these fields: the disk begins first and works beside the rest.
public struct NodeEffects: Sendable {
    /// To be written and synced, in order; each is answered by ``NodeEvent/written(_:_:)``.
    public var batches: [JournalBatch] = []
    public var sends: [Send] = []
    /// To be read back from the journal; each is answered by ``NodeEvent/loaded(_:first:_:for:)``.
    public var loads: [GroupLoad] = []
    /// The growth of the journal is to be told (``NodeEvent/measured(journalBytes:freeBytes:)``).
    public var measuresJournal = false
    /// To be made durable in place of the former; answered by ``NodeEvent/identityRecorded(_:)`` or its opposite.
    public var identity: NodeIdentity? {
        get { rare?.identity }
        set { if newValue != nil || rare != nil { change { $0.identity = newValue } } }
    }
    public var snapshots: [SnapshotEffect] = []
    /// For the log of the operator.
    public var notices: [NodeNotice] = []
    /// The node must not go on: nothing may be stepped after this, and the embedder decides how the process ends.
    public var fault: NodeFault? {
        get { rare?.fault }
        set { if newValue != nil || rare != nil { change { $0.fault = newValue } } }
    }
    /// The node has ended: all that is left is to close connections and files.
    public var hasEnded = false

    /// What hardly any turn wants, kept apart: effects are moved and emptied in every turn.
    private var rare: RareEffects?

    public init() {}

    private mutating func change(_ change: (inout RareEffects.Content) -> Void) {
        var content = rare?.content ?? RareEffects.Content()
        change(&content)
        rare = RareEffects(content)
    }

    public var isEmpty: Bool {
        batches.isEmpty && sends.isEmpty && loads.isEmpty && snapshots.isEmpty && notices.isEmpty && rare == nil
            && !hasEnded && !measuresJournal
    }

    /// Empties the effects and keeps the memory for the next turn.
    public mutating func removeAll() {
        // Most are empty in most turns, and an empty array is not emptied for nothing.
        if !batches.isEmpty { batches.removeAll(keepingCapacity: true) }
        if !sends.isEmpty { sends.removeAll(keepingCapacity: true) }
        if !loads.isEmpty { loads.removeAll(keepingCapacity: true) }
        if !snapshots.isEmpty { snapshots.removeAll(keepingCapacity: true) }
        if !notices.isEmpty { notices.removeAll(keepingCapacity: true) }
        measuresJournal = false
        if rare != nil { rare = nil }
        hasEnded = false
    }
}

/// Behind one word.
private final class RareEffects: Sendable {
    struct Content: Sendable {
        var identity: NodeIdentity?
        var fault: NodeFault?
    }

    let content: Content

    init(_ content: Content) { self.content = content }

    var identity: NodeIdentity? { content.identity }
    var fault: NodeFault? { content.fault }
}

/// Asks for entries of one group's journal.
public struct GroupLoad: Hashable, Sendable {
    public let group: GroupID
    public let load: Load

    public init(group: GroupID, load: Load) {
        self.group = group
        self.load = load
    }
}

/// What is worth a line in the log.
public enum NodeNotice: Hashable, Sendable {
    /// The first start of a cluster goes on once every member has answered.
    case awaitingMembers
    case formed([NodeID])
    /// The group follows another leader, or none.
    case leaderChanged(GroupID, Ballot?)
    case journalFull(Bool)
    /// The log holds an entry of a kind that this version does not know.
    case halted(GroupID, Slot, kind: UInt8)
    case snapshotBegan(GroupID, Slot)
    case snapshotWritten(GroupID, WrittenSnapshot, took: TimeSpan)
    case snapshotFailed(GroupID, reason: String, retryAfter: TimeSpan)
    case stopping(isGraceful: Bool)
}

/// Why a running node must end at once.
public enum NodeFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A write or a sync failed: nobody knows what the disk holds.
    case journalFailed(JournalError)
    /// Going on would be to vote without a memory of it.
    case identityNotRecorded(reason: String)

    public var description: String {
        switch self {
        case .journalFailed(let error):
            "journal: \(error). The node ends, because what the disk holds is not known any more"
        case .identityNotRecorded(let reason): "the identity cannot be recorded, the node ends: \(reason)"
        }
    }
}

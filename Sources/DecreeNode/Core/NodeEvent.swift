import DecreeWire
import PaxosBase
import PaxosLog

/// What can happen to a node, besides requests, which its machines take in (``GroupMachine``).
public enum NodeEvent: Sendable {
    /// All that one read brought from a greeted peer, in order.
    case received([Envelope], from: NodeID)
    /// A peer was greeted, and its greeting judged well.
    ///
    /// An answer comes from a peer that this node dialled. Otherwise the peer dialled this node, which proves nothing: its
    /// incarnation is not believed, and it does not count as one of the members that answered.
    case greeted(Hello, isAnswer: Bool)
    /// A greeted heartbeat connection to or from the peer ended.
    case disconnected(NodeID)
    /// Everything of the group up to this write is on stable storage.
    case written(GroupID, WriteID)
    /// What a load asked for; empty when it cannot be had.
    case loaded(GroupID, first: Slot, [Entry], for: NodeID)
    /// The journal refuses (or again takes) writes.
    case journalFull(Bool)
    /// What the journal has written since it was opened, and what is free on the disk of the snapshots (nil: nobody
    /// knows), in bytes. Asked for by ``NodeEffects/measuresJournal``.
    case measured(journalBytes: Int, freeBytes: Int?)
    /// The identity that was to be recorded is on stable storage.
    case identityRecorded(NodeIdentity)
    /// It cannot be recorded: the node ends.
    case identityNotRecorded(reason: String)
    /// So many blocks of the group's snapshot were written since it was last said.
    case snapshotBlocksWritten(GroupID, Int)
    /// The group's snapshot is durable under its name, or there is none.
    case snapshotEnded(GroupID, Result<WrittenSnapshot, SnapshotFailure>)
    /// Somebody wants a snapshot of every group as soon as possible.
    case snapshotRequested
    /// If this node leads, another should.
    case handOverRequested
    case stopRequested(isGraceful: Bool)
}

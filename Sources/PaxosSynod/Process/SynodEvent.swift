import PaxosBase

/// What can happen to a process.
public enum SynodEvent: Hashable, Sendable {
    /// The process begins, with what its disk held. The first event, exactly once.
    case started
    case received(SynodMessage, from: NodeID)
    /// A client of this process wants a value to be chosen. Comes again after a restart if the client still wants it.
    case proposed(Payload)
    /// Everything up to this write is on stable storage.
    case written(SynodWrite)
    /// A hint who should propose, and nobody else; nil when there is none. A wrong one costs time, never safety.
    case hinted(leader: NodeID?)
    /// Try a new ballot now: for hosts that decide themselves when.
    case stands
    /// The next deadline came.
    case timePassed
}

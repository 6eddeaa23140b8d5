import PaxosBase

/// What members of a ``LeaderlessLog`` say to each other: something about one slot.
public struct LogMessage: Hashable, Sendable {
    /// Which decision it is about.
    public let slot: Slot
    /// In the words of the protocol that decides; that a command is chosen is said in them too.
    public let message: SynodMessage

    public init(_ slot: Slot, _ message: SynodMessage) {
        self.slot = slot
        self.message = message
    }
}

/// A message with its receiver, which may be the sender itself.
public struct LogSend: Hashable, Sendable {
    /// The receiver.
    public let to: NodeID
    /// What it is told.
    public let message: LogMessage
}

/// What a member must not forget of a slot.
public struct LogRecord: Hashable, Sendable {
    /// Which decision it is about.
    public let slot: Slot
    /// What its protocol must not forget.
    public let record: SynodRecord
}

/// What stands in a slot.
public struct LogEntry: Hashable, Sendable {
    /// Its place in the order.
    public let slot: Slot
    /// The command; empty where the slot was filled by a repair and says nothing.
    public let command: Payload
}

/// What a member finds on its disk when it starts: the fold of all records that survived.
public struct LogState: Hashable, Sendable {
    /// From slot 1 on.
    private var slots: [SynodState] = []

    /// Of a member that never ran.
    public init() {}

    /// Folds in the next record.
    public mutating func absorb(_ record: LogRecord) {
        let place = Int(record.slot.rawValue) - 1
        while slots.count <= place { slots.append(SynodState()) }
        slots[place].absorb(record.record)
    }

    /// What is durable of a slot.
    subscript(_ slot: Slot) -> SynodState {
        let place = Int(slot.rawValue) - 1
        return slots.indices.contains(place) ? slots[place] : SynodState()
    }
}

/// What can happen to a member of a log.
public enum LogEvent: Hashable, Sendable {
    case received(LogMessage, from: NodeID)
    /// A client of this member wants a command in the log. Equal commands are one: who wants the same twice names it twice.
    case proposed(Payload)
    /// Everything up to this write is on stable storage.
    case written(SynodWrite)
    /// Find out what stands in the first slot that is not known here, as after a restart or where others are further.
    case repairs
    /// The next deadline came.
    case timePassed
}

/// What a member of a log wants done.
public struct LogEffects: Sendable {
    /// To send at once, in any order, or to lose.
    public var sends: [LogSend] = []
    /// To be made durable, in order and all together; then the member is to be told ``LogEvent/written(_:)``.
    public var records: [LogRecord] = []
    /// Names the write of ``records``.
    public var write = SynodWrite.zero
    /// What is delivered now: from one slot to the next, without a gap, each once.
    public var delivered: [LogEntry] = []

    public init() {}

    mutating func send(_ slot: Slot, _ message: SynodMessage, to receiver: NodeID) {
        sends.append(LogSend(to: receiver, message: LogMessage(slot, message)))
    }
}

/// A rule of the leaderless log that is left out on purpose. Only the laboratory sets one.
package enum LogFlaw: String, CaseIterable, Sendable, Hashable {
    /// What is learned is delivered at once, whatever is missing before it.
    case deliversOutOfOrder
    /// A member whose ballot is beaten goes on to the next slot, before it knows that it lost this one.
    case goesOnUnbeaten
    /// Promises that were given for one slot are counted for the next.
    case promisesOfFormerSlotCounted
}

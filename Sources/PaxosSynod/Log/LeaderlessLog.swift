import PaxosBase

/// A member of a replicated log without a leader: each slot is a decision of its own, and any member tries to have its
/// clients' commands chosen.
///
/// A command is tried in the first slot that is not known here. If it is chosen there the client is answered; if another is,
/// it lost, and the next slot is tried. So a command takes at most one slot, whoever tries it and however often a client asks:
/// to try it in a later slot somebody has to know that another one is chosen in each slot before. Equal bytes are one command:
/// clients whose commands may look alike put a name into them. What is learned early is
/// kept until all before it is known, so that all members deliver the same commands in the same order.
///
/// A member that knows the command of a slot needs nothing else of it: it answers every request with that command, and so
/// interrupts the round. Where nobody knows, the round completes what was accepted. To ask what was missed is therefore to run a round.
/// - Source: the first of the texts ("Enters Paxos", "Safely Restoring A Decision"); Lamport, "Paxos Made Simple", section 3.
public struct LeaderlessLog<Instance: Consensus>: Hashable, Sendable {
    /// What is known of a slot here.
    private enum Place: Hashable, Sendable {
        case untouched
        case open(Instance)
        case chosen(Payload)
    }

    /// A write of an instance, within one of the log's.
    private struct Writing: Hashable, Sendable {
        let write: SynodWrite
        let slot: Slot
        let own: SynodWrite
    }

    /// Its own, one of the members.
    public let identity: NodeID
    /// Who takes part: each proposes and accepts.
    public let members: Configuration
    /// All up to here is delivered.
    public private(set) var delivered = Slot.zero
    /// From slot 1 on.
    private var places: [Place] = []
    /// What clients of this member want and is not known to be chosen; the first is tried.
    private var wishes: [Payload] = []
    /// In which slot.
    private var tried: Slot?
    private var writings: [Writing] = []
    private var lastWrite = SynodWrite.zero
    /// Promises for the slot that is tried, kept by a flaw alone.
    private var promises: [LogPromise] = []
    private let durable: LogState
    private let patience: Patience?
    private let flaw: LogFlaw?

    /// So many slots behind what is delivered are taken part in: whoever speaks of later ones is not heard, so that nobody makes a
    /// member keep more than these at once. What was delivered is kept for good: nothing is trimmed, and work grows with the log.
    public static var reach: UInt64 { 1 << 10 }

    /// - Parameters:
    ///   - durable: The fold of all records that its disk holds.
    ///   - patience: When it tries again by itself; nil when it does only what it is told.
    public init(identity: NodeID, members: Configuration, durable: LogState, patience: Patience?) {
        self.init(identity: identity, members: members, durable: durable, patience: patience, flaw: nil)
    }

    package init(identity: NodeID, members: Configuration, durable: LogState, patience: Patience?, flaw: LogFlaw?) {
        self.identity = identity
        self.members = members
        self.durable = durable
        self.patience = patience
        self.flaw = flaw
    }

    /// When it wants to be told that time passed; nil when it waits for nothing.
    public var nextDeadline: Instant? {
        places.compactMap { if case .open(let instance) = $0 { instance.nextDeadline } else { nil } }.min()
    }

    /// A client of this member waits.
    public var isWaiting: Bool { !wishes.isEmpty }

    /// The command that is known to be chosen in a slot; nil when none is.
    public func chosen(in slot: Slot) -> Payload? {
        guard let index = index(of: slot), case .chosen(let command) = places[index] else { return nil }
        return command
    }

    /// The protocol's member for a slot that is under way; nil where nothing is, and where it is known what is chosen.
    package func instance(of slot: Slot) -> Instance? {
        guard let index = index(of: slot), case .open(let instance) = places[index] else { return nil }
        return instance
    }

    /// Takes in what happened.
    /// - Parameters:
    ///   - now: On this member's monotonic clock.
    ///   - effects: Empty before; carried out before the next step.
    public mutating func step(_ event: LogEvent, at now: Instant, into effects: inout LogEffects) {
        switch event {
        case .received(let message, let sender): receive(message, from: sender, at: now, into: &effects)
        case .proposed(let command): propose(command, at: now, into: &effects)
        case .written(let write): release(through: write, at: now, into: &effects)
        case .repairs: repair(at: now, into: &effects)
        case .timePassed:
            for slot in openSlots { tell(slot, .timePassed, at: now, into: &effects) }
        }
    }
}

/// An acceptor's promise for some slot.
private struct LogPromise: Hashable, Sendable {
    let ballot: Ballot
    let acceptor: NodeID
}

// MARK: Equality

/// Members of one log have the same constants, and how many writes there were until now makes no difference.
extension LeaderlessLog {
    public static func == (left: LeaderlessLog, right: LeaderlessLog) -> Bool {
        left.identity == right.identity && left.delivered == right.delivered && left.places == right.places
            && left.wishes == right.wishes && left.tried == right.tried && left.promises == right.promises
            && left.writings.elementsEqual(right.writings) { $0.slot == $1.slot }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(delivered)
        hasher.combine(places)
        hasher.combine(wishes)
        hasher.combine(tried)
        hasher.combine(promises)
        hasher.combine(writings.map(\.slot))
    }
}

// MARK: Commands

extension LeaderlessLog {
    private mutating func propose(_ command: Payload, at now: Instant, into effects: inout LogEffects) {
        guard !command.isEmpty, !wishes.contains(command), !places.contains(.chosen(command)) else { return }
        wishes.append(command)
        tryNext(at: now, into: &effects)
    }

    /// The first of the wishes is tried in the first slot that is not known; nothing is while another one is.
    private mutating func tryNext(at now: Instant, into effects: inout LogEffects) {
        guard tried == nil, let command = wishes.first else { return }
        let slot = firstUnknown
        tried = slot
        tell(slot, .proposed(command), at: now, into: &effects)
        guard flaw == .promisesOfFormerSlotCounted else { return }
        for promise in promises {
            let message = SynodMessage.promise(promise.ballot, accepted: nil)
            tell(slot, .received(message, from: promise.acceptor), at: now, into: &effects)
        }
    }

    /// A round for the first slot that is not known, with nothing in it if nobody has accepted anything there.
    private mutating func repair(at now: Instant, into effects: inout LogEffects) {
        let isTrying = tried == firstUnknown
        tell(firstUnknown, isTrying ? .stands : .proposed(Payload()), at: now, into: &effects)
    }

    private var firstUnknown: Slot {
        let known = places.prefix { if case .chosen = $0 { true } else { false } }
        return Slot(UInt64(known.count) + 1)
    }
}

// MARK: Slots

extension LeaderlessLog {
    private mutating func receive(
        _ received: LogMessage, from sender: NodeID, at now: Instant, into effects: inout LogEffects
    ) {
        let (slot, message) = (received.slot, received.message)
        guard slot > .zero, slot.rawValue <= delivered.rawValue + Self.reach else { return }
        if let command = chosen(in: slot) {
            if message.isRequest { effects.send(slot, .chosen(command), to: sender) }
            return
        }
        if case .promise(let ballot, _) = message, slot == tried, flaw == .promisesOfFormerSlotCounted {
            promises.append(LogPromise(ballot: ballot, acceptor: sender))
        }
        tell(slot, .received(message, from: sender), at: now, into: &effects)
        guard flaw == .goesOnUnbeaten, case .refused = message, tried == slot, let command = wishes.first else {
            return
        }
        tried = slot.next
        tell(slot.next, .proposed(command), at: now, into: &effects)
    }

    /// A slot's instance takes in what happened; what it wants done the log wants done.
    private mutating func tell(_ slot: Slot, _ event: SynodEvent, at now: Instant, into effects: inout LogEffects) {
        guard var instance = open(slot) else { return }
        var said = SynodEffects()
        instance.step(event, at: now, into: &said)
        places[Int(slot.rawValue) - 1] = .open(instance)
        for send in said.sends { effects.send(slot, send.message, to: send.to) }
        hold(said, of: slot, in: &effects)
        guard let command = said.learned else { return }
        learn(command, in: slot, isCounted: event.isVote, at: now, into: &effects)
    }

    /// The instance of a slot that is not known; it is made when the slot is first heard of.
    private mutating func open(_ slot: Slot) -> Instance? {
        let index = Int(slot.rawValue) - 1
        while places.count <= index { places.append(.untouched) }
        switch places[index] {
        case .open(let instance): return instance
        case .chosen: return nil
        case .untouched:
            return Instance(identity: identity, among: members, durable: durable[slot], patience: patience)
        }
    }

    /// A command is chosen. Who found that out from votes tells the others.
    private mutating func learn(
        _ command: Payload, in slot: Slot, isCounted: Bool, at now: Instant, into effects: inout LogEffects
    ) {
        places[Int(slot.rawValue) - 1] = .chosen(command)
        if isCounted {
            for member in members.members where member != identity { effects.send(slot, .chosen(command), to: member) }
        }
        wishes.removeAll { $0 == command }
        deliver(slot, command, into: &effects)
        guard tried == slot else { return }
        tried = nil
        tryNext(at: now, into: &effects)
    }

    /// What is known is delivered up to the first slot that is not.
    private mutating func deliver(_ slot: Slot, _ command: Payload, into effects: inout LogEffects) {
        if flaw == .deliversOutOfOrder { return effects.delivered.append(LogEntry(slot: slot, command: command)) }
        while let next = chosen(in: delivered.next) {
            delivered = delivered.next
            effects.delivered.append(LogEntry(slot: delivered, command: next))
        }
    }

    private func index(of slot: Slot) -> Int? {
        let index = Int(slot.rawValue) - 1
        return places.indices.contains(index) ? index : nil
    }

    private var openSlots: [Slot] {
        places.indices.filter { if case .open = places[$0] { true } else { false } }.map { Slot(UInt64($0) + 1) }
    }
}

extension SynodMessage {
    /// Somebody waits for an answer.
    package var isRequest: Bool {
        switch self {
        case .prepare, .accept, .ask: true
        case .promise, .accepted, .refused, .chosen: false
        }
    }
}

extension SynodEvent {
    fileprivate var isVote: Bool {
        if case .received(.accepted, _) = self { true } else { false }
    }
}

// MARK: Durability

extension LeaderlessLog {
    /// Each instance holds back what it says until its own write is durable; here is kept which of the log's that is in.
    private mutating func hold(_ said: SynodEffects, of slot: Slot, in effects: inout LogEffects) {
        guard !said.records.isEmpty else { return }
        if effects.records.isEmpty { lastWrite = lastWrite.next }
        effects.write = lastWrite
        effects.records += said.records.map { LogRecord(slot: slot, record: $0) }
        writings.append(Writing(write: lastWrite, slot: slot, own: said.write))
    }

    private mutating func release(through write: SynodWrite, at now: Instant, into effects: inout LogEffects) {
        invariant(write <= lastWrite, "a durable write was handed out: \(write.rawValue) up to \(lastWrite.rawValue)")
        let durable = writings.prefix { $0.write <= write }
        writings.removeFirst(durable.count)
        for writing in durable { tell(writing.slot, .written(writing.own), at: now, into: &effects) }
    }
}

import DecreeSimulator
import PaxosBase
import PaxosSynod

/// The processes of a Synod as they ship, in a world of values: messages arrive in any order, more than once or never,
/// writes take their time, and processes crash.
///
/// Drawn choices make a simulation of it, enumerated ones an exploration; the latter needs a disk that is a plain value.
struct SynodWorld: BranchingHarness, Hashable {
    /// What can happen: to a packet, by its place in the network, or to a process, by its place among all.
    enum Kind: Hashable {
        case arrives(UInt16)
        case isLost(UInt16)
        case isRepeated(UInt16)
        case syncs(UInt16)
        case stands(UInt16)
        case crashes(UInt16)
        case timePasses
    }

    struct Event {
        let kind: Kind
        /// The packet that it is about.
        var packet: SynodPacket?
        /// What came of it.
        var sends: [SynodPacket] = []
        var learned: [Lesson] = []
    }

    /// A process has learned what is chosen.
    struct Lesson: Hashable {
        let learner: NodeID
        let value: Payload
    }

    /// A process and its disk.
    struct Seat: Hashable {
        var process: SynodProcess
        var disk: SynodDisk
        var ballots = 0
        var life = 0
        /// Of all the above: what did not change need not be hashed again.
        private var hash = 0

        init(_ process: SynodProcess, _ disk: SynodDisk) {
            self.process = process
            self.disk = disk
        }

        mutating func changed() {
            var hasher = Hasher()
            hasher.combine(process)
            hasher.combine(disk)
            hasher.combine(ballots)
            hasher.combine(life)
            hash = hasher.finalize()
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    /// In which order things happen.
    enum Schedule: Hashable {
        /// In any, with faults.
        case any
        /// Without faults, everything in its turn.
        case inTurn
        /// The same, but that requests to accept are slower than everything else.
        case acceptsLast
    }

    let plan: SynodPlan
    private(set) var seats: [Seat] = []
    private(set) var network: [SynodPacket] = []
    private var crashes = 0
    private var losses = 0
    private var repetitions = 0
    private(set) var now = Instant.zero
    private var schedule = Schedule.any

    private static var maximumPackets: Int { 256 }

    init(_ plan: SynodPlan) {
        self.plan = plan
        for identity in plan.processes {
            var disk = plan.hasJournals ? SynodDisk.journaled(JournaledDisk(of: identity)) : .plain(PlainDisk())
            let process = Self.boot(identity, &disk, plan)
            seats.append(Seat(process, disk))
        }
        var event = Event(kind: .timePasses)
        for place in seats.indices { begin(place, &event) }
    }

    /// Equal worlds are reached by equal plans.
    func hash(into hasher: inout Hasher) {
        hasher.combine(seats)
        hasher.combine(network)
        hasher.combine(crashes)
        hasher.combine(now)
    }

    private static func boot(_ identity: NodeID, _ disk: inout SynodDisk, _ plan: SynodPlan) -> SynodProcess {
        SynodProcess(
            identity: identity, of: plan.synod, durable: disk.open(), patience: plan.patience(of: identity),
            flaw: plan.flaw)
    }

    /// A life begins, with a client that wants something.
    private mutating func begin(_ place: Int, _ event: inout Event) {
        step(place, .started, &event)
        guard plan.ballots == nil, let wish = wish(of: place) else { return }
        step(place, .proposed(wish), &event)
    }

    // MARK: What can happen

    func possibilities() -> [Event] { kinds.map { Event(kind: $0) } }

    var kinds: [Kind] { schedule == .any ? anything : nextInTurn.map { [$0] } ?? [] }

    private var anything: [Kind] {
        var kinds: [Kind] = []
        for place in network.indices { addFates(of: UInt16(place), to: &kinds) }
        for place in seats.indices {
            let number = UInt16(place)
            if seats[place].disk.isBusy { kinds.append(.syncs(number)) }
            if mayStand(place) { kinds.append(.stands(number)) }
            if crashes < plan.crashes { kinds.append(.crashes(number)) }
        }
        if nextDeadline != nil { kinds.append(.timePasses) }
        return kinds
    }

    private func mayStand(_ place: Int) -> Bool {
        guard let ballots = plan.ballots, seats[place].process.proposer != nil else { return false }
        return seats[place].ballots < ballots && seats.reduce(0) { $0 + $1.ballots } < plan.allBallots
    }

    private func addFates(of packet: UInt16, to kinds: inout [Kind]) {
        kinds.append(.arrives(packet))
        guard case .faulty(let maximumLosses, let maximumRepetitions) = plan.network else { return }
        if losses < maximumLosses { kinds.append(.isLost(packet)) }
        if repetitions < maximumRepetitions { kinds.append(.isRepeated(packet)) }
    }

    private var nextInTurn: Kind? {
        if let place = network.firstIndex(where: { schedule == .inTurn || !$0.message.isAccept }) {
            return .arrives(UInt16(place))
        }
        if let busy = seats.firstIndex(where: \.disk.isBusy) { return .syncs(UInt16(busy)) }
        if !network.isEmpty { return .arrives(0) }
        return nextDeadline == nil ? nil : .timePasses
    }

    private var nextDeadline: Instant? {
        guard plan.ballots == nil else { return nil }
        return seats.compactMap(\.process.nextDeadline).min()
    }

    // MARK: What happens

    mutating func happen(_ event: Event, _ choices: inout Choices) -> Event {
        var event = event
        switch event.kind {
        case .arrives(let place): arrive(Int(place), &event)
        case .isLost(let place):
            losses += 1
            event.packet = network.remove(at: Int(place))
        case .isRepeated(let place):
            repetitions += 1
            event.packet = network[Int(place)]
            network.append(network[Int(place)])
        case .syncs(let place): sync(Int(place), &event)
        case .stands(let place): stand(Int(place), &event)
        case .crashes(let place):
            crashes += 1
            restart(Int(place), &choices, &event)
        case .timePasses: passTime(&event)
        }
        return event
    }

    private mutating func arrive(_ place: Int, _ event: inout Event) {
        let packet = network[place]
        event.packet = packet
        if plan.network != .everythingStays { network.remove(at: place) }
        step(self.place(of: packet.to), .received(packet.message, from: packet.from), &event)
    }

    func place(of identity: NodeID) -> Int {
        guard let place = seats.firstIndex(where: { $0.process.identity == identity }) else {
            invariantFailure("messages go to processes of the Synod: \(identity)")
        }
        return place
    }

    private mutating func stand(_ place: Int, _ event: inout Event) {
        seats[place].ballots += 1
        if seats[place].process.proposer?.wish == nil, let wish = wish(of: place) {
            step(place, .proposed(wish), &event)
        } else {
            step(place, .stands, &event)
        }
    }

    private func wish(of place: Int) -> Payload? {
        plan.wish(of: seats[place].process.identity, life: seats[place].life)
    }

    private mutating func restart(_ place: Int, _ choices: inout Choices, _ event: inout Event) {
        let identity = seats[place].process.identity
        seats[place].disk.crash(&choices)
        seats[place].process = Self.boot(identity, &seats[place].disk, plan)
        if seats[place].process.proposer != nil, !plan.wishesStay { seats[place].life += 1 }
        begin(place, &event)
    }

    private mutating func sync(_ place: Int, _ event: inout Event) {
        guard let write = seats[place].disk.sync() else { return }
        step(place, .written(write), &event)
    }

    /// The clock comes to the next deadline of any process.
    private mutating func passTime(_ event: inout Event) {
        guard let deadline = nextDeadline else { return }
        now = max(now, deadline)
        for place in seats.indices where seats[place].process.nextDeadline.map({ $0 <= now }) ?? false {
            step(place, .timePassed, &event)
        }
    }

    private mutating func step(_ place: Int, _ input: SynodEvent, _ event: inout Event) {
        var effects = SynodEffects()
        seats[place].process.step(input, at: now, into: &effects)
        let identity = seats[place].process.identity
        if let value = effects.learned { event.learned.append(Lesson(learner: identity, value: value)) }
        for send in effects.sends {
            let packet = SynodPacket(from: identity, to: send.to, send.message)
            event.sends.append(packet)
            if isHeard(packet) { add(packet) }
        }
        if !effects.records.isEmpty {
            seats[place].disk.write(effects.records, effects.write)
            if plan.syncsAtOnce { sync(place, &event) }
        }
        if plan.isExplored { seats[place].changed() }
    }

    // MARK: The network

    func isHeard(_ packet: SynodPacket) -> Bool {
        guard plan.proposersIgnoreVotes else { return true }
        switch packet.message {
        case .accepted: return plan.synod.learners.contains(packet.to)
        case .refused: return false
        default: return true
        }
    }

    private mutating func add(_ packet: SynodPacket) {
        guard case .everythingStays = plan.network else {
            network.append(packet)
            // Whoever sends more than the network holds loses what it sent first.
            if network.count > Self.maximumPackets { network.removeFirst() }
            return
        }
        let place = network.firstIndex { $0 >= packet } ?? network.count
        if place < network.count, network[place] == packet { return }
        network.insert(packet, at: place)
    }

    // MARK: Healing

    /// From here on nothing fails.
    /// - Parameter leader: Who is said to lead; nil when nobody is.
    mutating func heal(_ schedule: Schedule = .inTurn, leader: NodeID?) {
        self.schedule = schedule
        var event = Event(kind: .timePasses)
        for place in seats.indices { step(place, .hinted(leader: leader), &event) }
    }
}

// MARK: A process by itself

extension SynodWorld {
    /// What a process does in some state at something that happens to it, whatever the others do.
    /// - Parameter packet: What arrives, where something arrives.
    func alone(_ seat: Seat, at place: Int, _ kind: Kind, _ packet: SynodPacket?) -> (seat: Seat, event: Event) {
        var world = self
        world.seats[place] = seat
        world.network = packet.map { [$0] } ?? []
        // A plain disk leaves nothing to chance.
        var choices = Choices(seed: 0)
        let event = world.happen(Event(kind: kind), &choices)
        return (world.seats[place], event)
    }

    /// Votes are kept even where nobody hears them, since they are judged.
    func isKept(_ packet: SynodPacket) -> Bool {
        if case .accepted = packet.message { return true }
        return isHeard(packet)
    }

    /// The places of acceptors that have no other role.
    var exchangeable: [Int] {
        seats.indices.filter { place in
            let process = seats[place].process
            return process.acceptor != nil && process.proposer == nil && process.learner == nil
        }
    }
}

extension SynodMessage {
    var isAccept: Bool {
        if case .accept = self { true } else { false }
    }
}

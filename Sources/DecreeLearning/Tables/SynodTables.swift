import DecreeSimulator
import PaxosBase
import PaxosSynod

/// All messages at once, a bit for each.
typealias PacketSet = SIMD4<UInt64>

/// What each process of a Synod does in each of its states, worked out once by the processes that ship and then looked up.
///
/// A process knows nothing but itself and what comes to it. So what it does next is a function of its own state and of one
/// event, and there are far fewer of these than there are states of all processes together. A state of the whole is then a
/// handful of small numbers, and a step of it a look into a table.
struct SynodTables {
    /// What a process does at an event.
    struct Outcome {
        let next: UInt16
        let sent: PacketSet
        /// What was learned, by its place in ``lessons``; negative for nothing.
        let lesson: Int32
        /// Nothing comes of it.
        let isInert: Bool
    }

    /// What is asked of a process's state again and again.
    struct Facts {
        let isBusy: Bool
        let isProposer: Bool
        let ballots: Int

        init(_ seat: SynodWorld.Seat) {
            isBusy = seat.disk.isBusy
            isProposer = seat.process.proposer != nil
            ballots = seat.ballots
        }
    }

    /// How a state of a process was first reached.
    private struct Origin {
        let former: UInt16
        let event: Int
    }

    /// Events are messages by their numbers, then what a process does by itself.
    static let maximumPackets = 256
    static let syncs = 256
    static let stands = 257
    static let crashes = 258
    private static let events = 259

    let world: SynodWorld
    let places: Int
    private(set) var packets: [SynodPacket] = []
    private var numberOfPacket: [SynodPacket: Int] = [:]
    /// Of each place, what is sent to it.
    private(set) var receivedBy: [PacketSet]
    /// What the checker judges by.
    private(set) var judged = PacketSet()
    private var seats: [[SynodWorld.Seat]]
    private(set) var facts: [[Facts]]
    private var numberOfSeat: [[SynodWorld.Seat: UInt16]]
    private var origins: [[Origin?]]
    /// By place, then state and event; negative where it was not worked out yet.
    private var outcomeOf: [[Int32]]
    private var outcomes: [Outcome] = []
    private(set) var lessons: [[SynodWorld.Lesson]] = []
    /// What is known to come to nothing in a state.
    private(set) var inert: [[PacketSet]]

    init(_ plan: SynodPlan) {
        world = SynodWorld(plan)
        places = world.seats.count
        receivedBy = Array(repeating: PacketSet(), count: places)
        seats = world.seats.map { [$0] }
        facts = world.seats.map { [Facts($0)] }
        numberOfSeat = world.seats.map { [$0: 0] }
        origins = Array(repeating: [nil], count: places)
        outcomeOf = Array(repeating: Array(repeating: -1, count: Self.events), count: places)
        inert = Array(repeating: [PacketSet()], count: places)
        exchanges = Self.exchanges(world.exchangeable, of: places)
        packetTwins = exchanges.map { _ in Array(repeating: -1, count: Self.maximumPackets) }
        stateTwins = Array(repeating: [], count: exchanges.count * places)
        for packet in world.network { _ = number(of: packet) }
    }

    /// How many states all processes have together.
    var localStates: Int { seats.reduce(0) { $0 + $1.count } }

    mutating func outcome(_ place: Int, _ state: UInt16, _ event: Int) -> Outcome {
        let index = Int(state) * Self.events + event
        let known = outcomeOf[place][index]
        if known >= 0 { return outcomes[Int(known)] }
        let outcome = work(place, state, event)
        outcomeOf[place][index] = Int32(outcomes.count)
        outcomes.append(outcome)
        if outcome.isInert, event < Self.maximumPackets { inert[place][Int(state)].insert(event) }
        return outcome
    }

    private mutating func work(_ place: Int, _ state: UInt16, _ event: Int) -> Outcome {
        let packet = event < Self.maximumPackets ? packets[event] : nil
        let (seat, happened) = world.alone(seats[place][Int(state)], at: place, Self.kind(event, place), packet)
        var sent = PacketSet()
        for packet in happened.sends where world.isKept(packet) { sent.insert(number(of: packet)) }
        let next = number(of: seat, at: place, Origin(former: state, event: event))
        let isInert = next == state && sent == PacketSet() && happened.learned.isEmpty
        guard !happened.learned.isEmpty else { return Outcome(next: next, sent: sent, lesson: -1, isInert: isInert) }
        lessons.append(happened.learned)
        return Outcome(next: next, sent: sent, lesson: Int32(lessons.count - 1), isInert: false)
    }

    private static func kind(_ event: Int, _ place: Int) -> SynodWorld.Kind {
        switch event {
        case syncs: .syncs(UInt16(place))
        case stands: .stands(UInt16(place))
        case crashes: .crashes(UInt16(place))
        default: .arrives(0)
        }
    }

    private mutating func number(of seat: SynodWorld.Seat, at place: Int, _ origin: Origin) -> UInt16 {
        if let known = numberOfSeat[place][seat] { return known }
        invariant(seats[place].count < Int(UInt16.max), "states of a process fit 16 bits")
        let number = UInt16(seats[place].count)
        numberOfSeat[place][seat] = number
        seats[place].append(seat)
        facts[place].append(Facts(seat))
        origins[place].append(origin)
        outcomeOf[place].append(contentsOf: repeatElement(-1, count: Self.events))
        inert[place].append(PacketSet())
        return number
    }

    private mutating func number(of packet: SynodPacket) -> Int {
        if let known = numberOfPacket[packet] { return known }
        let number = packets.count
        invariant(number < Self.maximumPackets, "messages that a small Synod can send: \(number)")
        numberOfPacket[packet] = number
        packets.append(packet)
        if world.isHeard(packet) { receivedBy[world.place(of: packet.to)].insert(number) }
        if packet.message.isJudged { judged.insert(number) }
        return number
    }

    // MARK: Verdicts

    private struct Verdict {
        let finding: String?
        let chosen: Payload?
    }

    private var verdicts: [PacketSet: Verdict] = [:]

    /// What the checker finds in what was ever said, in whatever order: to propose and to accept cannot be taken back.
    mutating func finding(saying mail: PacketSet, learning lesson: Int32) -> String? {
        let verdict = verdict(on: mail & judged)
        if let finding = verdict.finding { return finding }
        guard lesson >= 0 else { return nil }
        for lesson in lessons[Int(lesson)] where lesson.value != verdict.chosen {
            return "\(lesson.learner) learns \(lesson.value.text), but "
                + (verdict.chosen.map { "\($0.text) is chosen" } ?? "nothing is chosen")
        }
        return nil
    }

    private mutating func verdict(on said: PacketSet) -> Verdict {
        if let known = verdicts[said] { return known }
        var checker = SynodChecker()
        var event = SynodWorld.Event(kind: .timePasses)
        event.sends = said.members.map { packets[$0] }.filter { $0.message.isAccept }
        event.sends += said.members.map { packets[$0] }.filter { !$0.message.isAccept }
        let finding = checker.saw(event, in: world)
        let verdict = Verdict(finding: finding, chosen: checker.chosen?.value)
        verdicts[said] = verdict
        return verdict
    }

    // MARK: Acceptors that change places

    /// Where each process goes to: every way to exchange acceptors that have no other role. The first leaves all as it is.
    let exchanges: [[Int]]
    private var packetTwins: [[Int16]]
    /// By exchange and place, then state; negative where it was not worked out yet.
    private var stateTwins: [[Int32]]

    private static func exchanges(_ exchangeable: [Int], of places: Int) -> [[Int]] {
        func orders(_ rest: [Int]) -> [[Int]] {
            rest.isEmpty ? [[]] : rest.flatMap { first in orders(rest.filter { $0 != first }).map { [first] + $0 } }
        }
        return orders(exchangeable).map { order in
            var exchange = Array(0..<places)
            for (from, to) in zip(exchangeable, order) { exchange[from] = to }
            return exchange
        }
    }

    /// The message that another one becomes when acceptors are exchanged.
    mutating func twin(_ exchange: Int, ofPacket packet: Int) -> Int {
        let known = packetTwins[exchange][packet]
        if known >= 0 { return Int(known) }
        func moved(_ identity: NodeID) -> NodeID {
            world.seats[exchanges[exchange][world.place(of: identity)]].process.identity
        }
        let original = packets[packet]
        let twin = number(of: SynodPacket(from: moved(original.from), to: moved(original.to), original.message))
        packetTwins[exchange][packet] = Int16(twin)
        return twin
    }

    /// The state that a process's state becomes when acceptors are exchanged: the one that its counterpart reaches in the
    /// same way. Processes of one kind run the same code and do not look at each other's identities, but to tell them apart.
    mutating func twin(_ exchange: Int, of state: UInt16, at place: Int) -> UInt16 {
        let row = exchange * places + place
        if Int(state) < stateTwins[row].count, stateTwins[row][Int(state)] >= 0 {
            return UInt16(stateTwins[row][Int(state)])
        }
        var twin: UInt16 = 0
        if let origin = origins[place][Int(state)] {
            let former = self.twin(exchange, of: origin.former, at: place)
            let isPacket = origin.event < Self.maximumPackets
            let event = isPacket ? self.twin(exchange, ofPacket: origin.event) : origin.event
            twin = outcome(exchanges[exchange][place], former, event).next
        }
        let missing = seats[place].count - stateTwins[row].count
        stateTwins[row].append(contentsOf: repeatElement(-1, count: missing))
        stateTwins[row][Int(state)] = Int32(twin)
        return twin
    }

    /// The exchange that undoes another one.
    func inverse(_ exchange: Int) -> Int {
        let undone = exchanges.firstIndex { other in (0..<places).allSatisfy { other[exchanges[exchange][$0]] == $0 } }
        guard let undone else { invariantFailure("exchanges are a group") }
        return undone
    }
}

extension PacketSet {
    mutating func insert(_ member: Int) { self[member >> 6] |= 1 << UInt64(member & 63) }
    mutating func remove(_ member: Int) { self[member >> 6] &= ~(1 << UInt64(member & 63)) }
    func contains(_ member: Int) -> Bool { self[member >> 6] & (1 << UInt64(member & 63)) != 0 }

    /// Calls a function with every member, ascending.
    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        for word in 0..<4 {
            var bits = self[word]
            while bits != 0 {
                body(word << 6 | bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }

    var members: [Int] {
        var members: [Int] = []
        forEach { members.append($0) }
        return members
    }
}

extension SynodMessage {
    /// The checker judges by it.
    fileprivate var isJudged: Bool {
        switch self {
        case .accept, .accepted: true
        case .prepare, .promise, .refused, .chosen, .ask: false
        }
    }
}

/// Numbers the states of a step's nodes and what they say to each other.
protocol StepNumbers: AnyObject {
    var plan: StepPlan { get }
    /// Of each place, which messages go to it.
    var receivedBy: [PacketSet] { get }
    /// Of each place, which messages come from it.
    var sentBy: [PacketSet] { get }
    /// Which messages propose somebody else's value.
    var takeovers: PacketSet { get }
    /// All messages in their own order, by their numbers.
    var order: [Int] { get }
    /// What is known of each state of a place.
    func facts(_ place: Int, _ state: UInt16) -> StepTables.Facts
    /// As ``StepNode/isSometimesDeaf``.
    var isSometimesDeaf: Bool { get }
    /// As ``StepNode/isDeaf(to:)``.
    func isDeaf(_ place: Int, _ state: UInt16, to message: Int) -> Bool
    /// Works out what a node does.
    /// - Parameter event: A message's number, ``StepTables/proposes`` or ``StepTables/restarts``.
    func work(_ place: Int, _ state: UInt16, _ event: Int) -> StepTables.Outcome
}

/// What each node of a step does in each of its states, worked out once by the node itself and then looked up.
///
/// It is to a ``StepWorld`` what ``SynodTables`` is to a Synod's. A search through it goes through the states that one through the
/// world goes through, in the same order.
final class StepTables {
    /// What a node does at an event.
    struct Outcome {
        let next: UInt16
        /// To others; what it says to itself it has heard already.
        let sent: PacketSet
    }

    /// What is asked of a node's state again and again.
    struct Facts {
        let decisions: WishList
        let isWaiting: Bool
    }

    static let maximumMessages = 256
    /// The event behind those that are messages.
    static let proposes = 256
    static let restarts = 257
    private static let events = 258

    let plan: StepPlan
    private let numbers: any StepNumbers
    private(set) var receivedBy: [PacketSet] = []
    private(set) var sentBy: [PacketSet] = []
    private(set) var takeovers = PacketSet()
    private(set) var order: [Int] = []
    private var facts: [[Facts]]
    /// By place and state: to which of the first so many messages it is deaf.
    private var deafness: [[(to: PacketSet, ofFirst: Int)]]
    let isSometimesDeaf: Bool
    /// By place, then state and event; negative where it was not worked out yet.
    private var outcomeOf: [[Int32]]
    private var outcomes: [Outcome] = []

    init(_ numbers: any StepNumbers) {
        self.numbers = numbers
        plan = numbers.plan
        isSometimesDeaf = numbers.isSometimesDeaf
        facts = Array(repeating: [], count: plan.nodes)
        deafness = Array(repeating: [], count: plan.nodes)
        outcomeOf = Array(repeating: [], count: plan.nodes)
        for place in 0..<plan.nodes { know(place, 0) }
        refresh()
    }

    func facts(_ place: Int, _ state: UInt16) -> Facts { facts[place][Int(state)] }

    /// The messages of which nothing will ever come in a state.
    func deaf(_ place: Int, _ state: UInt16) -> PacketSet {
        let known = deafness[place][Int(state)]
        guard known.ofFirst < order.count else { return known.to }
        var set = known.to
        for message in known.ofFirst..<order.count
        where receivedBy[place].contains(message) && numbers.isDeaf(place, state, to: message) {
            set.insert(message)
        }
        deafness[place][Int(state)] = (set, order.count)
        return set
    }

    func outcome(_ place: Int, _ state: UInt16, _ event: Int) -> Outcome {
        let index = Int(state) * Self.events + event
        let known = outcomeOf[place][index]
        if known >= 0 { return outcomes[Int(known)] }
        let outcome = numbers.work(place, state, event)
        know(place, outcome.next)
        outcomeOf[place][index] = Int32(outcomes.count)
        outcomes.append(outcome)
        refresh()
        return outcome
    }

    private func know(_ place: Int, _ state: UInt16) {
        while facts[place].count <= Int(state) {
            deafness[place].append((PacketSet(), 0))
            facts[place].append(numbers.facts(place, UInt16(facts[place].count)))
            outcomeOf[place].append(contentsOf: repeatElement(-1, count: Self.events))
        }
    }

    private func refresh() {
        guard numbers.order.count != order.count || receivedBy.isEmpty else { return }
        receivedBy = numbers.receivedBy
        sentBy = numbers.sentBy
        takeovers = numbers.takeovers
        order = numbers.order
    }
}

/// A world of a step, by the numbers of ``StepTables``.
struct StepCode: Explorable, JudgedWorld {
    /// Of a world that is numbered, ``StepNumbering/action(_:)`` says what it is.
    struct Action: Hashable {
        enum Kind: UInt8 { case arrives, proposes, dies, restarts }
        let kind: Kind
        let place: UInt8
        /// The message that arrives.
        var message: UInt8 = 0
    }

    static let maximumNodes = 8

    let tables: StepTables
    private var mail: PacketSet
    /// Of each node, the number of its state.
    private var states = SIMD8<UInt16>()
    private var dead: UInt8
    private var proposed: UInt8
    private var restarts: UInt8

    /// A world in which each node is in its state of number zero.
    init(_ tables: StepTables, mail: PacketSet, dead: UInt8, proposed: UInt8, restarts: UInt8) {
        self.tables = tables
        self.mail = mail
        self.dead = dead
        self.proposed = proposed
        self.restarts = restarts
    }

    static func == (left: StepCode, right: StepCode) -> Bool {
        left.mail == right.mail && left.states == right.states && left.dead == right.dead
            && left.proposed == right.proposed && left.restarts == right.restarts
    }

    func hash(into hasher: inout Hasher) {
        for word in 0..<4 { hasher.combine(mail[word]) }
        let words = unsafeBitCast(states, to: SIMD2<UInt64>.self)
        hasher.combine(words[0])
        hasher.combine(words[1])
        hasher.combine(UInt32(restarts) << 16 | UInt32(dead) << 8 | UInt32(proposed))
    }

    // MARK: What can happen

    func actions() -> [Action] {
        var actions: [Action] = []
        if hasMail {
            for message in tables.order where mail.contains(message) { actions.append(arrival(message)) }
        }
        for place in plan.proposers where mayPropose(place) {
            actions.append(Action(kind: .proposes, place: UInt8(place)))
        }
        for kind in failures {
            for place in mortals where isAlive(place) { actions.append(Action(kind: kind, place: UInt8(place))) }
        }
        return actions
    }

    private var failures: [Action.Kind] {
        (dead.nonzeroBitCount < plan.deaths ? [.dies] : []) + (restarts < plan.restarts ? [.restarts] : [])
    }

    private func arrival(_ message: Int) -> Action {
        let place = tables.receivedBy.firstIndex { $0.contains(message) } ?? 0
        return Action(kind: .arrives, place: UInt8(place), message: UInt8(message))
    }

    mutating func perform(_ action: Action) -> String? {
        _ = happen(action)
        return finding
    }

    /// Lets it happen.
    /// - Returns: What was sent to others.
    mutating func happen(_ action: Action) -> PacketSet {
        let place = Int(action.place)
        switch action.kind {
        case .dies:
            dead |= 1 << action.place
            mail &= ~tables.receivedBy[place]
            if plan.losesLastWords { mail &= ~tables.sentBy[place] }
            return PacketSet()
        case .restarts:
            restarts += 1
            return meet(StepTables.restarts, at: place)
        case .proposes:
            proposed |= 1 << action.place
            return meet(StepTables.proposes, at: place)
        case .arrives:
            mail.remove(Int(action.message))
            return meet(Int(action.message), at: place)
        }
    }

    private mutating func meet(_ event: Int, at place: Int) -> PacketSet {
        let outcome = tables.outcome(place, states[place], event)
        states[place] = outcome.next
        mail |= outcome.sent
        if dead != 0 {
            for place in 0..<plan.nodes where !isAlive(place) { mail &= ~tables.receivedBy[place] }
        }
        if tables.isSometimesDeaf {
            for place in 0..<plan.nodes { mail &= ~tables.deaf(place, states[place]) }
        }
        return outcome.sent
    }

    // MARK: As it is judged

    var plan: StepPlan { tables.plan }
    var hasMail: Bool { mail != PacketSet() }
    func isAlive(_ place: Int) -> Bool { dead & (1 << UInt8(place)) == 0 }
    func hasProposed(_ place: Int) -> Bool { proposed & (1 << UInt8(place)) != 0 }
    func decisions(_ place: Int) -> WishList { tables.facts(place, states[place]).decisions }
    func isWaiting(_ place: Int) -> Bool { tables.facts(place, states[place]).isWaiting }
}

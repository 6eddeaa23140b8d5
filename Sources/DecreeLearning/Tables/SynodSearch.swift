import PaxosBase
import PaxosSynod

/// Goes through all that a Synod can do, by tables and with what makes it less, the nearest first.
///
/// It finds what ``Search`` finds in a ``SynodExploration``, many times as fast. Three things make the states fewer:
///
/// - **Acceptors that have no other role are alike.** Exchanged in a state, messages included, they have the same future,
///   exchanged. Of all states that are one by exchange only one is gone on from. How many each stands for can be counted, so
///   that a test compares with a search without.
/// - **A process takes nothing in while its disk is busy.** What it would say waits for that disk in any case, and a crash takes
///   both away, as if what came in had not come yet; and all that was ever sent may still come. So whatever can be reached
///   with overlapping writes is reached with one after the other.
/// - **A write that no crash can lose becomes durable at once.** When all crashes are used up, that a disk is done with a write
///   changes nothing but its process, which lets go what it held back. Whatever else can happen stays possible and comes to
///   the same before and behind it. What the checker judges by is never taken back, so that nothing wrong can be seen in
///   between only. So where a disk is busy only that is gone on with (a persistent set of one).
///
/// The last two argue with rules that a planted flaw may break: that each flaw is found with them and without is a test.
/// - Source: Clarke, Grumberg, Peled, "Model Checking", 1999, chapters 10 (partial order) and 14 (symmetry).
struct SynodSearch {
    /// What is made use of.
    struct Reductions: OptionSet {
        let rawValue: Int
        static let symmetry = Reductions(rawValue: 1)
        static let durability = Reductions(rawValue: 2)
        static let oneWrite = Reductions(rawValue: 4)
        static let all: Reductions = [.symmetry, .durability, .oneWrite]
    }

    /// One step: a process and what it meets.
    struct Step: Hashable {
        let place: Int
        let kind: SynodWorld.Kind
        let packet: SynodPacket?
    }

    private(set) var states = 1
    /// How many states those that were gone through stand for; counted only when asked for.
    private(set) var represented = 0
    private(set) var transitions = 0
    private(set) var depth = 0
    private(set) var isComplete = false
    private(set) var finding: String?
    /// The shortest way to it.
    private(set) var way: [Step] = []
    /// How many states all processes have together, each by itself.
    var localStates: Int { tables.localStates }

    private struct Link {
        let former: Int32
        let place: UInt8
        let event: UInt16
    }

    private var tables: SynodTables
    /// The acceptors that may be exchanged, and for each an exchange that brings it to the first one's place.
    private let exchangeable: [Int]
    private let toFirst: [Int]
    /// Of each exchange, who comes to each place of an exchangeable acceptor.
    private let sources: [[Int]]
    private let plan: SynodPlan
    private let reductions: Reductions
    private let maximumStates: Int
    private let countsRepresented: Bool
    /// In which nothing has happened.
    private let first: SynodCode
    private var known = FingerprintSet()
    private var links: [Link] = []

    /// Searches all that can follow.
    /// - Parameters:
    ///   - maximumStates: After so many states it gives up: a state takes about 100 bytes while it is among the newest, then 24.
    ///   - progress: Told now and then how many states were reached.
    init(
        _ plan: SynodPlan, reductions: Reductions = .all, maximumStates: Int = .max, countsRepresented: Bool = false,
        progress: (Int) -> Void = { _ in }
    ) {
        invariant(plan.isExplored && plan.network == .everythingStays, "what is gone through has no time")
        tables = SynodTables(plan)
        invariant(tables.places <= SynodCode.maximumPlaces, "a small Synod: \(tables.places) processes")
        var first = SynodCode(mail: PacketSet(), states: SIMD8(), crashes: 0)
        for packet in tables.packets.indices { first.mail.insert(packet) }
        self.first = first
        exchangeable = tables.world.exchangeable
        let exchanges = tables.exchanges
        let exchangeable = exchangeable
        toFirst = exchangeable.map { place in exchanges.firstIndex { $0[place] == exchangeable[0] } ?? 0 }
        sources = exchanges.map { exchange in exchangeable.map { exchange.firstIndex(of: $0) ?? $0 } }
        self.plan = plan
        self.reductions = reductions
        self.maximumStates = maximumStates
        self.countsRepresented = countsRepresented
        run(progress)
    }

    private mutating func run(_ progress: (Int) -> Void) {
        var layer = [(code: first, link: Int32(-1))]
        _ = known.insert(first.fingerprint)
        if countsRepresented { represented = 1 }
        while !layer.isEmpty {
            var next: [(code: SynodCode, link: Int32)] = []
            for (number, place) in layer.enumerated() {
                if number & 0xFFF == 0 { progress(states) }
                guard expand(place.code, place.link, into: &next) else { return }
            }
            layer = next
            if !layer.isEmpty { depth += 1 }
        }
        isComplete = true
    }

    // MARK: What can happen

    private mutating func expand(_ code: SynodCode, _ link: Int32, into next: inout [(code: SynodCode, link: Int32)])
        -> Bool
    {
        if let busy = onlyBusyDisk(code) { return make(busy, SynodTables.syncs, code, link, &next) }
        var ballots = 0
        for place in 0..<tables.places { ballots += tables.facts[place][Int(code.states[place])].ballots }
        for place in 0..<tables.places {
            let state = code.states[place]
            let facts = tables.facts[place][Int(state)]
            if facts.isBusy, !make(place, SynodTables.syncs, code, link, &next) { return false }
            if mayStand(facts, ballots), !waits(facts), !make(place, SynodTables.stands, code, link, &next) {
                return false
            }
            if code.crashes < plan.crashes, !make(place, SynodTables.crashes, code, link, &next) { return false }
            if waits(facts) { continue }
            let arriving = code.mail & tables.receivedBy[place] & ~tables.inert[place][Int(state)]
            for word in 0..<4 {
                var bits = arriving[word]
                while bits != 0 {
                    let packet = word << 6 | bits.trailingZeroBitCount
                    bits &= bits - 1
                    guard make(place, packet, code, link, &next) else { return false }
                }
            }
        }
        return true
    }

    private func onlyBusyDisk(_ code: SynodCode) -> Int? {
        guard reductions.contains(.durability), code.crashes >= plan.crashes, !plan.syncsAtOnce else { return nil }
        return (0..<tables.places).first { tables.facts[$0][Int(code.states[$0])].isBusy }
    }

    private func waits(_ facts: SynodTables.Facts) -> Bool { facts.isBusy && reductions.contains(.oneWrite) }

    private func mayStand(_ facts: SynodTables.Facts, _ ballots: Int) -> Bool {
        facts.isProposer && facts.ballots < plan.ballots ?? 0 && ballots < plan.allBallots
    }

    private func follow(_ code: SynodCode, _ place: Int, _ event: Int, _ outcome: SynodTables.Outcome) -> SynodCode {
        var code = code
        code.states[place] = outcome.next
        code.mail |= outcome.sent
        if event == SynodTables.crashes { code.crashes += 1 }
        return code
    }

    /// Makes a step.
    /// - Returns: Whether to go on.
    private mutating func make(
        _ place: Int, _ event: Int, _ code: SynodCode, _ link: Int32,
        _ next: inout [(code: SynodCode, link: Int32)]
    ) -> Bool {
        let outcome = tables.outcome(place, code.states[place], event)
        transitions += 1
        // A crash that takes nothing away would only use up one that could.
        if outcome.isInert { return true }
        let concrete = follow(code, place, event, outcome)
        let finding = self.finding(concrete, outcome)
        let successor = canonical(concrete).code
        guard finding != nil || known.insert(successor.fingerprint) else { return true }
        links.append(Link(former: link, place: UInt8(place), event: UInt16(event)))
        let link = Int32(links.count - 1)
        if let finding {
            self.finding = finding
            way = trace(link)
            return false
        }
        states += 1
        if countsRepresented { represented += orbit(of: successor) }
        next.append((successor, link))
        return states < maximumStates
    }

    private mutating func finding(_ code: SynodCode, _ outcome: SynodTables.Outcome) -> String? {
        guard outcome.sent & tables.judged != PacketSet() || outcome.lesson >= 0 else { return nil }
        return tables.finding(saying: code.mail, learning: outcome.lesson)
    }

    // MARK: Symmetry

    /// The one state of all that are equal by exchange, and the exchange that leads there.
    private mutating func canonical(_ code: SynodCode) -> (code: SynodCode, exchange: Int) {
        guard reductions.contains(.symmetry) else { return (code, 0) }
        var best: (code: SynodCode, exchange: Int)?
        for exchange in tables.exchanges.indices where isSorted(code, by: exchange) {
            let candidate = exchanged(code, exchange)
            if best.map({ candidate.isBefore($0.code) }) ?? true { best = (candidate, exchange) }
        }
        return best ?? (code, 0)
    }

    /// An exchange that leaves the acceptors' states ascending; states of different acceptors are compared as those of the
    /// first one. Most states have just one.
    private mutating func isSorted(_ code: SynodCode, by exchange: Int) -> Bool {
        var last: UInt16 = 0
        for source in sources[exchange] {
            let rank = rank(of: code.states[source], at: source)
            if rank < last { return false }
            last = rank
        }
        return true
    }

    private mutating func rank(of state: UInt16, at place: Int) -> UInt16 {
        for (number, acceptor) in exchangeable.enumerated() where acceptor == place {
            return tables.twin(toFirst[number], of: state, at: place)
        }
        return state
    }

    private mutating func exchanged(_ code: SynodCode, _ exchange: Int) -> SynodCode {
        guard exchange > 0 else { return code }
        var other = SynodCode(mail: PacketSet(), states: SIMD8(), crashes: code.crashes)
        for place in 0..<tables.places {
            let target = tables.exchanges[exchange][place]
            other.states[target] = tables.twin(exchange, of: code.states[place], at: place)
        }
        for word in 0..<4 {
            var bits = code.mail[word]
            while bits != 0 {
                other.mail.insert(tables.twin(exchange, ofPacket: word << 6 | bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
        return other
    }

    /// How many states are one by exchange.
    private mutating func orbit(of code: SynodCode) -> Int {
        var orbit: Set<SynodCode> = []
        for exchange in tables.exchanges.indices { orbit.insert(exchanged(code, exchange)) }
        return orbit.count
    }

    // MARK: The way

    /// The steps as they happen to processes that are never exchanged.
    private mutating func trace(_ last: Int32) -> [Step] {
        var taken: [Link] = []
        var place = last
        while place >= 0 {
            taken.append(links[Int(place)])
            place = links[Int(place)].former
        }
        var code = first
        var steps: [Step] = []
        for link in taken.reversed() {
            // What happened to the exchanged state happens to what it is exchanged from.
            let back = tables.inverse(canonical(code).exchange)
            let place = tables.exchanges[back][Int(link.place)]
            let isPacket = link.event < UInt16(SynodTables.maximumPackets)
            let event = isPacket ? tables.twin(back, ofPacket: Int(link.event)) : Int(link.event)
            steps.append(step(place, event))
            code = follow(code, place, event, tables.outcome(place, code.states[place], event))
        }
        return steps
    }

    private func step(_ place: Int, _ event: Int) -> Step {
        switch event {
        case SynodTables.syncs: Step(place: place, kind: .syncs(UInt16(place)), packet: nil)
        case SynodTables.stands: Step(place: place, kind: .stands(UInt16(place)), packet: nil)
        case SynodTables.crashes: Step(place: place, kind: .crashes(UInt16(place)), packet: nil)
        default: Step(place: place, kind: .arrives(0), packet: tables.packets[event])
        }
    }
}

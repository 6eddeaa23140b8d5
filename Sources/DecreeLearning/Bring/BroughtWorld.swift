import PaxosBase
import PaxosSynod

/// Three acceptors that somebody brought, and two proposers that ship, in a world where every message arrives once, at any
/// time, or never, and in which acceptors are killed between two answers.
///
/// Nothing is known of a brought acceptor but what it says. So its state is what it met, in order.
struct BroughtWorld: Explorable {
    enum Action: Hashable {
        case arrives(SynodPacket)
        /// By the acceptor's place among all processes.
        case isKilled(Int)
    }

    private let bench: Bench
    private var crashesLeft: Int
    /// Which acceptor was killed and not asked since.
    private var killed: Int?
    private var proposers: [SynodProcess]
    /// What each acceptor met, by the bench's numbers.
    private var histories: [[UInt8]]
    private(set) var mail: [SynodPacket] = []
    private var checker = SynodChecker()

    static let plan: SynodPlan = {
        var plan = SynodPlan.small()
        plan.proposersIgnoreVotes = true
        return plan
    }()

    /// - Parameter crashes: How often acceptors are killed, together.
    init(_ bench: Bench, crashes: Int) {
        self.bench = bench
        crashesLeft = crashes
        let world = SynodWorld(Self.plan)
        proposers = world.seats.map(\.process).filter { $0.proposer != nil }
        histories = Self.plan.synod.acceptors.members.map { _ in [] }
        for place in proposers.indices {
            guard let wish = Self.plan.wish(of: proposers[place].identity) else { continue }
            _ = step(place, .proposed(wish))
        }
    }

    static func == (left: BroughtWorld, right: BroughtWorld) -> Bool {
        left.proposers == right.proposers && left.histories == right.histories && left.mail == right.mail
            && left.checker == right.checker && left.crashesLeft == right.crashesLeft
            && left.killed == right.killed
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(proposers)
        hasher.combine(histories)
        hasher.combine(mail)
        hasher.combine(checker)
        hasher.combine(crashesLeft)
        hasher.combine(killed)
    }

    /// How many processes there are.
    var places: Int { bench.world.seats.count }

    /// A kill shows, if it does, in the next answer; so that is asked for behind it, and nothing in between is any different.
    func actions() -> [Action] {
        guard bench.failure == nil else { return [] }
        if let killed { return requests(to: killed).map { .arrives($0) } }
        let kills = histories.indices.filter(mayBeKilled).map { Action.isKilled(place(ofAcceptor: $0)) }
        return mail.map { .arrives($0) } + kills
    }

    /// Who said nothing yet has nothing to forget.
    private func mayBeKilled(_ acceptor: Int) -> Bool {
        crashesLeft > 0 && !histories[acceptor].isEmpty && !requests(to: acceptor).isEmpty
    }

    private func requests(to acceptor: Int) -> [SynodPacket] {
        let identity = Self.plan.synod.acceptors.members[acceptor]
        return mail.filter { $0.to == identity }
    }

    private func place(ofAcceptor acceptor: Int) -> Int { proposers.count + acceptor }

    mutating func perform(_ action: Action) -> String? { happen(action).finding }

    /// The same, telling what was sent.
    mutating func happen(_ action: Action) -> (sent: [SynodPacket], finding: String?) {
        switch action {
        case .arrives(let packet): return arrive(packet)
        case .isKilled(let place):
            let acceptor = place - self.place(ofAcceptor: 0)
            crashesLeft -= 1
            killed = acceptor
            histories[acceptor].append(Bench.killed)
            return ([], nil)
        }
    }

    private mutating func arrive(_ packet: SynodPacket) -> (sent: [SynodPacket], finding: String?) {
        mail.removeAll { $0 == packet }
        killed = nil
        if let place = proposers.firstIndex(where: { $0.identity == packet.to }) {
            let sent = step(place, .received(packet.message, from: packet.from))
            return (sent, judge(sent))
        }
        guard let acceptor = Self.plan.synod.acceptors.index(of: packet.to) else { return ([], nil) }
        histories[acceptor].append(bench.number(of: packet.message))
        guard let answer = bench.answer(after: histories[acceptor], acceptor: acceptor) else {
            return ([], bench.failure == nil ? nil : "the acceptor cannot be asked")
        }
        if let nonsense = Self.nonsense(answer, to: packet.message) { return ([], nonsense) }
        let sent = SynodPacket(from: packet.to, to: packet.from, answer)
        post(sent)
        return ([sent], judge([sent]))
    }

    /// What no acceptor may answer.
    private static func nonsense(_ answer: SynodMessage, to request: SynodMessage) -> String? {
        switch (request, answer) {
        case (.prepare(let asked), .promise(let ballot, _)) where asked == ballot: nil
        case (.accept(let asked), .accepted(let proposal)) where asked == proposal: nil
        case (.prepare(let asked), .refused(let ballot, let promised)) where asked == ballot && promised > asked: nil
        case (.accept(let asked), .refused(let ballot, let promised)) where asked.ballot == ballot && promised > ballot:
            nil
        case (.prepare(let asked), .refused): "answers: it refuses ballot \(asked.text), and has promised none above it"
        case (.accept(let asked), .refused):
            "answers: it refuses ballot \(asked.ballot.text), and has promised none above it"
        default: "answers: it answers another question than it was asked"
        }
    }

    private mutating func step(_ place: Int, _ event: SynodEvent) -> [SynodPacket] {
        var effects = SynodEffects()
        proposers[place].step(event, at: .zero, into: &effects)
        let sent = effects.sends.map { SynodPacket(from: proposers[place].identity, to: $0.to, $0.message) }
        for packet in sent { post(packet) }
        return effects.records.isEmpty ? sent : sent + step(place, .written(effects.write))
    }

    /// Votes and refusals change nothing for proposers with one ballot each.
    private mutating func post(_ packet: SynodPacket) {
        switch packet.message {
        case .accepted, .refused, .chosen, .ask: return
        case .prepare, .promise, .accept: break
        }
        let place = mail.firstIndex { $0 >= packet } ?? mail.count
        mail.insert(packet, at: place)
    }

    private mutating func judge(_ sent: [SynodPacket]) -> String? {
        var event = SynodWorld.Event(kind: .timePasses)
        event.sends = sent
        return checker.saw(event, in: bench.world)
    }

    /// Everything has arrived. The higher of two ballots cannot have been beaten, so its value must be chosen.
    func ended() -> String? {
        bench.failure == nil && checker.chosen == nil
            ? "progress: all messages have arrived, and nothing is chosen" : nil
    }
}

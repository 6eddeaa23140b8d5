import PaxosBase
import PaxosSynod

/// Where the derivation leads: processes as they ship, acceptors all and some of them proposers, in the world of a step.
///
/// What they say does not fit the few words of the steps' letters, so theirs is a world of its own.
struct PaxosWorld: Explorable {
    private let plan: StepPlan
    private var processes: [SynodProcess] = []
    private var mail: [SynodPacket] = []
    private var dead: UInt8 = 0
    private var proposed: UInt8 = 0
    private let flaw: SynodFlaw?

    enum Action: Hashable {
        case proposes(UInt8)
        case arrives(UInt16)
        case dies(UInt8)
    }

    init(_ plan: StepPlan, flaw: SynodFlaw? = nil) {
        self.plan = plan
        self.flaw = flaw
        let everybody = (0..<plan.nodes).map { NodeID(UInt64($0 + 1)) }
        let proposers = plan.proposers.map { everybody[$0] }
        let synod = Synod(proposers: proposers, acceptors: everybody, learners: proposers)
        processes = everybody.map {
            SynodProcess(identity: $0, of: synod, durable: SynodState(), patience: nil, flaw: flaw)
        }
    }

    private func isAlive(_ place: Int) -> Bool { dead & (1 << UInt8(place)) == 0 }

    func actions() -> [Action] {
        var actions = mail.indices.map { Action.arrives(UInt16($0)) }
        for place in plan.proposers where isAlive(place) && proposed & (1 << UInt8(place)) == 0 {
            actions.append(.proposes(UInt8(place)))
        }
        guard dead.nonzeroBitCount < plan.deaths else { return actions }
        return actions + processes.indices.filter(isAlive).map { .dies(UInt8($0)) }
    }

    mutating func perform(_ action: Action) -> String? {
        switch action {
        case .proposes(let place):
            proposed |= 1 << place
            step(Int(place), .proposed(Payload((Wish(rawValue: place) ?? .a).description.utf8)))
        case .arrives(let place):
            let packet = mail.remove(at: Int(place))
            step(Self.place(of: packet.to), .received(packet.message, from: packet.from))
        case .dies(let place):
            dead |= 1 << place
            mail.removeAll { Self.place(of: $0.to) == place }
        }
        return plan.property == .agreement ? disagreement : standstill
    }

    private static func place(of identity: NodeID) -> Int { Int(identity.rawValue) - 1 }

    /// Nobody comes back here, so what is written may be durable at once.
    private mutating func step(_ place: Int, _ event: SynodEvent) {
        var effects = SynodEffects()
        processes[place].step(event, at: .zero, into: &effects)
        for send in effects.sends where isAlive(Self.place(of: send.to)) { post(send, from: place) }
        if !effects.records.isEmpty { step(place, .written(effects.write)) }
    }

    private mutating func post(_ send: SynodSend, from place: Int) {
        let packet = SynodPacket(from: processes[place].identity, to: send.to, send.message)
        let place = mail.firstIndex { $0 >= packet } ?? mail.count
        if place < mail.count, mail[place] == packet { return }
        mail.insert(packet, at: place)
    }

    private var disagreement: String? {
        let decided = Set(processes.compactMap(\.chosen?.text)).sorted()
        return decided.count > 1 ? "agreement: \(decided.joined(separator: " and ")) are decided" : nil
    }

    private var standstill: String? {
        let isQuiet = mail.isEmpty && plan.proposers.allSatisfy { !isAlive($0) || proposed & (1 << UInt8($0)) != 0 }
        let living = processes.indices.filter(isAlive)
        guard isQuiet, living.count > processes.count / 2 else { return nil }
        let waiting = living.first { processes[$0].proposer?.wish != nil && processes[$0].chosen == nil }
        return waiting.map {
            "progress: node \($0) waits for ever, although \(living.count) of \(processes.count) nodes live"
        }
    }
}

import PaxosBase
import PaxosSynod

/// Which protocol decides the slots of a log, and which rule of the log is left out.
protocol LogVariation {
    associatedtype Instance: ExplainedConsensus
    static var flaw: LogFlaw? { get }
}

/// A protocol that can be asked what a member holds.
protocol ExplainedConsensus: Consensus {
    /// What it has accepted last; nil when nothing was.
    var holding: Proposal? { get }
}

extension SynodProcess: ExplainedConsensus {
    var holding: Proposal? { acceptor?.accepted }
}

extension FastProcess: ExplainedConsensus {
    var holding: Proposal? { acceptor.accepted }
}

/// Each slot is a Synod.
enum LogOfSynods: LogVariation {
    typealias Instance = SynodProcess
    static let flaw: LogFlaw? = nil
}

/// Each slot is decided by Fast Paxos.
enum LogOfFastPaxos: LogVariation {
    typealias Instance = FastProcess
    static let flaw: LogFlaw? = nil
}

/// A member of the log as it ships, as a node of a step.
///
/// Nobody comes back in these worlds, so what is written may be durable at once. Nobody is impatient either: a ballot that is beaten
/// is left to the one that beat it, and that it was beaten is told to nobody unless a flaw makes something of it.
struct LogNode<Variation: LogVariation>: StepNode {
    private(set) var log: LeaderlessLog<Variation.Instance>
    private(set) var decisions = WishList()
    private let plan: StepPlan

    init(place: Int, in plan: StepPlan) {
        self.plan = plan
        let members = Configuration(
            number: ConfigurationNumber(1), members: (0..<plan.nodes).map { NodeID(UInt64($0 + 1)) })
        log = LeaderlessLog(
            identity: members.members[place], members: members, durable: LogState(), patience: nil, flaw: Variation.flaw
        )
    }

    static var verb: String { "delivers" }

    var isWaiting: Bool { log.isWaiting }

    /// What it knows of the slots that it has not delivered.
    var holding: String? {
        let parts = (1...3).compactMap { text(of: log.delivered.advanced(by: $0)) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private func text(of slot: Slot) -> String? {
        if let chosen = log.chosen(in: slot) { return "\(slot.rawValue)=\(chosen.text), which is chosen" }
        return log.instance(of: slot)?.holding.map { "\(slot.rawValue)=\($0.value.text) in \(Round($0.ballot))" }
    }

    mutating func propose(_ wish: Wish, _ mail: inout [LogPacket]) {
        for wish in plan.wishes(of: place) { step(.proposed(wish.payload), &mail) }
    }

    mutating func receive(_ packet: LogPacket, _ mail: inout [LogPacket]) {
        let message = LogMessage(packet.slot, packet.packet.message)
        step(.received(message, from: packet.packet.from), &mail)
    }

    static var isSometimesDeaf: Bool { true }

    /// Where it is known what is chosen nobody counts any more.
    func isDeaf(to packet: LogPacket) -> Bool {
        log.chosen(in: packet.slot) != nil && !packet.packet.message.isRequest
    }

    private var place: Int { Int(log.identity.rawValue) - 1 }

    private mutating func step(_ event: LogEvent, _ mail: inout [LogPacket]) {
        var effects = LogEffects()
        log.step(event, at: .zero, into: &effects)
        for entry in effects.delivered { if let wish = Wish(entry.command) { decisions.append(wish) } }
        for send in effects.sends where isHeard(send.message.message) {
            mail.append(LogPacket(from: log.identity, send))
        }
        if !effects.records.isEmpty { step(.written(effects.write), &mail) }
    }

    private func isHeard(_ message: SynodMessage) -> Bool {
        if case .refused = message { return Variation.flaw == .goesOnUnbeaten }
        return true
    }

    static func == (left: LogNode, right: LogNode) -> Bool {
        left.log == right.log && left.decisions == right.decisions
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(log)
        hasher.combine(decisions)
    }
}

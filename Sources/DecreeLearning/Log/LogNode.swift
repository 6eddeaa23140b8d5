import PaxosBase
import PaxosSynod

/// Which protocol decides the slots of a log, and which rule of the log is left out.
protocol LogVariation {
    associatedtype Instance: ExplainedConsensus
    static var flaw: LogFlaw? { get }
    /// What is written is there after a crash.
    static var keepsDisks: Bool { get }
}

extension LogVariation {
    static var keepsDisks: Bool { true }
}

/// A protocol that can be asked what a member holds.
protocol ExplainedConsensus: Consensus {
    /// What it has accepted last; nil when nothing was.
    var holding: Proposal? { get }
    /// Votes from before a crash are of use to a member behind it.
    static var countsOldVotes: Bool { get }
}

extension SynodProcess: ExplainedConsensus {
    var holding: Proposal? { acceptor?.accepted }
    static var countsOldVotes: Bool { false }
}

extension FastProcess: ExplainedConsensus {
    var holding: Proposal? { acceptor.accepted }
    static var countsOldVotes: Bool { true }
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
/// What is written is durable at once: a crash before that is one before the message came by which it was written. Nobody is impatient either: a ballot that is beaten
/// is left to the one that beat it, and that it was beaten is told to nobody unless a flaw makes something of it.
struct LogNode<Variation: LogVariation>: StepNode {
    private(set) var log: LeaderlessLog<Variation.Instance>
    private(set) var decisions = WishList()
    private var disk = LogState()
    private var hasProposed = false
    private let plan: StepPlan

    init(place: Int, in plan: StepPlan) {
        self.plan = plan
        log = Self.born(place, plan, LogState())
    }

    private static func born(_ place: Int, _ plan: StepPlan, _ disk: LogState) -> LeaderlessLog<Variation.Instance> {
        let members = Configuration(
            number: ConfigurationNumber(1), members: (0..<plan.nodes).map { NodeID(UInt64($0 + 1)) })
        return LeaderlessLog(
            identity: members.members[place], members: members, durable: disk, patience: nil, flaw: Variation.flaw)
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
        hasProposed = true
        for wish in plan.wishes(of: place) { step(.proposed(wish.payload), &mail) }
    }

    mutating func receive(_ packet: LogPacket, _ mail: inout [LogPacket]) {
        let message = LogMessage(packet.slot, packet.packet.message)
        step(.received(message, from: packet.packet.from), &mail)
    }

    mutating func restart(_ mail: inout [LogPacket]) {
        log = Self.born(place, plan, Variation.keepsDisks ? disk : LogState())
        decisions = WishList()
        guard hasProposed else { return }
        propose(plan.wish(of: place), &mail)
    }

    static var isSometimesDeaf: Bool { true }

    /// Where it is known what is chosen nobody counts any more, unless that may be forgotten in a crash.
    func isDeaf(to packet: LogPacket) -> Bool {
        guard log.chosen(in: packet.slot) != nil else { return false }
        return switch packet.packet.message {
        case .promise, .refused: true
        case .accepted: plan.restarts == 0 || !Variation.Instance.countsOldVotes
        case .chosen: plan.restarts == 0
        case .prepare, .accept, .ask: false
        }
    }

    private var place: Int { Int(log.identity.rawValue) - 1 }

    private mutating func step(_ event: LogEvent, _ mail: inout [LogPacket]) {
        var effects = LogEffects()
        log.step(event, at: .zero, into: &effects)
        for entry in effects.delivered { if let wish = Wish(entry.command) { decisions.append(wish) } }
        for send in effects.sends where isHeard(send.message.message) {
            mail.append(LogPacket(from: log.identity, send))
        }
        for record in effects.records { disk.absorb(record) }
        if !effects.records.isEmpty { step(.written(effects.write), &mail) }
    }

    private func isHeard(_ message: SynodMessage) -> Bool {
        if case .refused = message { return Variation.flaw == .goesOnUnbeaten }
        return true
    }

    // Where nobody comes back it makes no difference what lies on disks.

    static func == (left: LogNode, right: LogNode) -> Bool {
        left.log == right.log && left.decisions == right.decisions
            && (left.plan.restarts == 0 || left.disk == right.disk && left.hasProposed == right.hasProposed)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(log)
        hasher.combine(decisions)
        if plan.restarts > 0 { hasher.combine(disk) }
    }
}

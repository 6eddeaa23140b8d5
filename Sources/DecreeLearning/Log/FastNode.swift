import PaxosBase
import PaxosSynod

/// Which rule the members leave out.
protocol FastVariation {
    static var flaw: FastPaxosFlaw? { get }
}

/// Fast Paxos as it ships.
enum SoundFastPaxos: FastVariation {
    static let flaw: FastPaxosFlaw? = nil
}

/// A member of Fast Paxos as it ships, for a single decision, as a node of a step.
///
/// Who counts a quorum tells the others, as the log does.
struct FastNode<Variation: FastVariation>: SingleStepNode {
    private(set) var process: FastProcess
    private(set) var decided: Wish?

    init(place: Int, in plan: StepPlan) {
        let members = Configuration(
            number: ConfigurationNumber(1), members: (0..<plan.nodes).map { NodeID(UInt64($0 + 1)) })
        process = FastProcess(
            identity: members.members[place], among: members, durable: SynodState(), patience: nil,
            flaw: Variation.flaw)
    }

    var isWaiting: Bool { process.proposer.wish != nil && decided == nil }
    var holding: String? { process.acceptor.accepted.map { "\($0.value.text) in \(Round($0.ballot))" } }

    mutating func propose(_ wish: Wish, _ mail: inout [SynodPacket]) { step(.proposed(wish.payload), &mail) }

    mutating func receive(_ packet: SynodPacket, _ mail: inout [SynodPacket]) {
        step(.received(packet.message, from: packet.from), &mail)
    }

    static var isSometimesDeaf: Bool { true }

    /// Who knows what is chosen counts no more and proposes no more.
    func isDeaf(to packet: SynodPacket) -> Bool { decided != nil && !packet.message.isRequest }

    private mutating func step(_ event: SynodEvent, _ mail: inout [SynodPacket]) {
        var effects = SynodEffects()
        process.step(event, at: .zero, into: &effects)
        for send in effects.sends { mail.append(SynodPacket(from: process.identity, to: send.to, send.message)) }
        if let value = effects.learned { learn(value, event, &mail) }
        if !effects.records.isEmpty { step(.written(effects.write), &mail) }
    }

    private mutating func learn(_ value: Payload, _ event: SynodEvent, _ mail: inout [SynodPacket]) {
        decided = Wish(value)
        guard case .received(.accepted, _) = event else { return }
        for member in process.members.members where member != process.identity {
            mail.append(SynodPacket(from: process.identity, to: member, .chosen(value)))
        }
    }
}

import PaxosBase
import PaxosSynod

/// Which rule the processes of a step leave out, and who of them lies.
protocol PaxosVariation {
    static var flaw: SynodFlaw? { get }
    /// What a node says instead of what it should.
    static func says(_ message: SynodMessage, from place: Int) -> SynodMessage
}

extension PaxosVariation {
    static func says(_ message: SynodMessage, from place: Int) -> SynodMessage { message }
}

/// Step 10: whoever begins a round asks a majority first, and takes the value of the latest round that is heard of.
enum AskFirst: PaxosVariation {
    static let flaw: SynodFlaw? = .acceptsBelowPromise
}

/// Step 11: who is asked promises to take part in no earlier round; each still begins with its own value.
enum PromiseAlone: PaxosVariation {
    static let flaw: SynodFlaw? = .highestAcceptedIgnored
}

/// Step 12: Paxos.
enum Paxos: PaxosVariation {
    static let flaw: SynodFlaw? = nil
}

/// Step 13: any node is a quorum, and two quorums need not meet.
enum AnyQuorum: PaxosVariation {
    static let flaw: SynodFlaw? = .minorityAsQuorum
}

/// Outside of what Paxos promises anything about: node 1 tells of a value that nobody wants.
enum OneLiar: PaxosVariation {
    static let flaw: SynodFlaw? = nil

    static func says(_ message: SynodMessage, from place: Int) -> SynodMessage {
        guard place == 1, case .promise(let ballot, _) = message else { return message }
        let former = Ballot(number: ballot.round - 1, identity: ballot.node)
        return .promise(ballot, accepted: Proposal(ballot: former, value: Wish.invented.payload))
    }
}

/// A process as it ships, acceptor and proposer in one, as a node of a step.
///
/// Nobody comes back in these worlds, so what is written may be durable at once.
struct PaxosNode<Variation: PaxosVariation>: SingleStepNode {
    private(set) var process: SynodProcess

    init(place: Int, in plan: StepPlan) {
        let everybody = (0..<plan.nodes).map { NodeID(UInt64($0 + 1)) }
        let proposers = plan.proposers.map { everybody[$0] }
        process = SynodProcess(
            identity: everybody[place], of: Synod(proposers: proposers, acceptors: everybody, learners: proposers),
            durable: SynodState(), patience: nil, flaw: Variation.flaw)
    }

    static func quorum(of plan: StepPlan) -> Int { Variation.flaw == .minorityAsQuorum ? 1 : plan.majority }
    static var keepsPromises: Bool { Variation.flaw != .acceptsBelowPromise }

    var decided: Wish? { process.chosen.flatMap(Wish.init) }
    var isWaiting: Bool { process.proposer?.wish != nil && process.chosen == nil }
    var holding: String? { process.acceptor?.accepted.map { "\($0.value.text) in \(Round($0.ballot))" } }

    mutating func propose(_ wish: Wish, _ mail: inout [SynodPacket]) { step(.proposed(wish.payload), &mail) }

    mutating func receive(_ packet: SynodPacket, _ mail: inout [SynodPacket]) {
        step(.received(packet.message, from: packet.from), &mail)
    }

    private mutating func step(_ event: SynodEvent, _ mail: inout [SynodPacket]) {
        var effects = SynodEffects()
        process.step(event, at: .zero, into: &effects)
        let place = Int(process.identity.rawValue) - 1
        for send in effects.sends {
            let said = Variation.says(send.message, from: place)
            mail.append(SynodPacket(from: process.identity, to: send.to, said))
        }
        if !effects.records.isEmpty { step(.written(effects.write), &mail) }
    }
}

extension Round {
    init(_ ballot: Ballot) { self.init(Int(ballot.round), of: Int(ballot.node.rawValue) - 1) }
}

extension SynodPacket: StepMessage {
    var sender: Int { Int(from.rawValue) - 1 }
    var receiver: Int { Int(to.rawValue) - 1 }

    var meaning: RoundWord? {
        switch message {
        case .promise(let ballot, _): .promises(Round(ballot))
        case .accept(let proposal): Wish(proposal.value).map { .proposes(Round(proposal.ballot), $0) }
        case .accepted(let proposal): Wish(proposal.value).map { .votes(Round(proposal.ballot), $0) }
        case .prepare, .refused, .chosen, .ask: nil
        }
    }

    var description: String {
        switch message {
        case .prepare(let ballot): "prepare \(Round(ballot))"
        case .promise(let ballot, nil): "promise \(Round(ballot)), nothing accepted"
        case .promise(let ballot, let accepted?):
            "promise \(Round(ballot)), accepted \(accepted.value.text) in \(Round(accepted.ballot))"
        case .accept(let proposal): "accept \(proposal.value.text) in \(Round(proposal.ballot))"
        case .accepted(let proposal): "accepted \(proposal.value.text) in \(Round(proposal.ballot))"
        case .refused(let ballot, let promised): "refused \(Round(ballot)), promised \(Round(promised))"
        case .chosen(let value): "\(value.text) is chosen"
        case .ask: "what is chosen?"
        }
    }
}

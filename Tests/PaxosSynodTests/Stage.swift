import PaxosBase

@testable import PaxosSynod

/// Processes that are told by hand what happens, and say what they want.
struct Stage {
    let synod: Synod
    private var processes: [NodeID: SynodProcess] = [:]
    var now = Instant.zero

    init(_ synod: Synod, patience: (NodeID) -> Patience? = { _ in nil }) {
        self.synod = synod
        for identity in Set(synod.proposers + synod.acceptors.members + synod.learners) {
            processes[identity] = SynodProcess(
                identity: identity, of: synod, durable: SynodState(), patience: patience(identity))
        }
    }

    subscript(_ identity: UInt64) -> SynodProcess { processes[NodeID(identity)]! }

    mutating func step(_ identity: UInt64, _ event: SynodEvent) -> SynodEffects {
        var effects = SynodEffects()
        processes[NodeID(identity)]?.step(event, at: now, into: &effects)
        return effects
    }

    /// A message arrives, and what it makes the process write is durable at once.
    /// - Returns: What the process says.
    @discardableResult
    mutating func tell(_ identity: UInt64, _ message: SynodMessage, from sender: UInt64) -> [SynodSend] {
        let effects = step(identity, .received(message, from: NodeID(sender)))
        guard !effects.records.isEmpty else { return effects.sends }
        return effects.sends + step(identity, .written(effects.write)).sends
    }

    /// The process begins a ballot for a value.
    @discardableResult
    mutating func propose(_ identity: UInt64, _ value: Payload) -> [SynodSend] {
        let effects = step(identity, .proposed(value))
        guard !effects.records.isEmpty else { return effects.sends }
        return effects.sends + step(identity, .written(effects.write)).sends
    }
}

extension Synod {
    /// Proposers 1 and 2, acceptors 3 to 5, learners 6 to 8.
    static let usual = Synod.with(.fromAcceptors)

    static func with(_ learning: Learning) -> Synod {
        Synod(
            proposers: [NodeID(1), NodeID(2)], acceptors: [NodeID(3), NodeID(4), NodeID(5)],
            learners: [NodeID(6), NodeID(7), NodeID(8)], learning: learning)
    }
}

func ballot(_ number: UInt64, _ identity: UInt64) -> Ballot { Ballot(number: number, identity: NodeID(identity)) }

let red = Payload("red".utf8)
let blue = Payload("blue".utf8)

func send(_ message: SynodMessage, to receiver: UInt64) -> SynodSend {
    SynodSend(to: NodeID(receiver), message: message)
}

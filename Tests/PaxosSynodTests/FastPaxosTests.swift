import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("Fast Paxos")
struct FastPaxosTests {
    private static func members(_ count: UInt64) -> Configuration {
        Configuration(number: ConfigurationNumber(1), members: (1...count).map { NodeID($0) })
    }

    private func process(_ identity: UInt64, of count: UInt64 = 3, durable: SynodState = SynodState()) -> FastProcess {
        FastProcess(identity: NodeID(identity), among: Self.members(count), durable: durable, patience: nil)
    }

    /// What it says once what it wrote is durable.
    private func tell(_ process: inout FastProcess, _ event: SynodEvent) -> [SynodSend] {
        var effects = SynodEffects()
        process.step(event, at: .zero, into: &effects)
        guard !effects.records.isEmpty else { return effects.sends }
        var later = SynodEffects()
        process.step(.written(effects.write), at: .zero, into: &later)
        return effects.sends + later.sends
    }

    private func vote(_ value: Payload) -> SynodMessage { .accepted(Proposal(ballot: ballot(1, 1), value: value)) }

    @Test(
        "Any two fast quorums and a quorum that is asked have a member in common, and no smaller ones have",
        arguments: 1...64)
    func quorums(count: UInt64) {
        let members = Self.members(count)
        let fast = FastPaxos.quorum(of: ballot(1, 1), members, flaw: nil)
        let (asked, all) = (members.prepareQuorum, Int(count))
        #expect(fast <= all && asked + 2 * fast > 2 * all && asked + 2 * (fast - 1) <= 2 * all)
        #expect(FastPaxos.quorum(of: ballot(2, 1), members, flaw: nil) == members.acceptQuorum)
    }

    @Test("A client's value goes to all acceptors at once, in the ballot that is open")
    func direct() {
        var process = process(2)
        let request = SynodMessage.accept(Proposal(ballot: ballot(1, 1), value: red))
        #expect(tell(&process, .proposed(red)) == [1, 2, 3].map { send(request, to: $0) })
    }

    @Test("An acceptor votes once in the open ballot, tells who comes later, and forgets nothing of it")
    func once() {
        var acceptor = process(3)
        let (first, second) = (Proposal(ballot: ballot(1, 1), value: red), Proposal(ballot: ballot(1, 1), value: blue))
        #expect(
            tell(&acceptor, .received(.accept(first), from: NodeID(2))) == [
                send(vote(red), to: 2), send(vote(red), to: 1),
            ])
        #expect(tell(&acceptor, .received(.accept(second), from: NodeID(1))) == [send(vote(red), to: 1)])
        var state = SynodState()
        state.absorb(.accepted(first))
        var next = process(3, durable: state)
        #expect(tell(&next, .received(.accept(second), from: NodeID(1))) == [send(vote(red), to: 1)])
        _ = tell(&next, .received(.prepare(ballot(3, 2)), from: NodeID(2)))
        let late = tell(&next, .received(.accept(first), from: NodeID(2)))
        #expect(late == [send(.refused(ballot(1, 1), promised: ballot(3, 2)), to: 2)])
    }

    @Test("All of three votes choose in the fast ballot, two in others")
    func counts() {
        var learner = process(2)
        func learned(_ message: SynodMessage, _ sender: UInt64) -> Payload? {
            var effects = SynodEffects()
            learner.step(.received(message, from: NodeID(sender)), at: .zero, into: &effects)
            return effects.learned
        }
        #expect(learned(vote(red), 1) == nil && learned(vote(red), 2) == nil && learned(vote(red), 2) == nil)
        #expect(learned(vote(red), 3) == red)
        learner = process(2)
        let classic = SynodMessage.accepted(Proposal(ballot: ballot(2, 1), value: blue))
        #expect(learned(classic, 1) == nil && learned(classic, 3) == blue)
    }

    @Test("The coordinator recovers in the very next ballot, with the value that may have been chosen")
    func recovers() {
        var coordinator = process(1, of: 4)
        _ = tell(&coordinator, .proposed(blue))
        for (acceptor, value) in [(1, blue), (3, red)] as [(UInt64, Payload)] {
            #expect(tell(&coordinator, .received(vote(value), from: NodeID(acceptor))).isEmpty)
        }
        // Two of three have voted for red, and the fourth may have: that is a fast quorum of four.
        let accept = SynodMessage.accept(Proposal(ballot: ballot(2, 1), value: red))
        #expect(
            tell(&coordinator, .received(vote(red), from: NodeID(4))) == [1, 2, 3, 4].map { send(accept, to: $0) })
        #expect(tell(&coordinator, .received(vote(blue), from: NodeID(2))).isEmpty)
    }

    @Test(
        "Where time is up and votes agree the coordinator recovers too; it never uses that ballot twice, and nobody else does"
    )
    func timeIsUp() {
        var coordinator = process(1)
        for acceptor in [2, 3] as [UInt64] { _ = tell(&coordinator, .received(vote(red), from: NodeID(acceptor))) }
        let accept = SynodMessage.accept(Proposal(ballot: ballot(2, 1), value: red))
        #expect(tell(&coordinator, .stands) == [1, 2, 3].map { send(accept, to: $0) })
        var state = SynodState()
        state.absorb(.stood(ballot(2, 1)))
        var next = process(1, durable: state)
        _ = tell(&next, .proposed(blue))
        for acceptor in [2, 3] as [UInt64] { _ = tell(&next, .received(vote(red), from: NodeID(acceptor))) }
        #expect(tell(&next, .stands) == [1, 2, 3].map { send(.prepare(ballot(3, 1)), to: $0) })
        var other = process(2)
        _ = tell(&other, .proposed(blue))
        #expect(tell(&other, .stands) == [1, 2, 3].map { send(.prepare(ballot(3, 2)), to: $0) })
    }

    @Test("A classic ballot takes the one value that its promises tell of")
    func promises() {
        var proposer = process(3)
        _ = tell(&proposer, .proposed(blue))
        _ = tell(&proposer, .stands)
        let accepted = Proposal(ballot: ballot(1, 1), value: red)
        #expect(tell(&proposer, .received(.promise(ballot(3, 3), accepted: accepted), from: NodeID(1))).isEmpty)
        let sent = tell(&proposer, .received(.promise(ballot(3, 3), accepted: nil), from: NodeID(2)))
        let proposal = Proposal(ballot: ballot(3, 3), value: red)
        #expect(sent == [1, 2, 3].map { send(.accept(proposal), to: $0) })
    }
}

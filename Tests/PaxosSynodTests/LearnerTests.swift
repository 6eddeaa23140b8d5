import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("A learner")
struct LearnerTests {
    private static func vote(_ number: UInt64, _ identity: UInt64, _ value: Payload) -> SynodMessage {
        .accepted(Proposal(ballot: ballot(number, identity), value: value))
    }

    @Test("It learns a value that a majority accepted in one ballot, and tells its host once")
    func learns() {
        var stage = Stage(.usual)
        #expect(stage.step(6, .received(Self.vote(1, 1, red), from: NodeID(3))).learned == nil)
        #expect(stage.step(6, .received(Self.vote(1, 1, red), from: NodeID(5))).learned == red)
        #expect(stage.step(6, .received(Self.vote(1, 1, red), from: NodeID(4))).learned == nil)
        #expect(stage[6].chosen == red)
    }

    @Test("Votes for one value in two ballots do not add up, nor do repeated ones, nor those of strangers")
    func perBallot() {
        var stage = Stage(.usual)
        stage.tell(6, Self.vote(1, 1, red), from: 3)
        stage.tell(6, Self.vote(2, 2, red), from: 4)
        stage.tell(6, Self.vote(2, 2, red), from: 4)
        stage.tell(6, Self.vote(2, 2, red), from: 9)
        #expect(stage[6].chosen == nil)
        stage.tell(6, Self.vote(2, 2, red), from: 3)
        #expect(stage[6].chosen == red)
    }

    @Test("A vote that was overtaken by a later one of the same acceptor is passed over")
    func overtaken() {
        var stage = Stage(.usual)
        stage.tell(6, Self.vote(2, 2, blue), from: 3)
        stage.tell(6, Self.vote(1, 1, red), from: 3)
        stage.tell(6, Self.vote(2, 2, blue), from: 4)
        #expect(stage[6].chosen == blue)
    }

    @Test(
        "From all acceptors each learner hears each vote; a distinguished learner hears them alone and tells the others"
    )
    func distinguished() {
        var all = Stage(.with(.fromAcceptors))
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        #expect(all.tell(3, .accept(proposal), from: 1).map(\.to.rawValue) == [1, 6, 7, 8])
        #expect(all.tell(6, .chosen(red), from: 7).isEmpty)

        var one = Stage(.with(.through([NodeID(7)])))
        #expect(one.tell(3, .accept(proposal), from: 1).map(\.to.rawValue) == [1, 7])
        one.tell(7, Self.vote(1, 1, red), from: 3)
        #expect(one.tell(7, Self.vote(1, 1, red), from: 4) == [6, 8].map { send(.chosen(red), to: $0) })
        #expect(one.step(8, .received(.chosen(red), from: NodeID(7))).learned == red)
    }

    @Test("Several distinguished learners bear the failure of one: each tells all others")
    func several() {
        var stage = Stage(.with(.through([NodeID(6), NodeID(7)])))
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        #expect(stage.tell(3, .accept(proposal), from: 1).map(\.to.rawValue) == [1, 6, 7])
        stage.tell(7, Self.vote(1, 1, red), from: 3)
        #expect(stage.tell(7, Self.vote(1, 1, red), from: 4) == [6, 8].map { send(.chosen(red), to: $0) })
    }

    @Test("When the only distinguished learner is down, the others ask, and learn from the acceptors")
    func asks() {
        var stage = Stage(.with(.through([NodeID(7)]))) { _ in Patience(timeout: .milliseconds(10), seed: 1) }
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        #expect(stage.step(6, .started).sends.map(\.message) == Array(repeating: .ask, count: 6))
        for acceptor in [3, 4] as [UInt64] { stage.tell(acceptor, .accept(proposal), from: 1) }
        #expect(stage[6].chosen == nil)
        stage.now = stage[6].nextDeadline ?? .zero
        #expect(stage.step(6, .timePassed).sends.count == 6)
        for acceptor in [3, 4] as [UInt64] {
            let answers = stage.tell(acceptor, .ask, from: 6)
            #expect(answers == [send(Self.vote(1, 1, red), to: 6)])
            stage.tell(6, Self.vote(1, 1, red), from: acceptor)
        }
        #expect(stage[6].chosen == red && stage[6].nextDeadline == nil)
        #expect(stage.tell(6, .ask, from: 8) == [send(.chosen(red), to: 8)])
    }

    @Test("A process with several roles asks itself too: what it accepted before a restart is news to its learner")
    func combined() {
        let all = [NodeID(1), NodeID(2), NodeID(3)]
        let synod = Synod(proposers: all, acceptors: all, learners: all)
        var state = SynodState()
        state.absorb(.accepted(Proposal(ballot: ballot(1, 1), value: red)))
        var process = SynodProcess(
            identity: NodeID(1), of: synod, durable: state, patience: Patience(timeout: .milliseconds(10), seed: 1))
        var effects = SynodEffects()
        process.step(.started, at: .zero, into: &effects)
        #expect(effects.sends.contains(send(.ask, to: 1)))
        effects = SynodEffects()
        process.step(.received(.ask, from: NodeID(1)), at: .zero, into: &effects)
        #expect(effects.sends == [send(Self.vote(1, 1, red), to: 1)])
    }
}

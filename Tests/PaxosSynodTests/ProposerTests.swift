import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("A proposer")
struct ProposerTests {
    private static func accepts(_ proposal: Proposal) -> [SynodSend] {
        [3, 4, 5].map { send(.accept(proposal), to: $0) }
    }

    @Test("It asks all acceptors for promises, once its ballot is durable")
    func prepares() {
        var stage = Stage(.usual)
        let effects = stage.step(1, .proposed(red))
        #expect(effects.records == [.stood(ballot(1, 1))] && effects.sends.isEmpty)
        #expect(stage.step(1, .written(effects.write)).sends == [3, 4, 5].map { send(.prepare(ballot(1, 1)), to: $0) })
    }

    @Test("It proposes its own value when a majority has accepted nothing (P2c, a)")
    func free() {
        var stage = Stage(.usual)
        stage.propose(1, red)
        #expect(stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: 3).isEmpty)
        #expect(
            stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: 5)
                == Self.accepts(Proposal(ballot: ballot(1, 1), value: red)))
    }

    @Test("Otherwise it proposes the value of the highest ballot among those (P2c, b)", arguments: [false, true])
    func bound(isHighestFirst: Bool) {
        var stage = Stage(.usual)
        stage.propose(1, red)
        stage.tell(1, .refused(ballot(1, 1), promised: ballot(5, 2)), from: 3)
        _ = stage.step(1, .written(stage.step(1, .stands).write))
        let green = Payload("green".utf8)
        let reports = [Proposal(ballot: ballot(2, 2), value: green), Proposal(ballot: ballot(4, 2), value: blue)]
        stage.tell(1, .promise(ballot(6, 1), accepted: reports[isHighestFirst ? 1 : 0]), from: 3)
        #expect(
            stage.tell(1, .promise(ballot(6, 1), accepted: reports[isHighestFirst ? 0 : 1]), from: 4)
                == Self.accepts(Proposal(ballot: ballot(6, 1), value: blue)))
    }

    @Test("Promises that come twice, for another ballot or from a stranger do not count")
    func counts() {
        var stage = Stage(.usual)
        stage.propose(1, red)
        for sender in [3, 3, 9] as [UInt64] {
            #expect(stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: sender).isEmpty)
        }
        #expect(stage.tell(1, .promise(ballot(1, 2), accepted: nil), from: 4).isEmpty)
    }

    @Test(
        "A promise that tells of an acceptance not below its ballot is refused, and the host is told",
        arguments: [1, 2])
    func refuses(number: UInt64) {
        var stage = Stage(.usual)
        stage.propose(1, red)
        stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: 3)
        let accepted = Proposal(ballot: ballot(number, number), value: blue)
        let effects = stage.step(1, .received(.promise(ballot(1, 1), accepted: accepted), from: NodeID(4)))
        let violation = SynodViolation.acceptedAbovePromise(ballot(1, 1), accepted: accepted, by: NodeID(4))
        #expect(effects.violation == violation && effects.sends.isEmpty)
        #expect(!stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: 5).isEmpty)
        // Once the value is issued it may have been accepted, and nothing is asked of promises that come late.
        let late = stage.step(1, .received(.promise(ballot(1, 1), accepted: accepted), from: NodeID(4)))
        #expect(late.violation == nil && late.sends.isEmpty)
    }

    @Test("A majority of votes in its ballot makes it know that its value is chosen")
    func done() {
        var stage = Stage(.usual)
        stage.propose(1, red)
        for acceptor in [3, 4] as [UInt64] { stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: acceptor) }
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        #expect(stage.step(1, .received(.accepted(proposal), from: NodeID(3))).learned == nil)
        #expect(stage.step(1, .received(.accepted(proposal), from: NodeID(3))).learned == nil)
        #expect(stage.step(1, .received(.accepted(proposal), from: NodeID(5))).learned == red)
        #expect(stage[1].chosen == red && stage.propose(1, blue).isEmpty)
    }

    @Test("The next ballot is above all that it heard of, and never one of an earlier life")
    func numbers() {
        var stage = Stage(.usual)
        stage.propose(1, red)
        stage.tell(1, .refused(ballot(1, 1), promised: ballot(7, 2)), from: 3)
        #expect(stage.step(1, .stands).records == [.stood(ballot(8, 1))])
        var state = SynodState()
        state.absorb(.stood(ballot(8, 1)))
        var next = SynodProcess(identity: NodeID(1), of: .usual, durable: state, patience: nil)
        var effects = SynodEffects()
        next.step(.proposed(blue), at: .zero, into: &effects)
        #expect(effects.records == [.stood(ballot(9, 1))])
    }

    @Test("A number that cannot be exceeded ends its trying instead of the process")
    func lastNumber() {
        var stage = Stage(.usual)
        stage.propose(1, red)
        stage.tell(1, .refused(ballot(1, 1), promised: ballot(.max, 2)), from: 3)
        #expect(stage.step(1, .stands).records.isEmpty)
    }

    @Test("Quorums of both phases may have other sizes, if they meet")
    func flexible() {
        let synod = Synod(
            proposers: [NodeID(1)],
            acceptors: Configuration(
                number: ConfigurationNumber(1), members: [NodeID(3), NodeID(4), NodeID(5)], prepareQuorum: 3,
                acceptQuorum: 1),
            learners: [NodeID(6)], learning: .fromAcceptors)
        var stage = Stage(synod)
        stage.propose(1, red)
        for acceptor in [3, 4] as [UInt64] {
            #expect(stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: acceptor).isEmpty)
        }
        #expect(stage.tell(1, .promise(ballot(1, 1), accepted: nil), from: 5).count == 3)
        let vote = SynodMessage.accepted(Proposal(ballot: ballot(1, 1), value: red))
        #expect(stage.step(6, .received(vote, from: NodeID(4))).learned == red)
    }
}

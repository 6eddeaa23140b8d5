import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("An acceptor")
struct AcceptorTests {
    @Test("It accepts the first proposal that it receives (P1)")
    func first() {
        var stage = Stage(.usual)
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        let said = stage.tell(3, .accept(proposal), from: 1)
        #expect(said == [1, 6, 7, 8].map { send(.accepted(proposal), to: $0) })
        #expect(stage[3].acceptor?.accepted == proposal)
    }

    @Test("It promises a higher ballot, and then accepts nothing in lower ones (P1a)")
    func promises() {
        var stage = Stage(.usual)
        #expect(stage.tell(3, .prepare(ballot(2, 1)), from: 1) == [send(.promise(ballot(2, 1), accepted: nil), to: 1)])
        let late = Proposal(ballot: ballot(1, 2), value: blue)
        #expect(
            stage.tell(3, .accept(late), from: 2) == [send(.refused(ballot(1, 2), promised: ballot(2, 1)), to: 2)])
        #expect(stage[3].acceptor?.accepted == nil)
    }

    @Test("Of ballots with one number that of the higher identity is higher")
    func identities() {
        var stage = Stage(.usual)
        stage.tell(3, .prepare(ballot(1, 2)), from: 2)
        #expect(
            stage.tell(3, .prepare(ballot(1, 1)), from: 1) == [
                send(.refused(ballot(1, 1), promised: ballot(1, 2)), to: 1)
            ])
    }

    @Test("A promise tells what it accepted in the highest ballot")
    func reports() {
        var stage = Stage(.usual)
        stage.tell(3, .accept(Proposal(ballot: ballot(1, 1), value: red)), from: 1)
        let later = Proposal(ballot: ballot(2, 2), value: blue)
        stage.tell(3, .accept(later), from: 2)
        #expect(
            stage.tell(3, .prepare(ballot(3, 1)), from: 1) == [send(.promise(ballot(3, 1), accepted: later), to: 1)])
    }

    @Test("An acceptance is a promise, too")
    func acceptancePromises() {
        var stage = Stage(.usual)
        stage.tell(3, .accept(Proposal(ballot: ballot(3, 1), value: red)), from: 1)
        #expect(
            stage.tell(3, .prepare(ballot(2, 2)), from: 2) == [
                send(.refused(ballot(2, 2), promised: ballot(3, 1)), to: 2)
            ])
    }

    @Test("What comes again is answered again, and written once")
    func repeated() {
        var stage = Stage(.usual)
        let answer = stage.tell(3, .prepare(ballot(1, 1)), from: 1)
        let again = stage.step(3, .received(.prepare(ballot(1, 1)), from: NodeID(1)))
        #expect(again.sends == answer && again.records.isEmpty)
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        let vote = stage.tell(3, .accept(proposal), from: 1)
        let second = stage.step(3, .received(.accept(proposal), from: NodeID(1)))
        #expect(second.sends == vote && second.records.isEmpty)
    }

    @Test("It says nothing before its records are durable, and nothing that it says later overtakes that")
    func durability() {
        var stage = Stage(.usual)
        let promise = stage.step(3, .received(.prepare(ballot(1, 1)), from: NodeID(1)))
        #expect(promise.sends.isEmpty && promise.records == [.promised(ballot(1, 1))])
        let proposal = Proposal(ballot: ballot(1, 1), value: red)
        let vote = stage.step(3, .received(.accept(proposal), from: NodeID(1)))
        #expect(vote.sends.isEmpty && vote.records == [.accepted(proposal)])
        #expect(stage.step(3, .written(promise.write)).sends == [send(.promise(ballot(1, 1), accepted: nil), to: 1)])
        #expect(stage.step(3, .written(vote.write)).sends.count == 4)
    }

    @Test("A restart gives back what was durable: promise, acceptance, and that an acceptance promises")
    func restarts() {
        var state = SynodState()
        state.absorb(.promised(ballot(1, 1)))
        state.absorb(.accepted(Proposal(ballot: ballot(4, 2), value: blue)))
        let acceptor = SynodProcess(identity: NodeID(3), of: .usual, durable: state, patience: nil).acceptor
        #expect(acceptor?.promised == ballot(4, 2))
        #expect(acceptor?.accepted == Proposal(ballot: ballot(4, 2), value: blue))
    }
}

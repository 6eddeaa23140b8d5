import PaxosBase
import Testing

@testable import PaxosLog

@Suite("Votes of a leader")
struct VotesTests {
    private let ballot = Parts.ballot(1)

    private func count(_ first: UInt64, _ last: UInt64, of voter: Int, _ votes: inout Votes) -> [Slot] {
        var chosen: [Slot] = []
        votes.count(Parts.run(ballot, first, last), of: voter, needed: 2) { chosen.append($0) }
        return chosen
    }

    @Test("A slot is chosen by the vote that completes its quorum, once, whatever comes again or later")
    func choosesOnce() {
        var votes = Votes(at: Slot(4))
        votes.open()
        votes.open()
        #expect(count(4, 5, of: 0, &votes).isEmpty)
        #expect(count(4, 4, of: 0, &votes).isEmpty, "one member votes once")
        #expect(count(5, 5, of: 2, &votes) == [Slot(5)], "slots are chosen in any order")
        #expect(count(4, 5, of: 1, &votes) == [Slot(4)])
        #expect(count(4, 5, of: 2, &votes).isEmpty)
    }

    @Test("Votes for slots that are closed or not open yet count for nothing")
    func outside() {
        var votes = Votes(at: Slot(4))
        votes.open()
        #expect(count(1, 9, of: 0, &votes).isEmpty)
        #expect(count(1, 9, of: 1, &votes) == [Slot(4)])
        #expect(votes.popChosen() == Slot(4))
        #expect(votes.isEmpty && votes.first == Slot(5))
        #expect(count(4, 4, of: 2, &votes).isEmpty)
    }

    @Test("Slots close from the first on, and a chosen one behind an open one waits")
    func closesInOrder() {
        var votes = Votes(at: Slot(1))
        votes.open()
        votes.open(isChosen: true)
        #expect(votes.popChosen() == nil)
        votes.choose(Slot(1))
        #expect(votes.popChosen() == Slot(1))
        #expect(votes.popChosen() == Slot(2))
        #expect(votes.popChosen() == nil)
    }

    @Test("A vote is missing until it was counted or the slot is chosen")
    func missing() {
        var votes = Votes(at: Slot(1))
        votes.open()
        _ = count(1, 1, of: 0, &votes)
        #expect(!votes.isMissing(Slot(1), of: 0) && votes.isMissing(Slot(1), of: 1))
        _ = count(1, 1, of: 2, &votes)
        #expect(!votes.isMissing(Slot(1), of: 1))
    }
}

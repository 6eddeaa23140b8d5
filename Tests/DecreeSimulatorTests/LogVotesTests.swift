import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

@Suite("Votes for the slots of a log")
struct LogVotesTests {
    private static let nodes = (1...3 as ClosedRange<UInt64>).map { NodeID($0) }

    private func ballot(_ round: UInt64, _ node: UInt64) -> Ballot {
        Ballot(configuration: ConfigurationNumber(1), round: round, node: NodeID(node))
    }

    private func command(_ text: String, stamp: UInt64 = 0) -> Entry {
        let origin = Origin(node: NodeID(1), incarnation: Incarnation(1), sequence: 1)
        return .command(Command(origin: origin, stamp: LogTime(nanoseconds: stamp), payload: Payload(text.utf8)))
    }

    private func accepted(_ slot: UInt64, _ ballot: Ballot, _ text: String) -> Record {
        .accepted(Slot(slot), ballot, command(text))
    }

    private var votes: LogVotes { LogVotes(nodes: Self.nodes, quorum: 2) }

    @Test("A durable acceptance is a vote; with a quorum of them the value is chosen")
    func votesCount() {
        var votes = votes
        let first = votes.synced([accepted(4, ballot(1, 1), "x")], at: 0)
        #expect(first.map(\.state) == [.choosable] && first[0].undecided == [1, 2] && first[0].slot == "4")
        #expect(first[0].value == "x (n1#1)" && first[0].ballot == "b1.n1")
        let second = votes.synced([accepted(4, ballot(1, 1), "x")], at: 2)
        #expect(second.map(\.state) == [.chosen] && second[0].voters == [0, 2])
    }

    @Test("A promise closes lower ballots in slots that are open, and is told there")
    func promises() {
        var votes = votes
        _ = votes.synced([accepted(4, ballot(1, 1), "x")], at: 0)
        #expect(votes.synced([.promised(ballot(2, 2))], at: 1).map(\.state) == [.choosable])
        #expect(votes.synced([.promised(ballot(2, 2))], at: 2).map(\.state) == [.closed])
        #expect(votes.synced([.promised(ballot(2, 2))], at: 2).isEmpty, "nothing is new")
    }

    @Test("Slots that follow each other and stand alike are one row")
    func runs() {
        var votes = votes
        let rows = votes.synced((4...9).map { accepted($0, ballot(1, 1), "x\($0)") }, at: 0)
        #expect(rows.map(\.slot) == ["4..9"] && rows[0].value == "x4 (n1#1) … x9 (n1#1)")
        let other = votes.synced([accepted(4, ballot(1, 1), "x4"), accepted(6, ballot(1, 1), "x6")], at: 1)
        #expect(other.map(\.slot) == ["4", "6"])
    }

    @Test("What a leader proposes is judged by what may still be chosen below")
    func judged() throws {
        var votes = votes
        #expect(votes.proposed([accepted(4, ballot(1, 1), "x")], by: 0) == nil, "nobody voted before")
        _ = votes.synced([accepted(4, ballot(1, 1), "x")], at: 0)
        _ = votes.synced([.promised(ballot(2, 2))], at: 1)
        var other = votes
        let broken = other.proposed([accepted(4, ballot(2, 2), "y")], by: 1)
        let unsafe = try #require(broken)
        #expect(!unsafe.isSafe && unsafe.lines.last == "So only x (n1#1) would be safe: here it breaks.")
        let kept = votes.proposed([accepted(4, ballot(2, 2), "x")], by: 1)
        let safe = try #require(kept)
        #expect(safe.isSafe && safe.lines.first == "Slot 4: b2.n2 begins with x (n1#1).")
        #expect(votes.proposed([accepted(4, ballot(2, 2), "x")], by: 1) == nil, "it has begun")
        #expect(votes.proposed([accepted(5, ballot(2, 2), "x")], by: 0) == nil, "it is another's ballot")
    }

    @Test("Entries that look alike and are different ones are different values")
    func identity() {
        #expect(LogValue(command("x")) == LogValue(command("x")))
        #expect(LogValue(command("x", stamp: 5_000_000)) != LogValue(command("x")))
        #expect(LogValue(command("x", stamp: 5_000_000)).text == "x (n1#1 of 5 ms)" && LogValue(.noOp).text == "no-op")
    }
}

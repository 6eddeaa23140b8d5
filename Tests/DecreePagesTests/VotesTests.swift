import Testing

@testable import DecreePages

@Suite("Votes")
struct VotesTests {
    private static let words = Votes<Int, String>.Words(
        "ballot", ballot: { "ballot \($0)" }, value: { $0 }, nodes: { $0.map { "n\($0)" }.joined(separator: ", ") })

    /// Of three nodes 0 voted for A in ballot 1.
    private var votes: Votes<Int, String> {
        var votes = Votes<Int, String>(quorum: 2)
        votes.vote(0, in: 1, for: "A")
        return votes
    }

    @Test("A value may be chosen while enough nodes have voted or still may")
    func states() {
        #expect(votes.rows([1, 0, 0], Self.words).map(\.state) == [.choosable])
        #expect(votes.rows([1, 2, 2], Self.words).map(\.state) == [.closed])
        #expect(votes.rows([2, 2, 0], Self.words).map(\.undecided) == [[2]])
        var chosen = votes
        chosen.vote(2, in: 1, for: "A")
        #expect(chosen.rows([2, 2, 2], slot: "7", Self.words).map(\.state) == [.chosen])
        #expect(chosen.rows([2, 2, 2], slot: "7", Self.words)[0].slot == "7")
    }

    @Test("Votes in different ballots, and for different values in one, are never counted together")
    func apart() {
        var votes = votes
        votes.vote(1, in: 2, for: "A")
        votes.vote(1, in: 1, for: "B")
        #expect(votes.entries.map(\.ballot) == [1, 1, 2] && votes.entries.allSatisfy { !votes.isChosen($0) })
    }

    @Test("Another value that may still be chosen below is a rival, the same one is none")
    func rivals() {
        #expect(votes.rivals(of: "B", below: 2, [1, 0, 0], Self.words) == ["A"])
        #expect(votes.rivals(of: "A", below: 2, [1, 0, 0], Self.words).isEmpty)
        #expect(votes.rivals(of: "B", below: 1, [1, 0, 0], Self.words).isEmpty)
        #expect(votes.rivals(of: "B", below: 2, [1, 2, 2], Self.words).isEmpty)
    }

    @Test("How it stands below a ballot is told in a sentence each")
    func lines() {
        let open = "In ballot 1 A may still be chosen: n0 voted for A, n1, n2 still may."
        #expect(votes.lines(below: 2, [1, 0, 0], Self.words) == [open])
        let closed = "In ballot 1 A can no longer be chosen: n1, n2 did not vote and promised a later ballot."
        #expect(votes.lines(below: 2, [1, 2, 2], Self.words) == [closed])
        #expect(votes.lines(below: 1, [1, 0, 0], Self.words).isEmpty)
    }

    @Test("Whom two quorums share is told, and where they share nobody")
    func meetings() {
        var votes = votes
        votes.vote(1, in: 1, for: "A")
        votes.vote(1, in: 2, for: "B")
        votes.vote(2, in: 2, for: "B")
        #expect(
            votes.meetings(Self.words) == [
                "n0, n1 chose A in ballot 1, n1, n2 chose B in ballot 2. They share n1, which voted for both."
            ])
        votes.vote(0, in: 3, for: "B")
        votes.vote(3, in: 3, for: "B")
        #expect(votes.meetings(Self.words)[1].hasSuffix("They share no node: neither could know of the other."))
    }
}

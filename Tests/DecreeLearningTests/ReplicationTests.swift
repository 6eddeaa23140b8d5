import Testing

@testable import DecreeLearning

@Suite("What can be sent to replicas")
struct ReplicationTests {
    private let ways = ReplicationWays()

    @Test("Inputs, states and differences lead to the same state")
    func agree() { #expect(ways.agree) }

    @Test("Inputs take the fewest bytes, whole states the most; one input may change much, another nothing")
    func bytes() {
        let sum = ways.sum
        #expect(sum.input < sum.difference && sum.difference < sum.state, "\(sum)")
        #expect(ways.rows.contains { $0.difference == 0 } && ways.rows.contains { $0.difference > 20 * $0.input })
    }

    @Test("A difference that is left out shows")
    func notices() {
        let former = Notes().applying(.put("a", "1"))
        let next = former.applying(.put("b", "2")).applying(.remove("a"))
        let changes = next.changes(since: former)
        #expect(changes.count == 2 && former.applying(changes) == next)
        #expect(former.applying(Array(changes.dropLast())) != next)
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("The order of a turn")
struct TurnTests {
    @Test("Applies come first, then outcomes, and a query that they release sees what was applied")
    func appliesBeforeOutcomes() {
        var bench = Bench(of: 3)
        let port = bench.group.openPort()
        bench.turn(port, .query(1, linearizable: true, token: 3))
        let chosen = bench.core.groups[0].waiters.insert(Waiter(port: port, token: 1))
        let lost = bench.core.groups[0].waiters.insert(Waiter(port: port, token: 2))
        bench.core.groups[0].effects.outcomes = [.unknown(token: lost), .readReady(ReadToken(1))]
        bench.core.groups[0].effects.applies = [
            Apply(slot: Slot(1), action: .command(Payload("x".utf8), token: chosen))
        ]
        bench.group.endTurn(core: &bench.core, at: bench.now, into: &bench.effects)
        #expect(bench.group.machine.count == 1)
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["1: output 1", "2: \(RequestFailure.unknownOutcome)", "3: answer 1"])
    }

    @Test("Queries are begun behind the turn that released them, not amid it")
    func queriesBehindTurn() {
        var bench = Bench()
        bench.run(for: .seconds(2))
        let port = bench.group.openPort()
        bench.turn(port, .query(1, linearizable: true, token: 1), .query(1, linearizable: false, token: 2))
        #expect(bench.completions.isEmpty)
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted().sorted() == ["1: answer 0", "2: answer 0"])
    }
}

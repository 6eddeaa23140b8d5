import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("Commands that take long")
struct LongCommandTests {
    /// A lone leader that lets work of 25 ms into the log.
    private func leading(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> (Bench, PortID) {
        var bench = Bench(adjust)
        bench.run(for: .seconds(2))
        let port = bench.group.openPort()
        return (bench, port)
    }

    private func command(_ text: String, _ token: UInt64) -> NodeRequest<Tally> {
        .command(Payload(text.utf8), token: token)
    }

    /// Turns and syncs until nothing is left to do at once.
    private func settle(_ bench: inout Bench) {
        repeat {
            bench.sync()
            bench.turn()
            bench.advance(.maintenance)
        } while !bench.underWay.isEmpty || bench.group.nextDeadline(core: &bench.core) == .zero
    }

    @Test("Only so much of them is in the log at a time, and short ones go past those that wait")
    func takeTurns() {
        var (bench, port) = leading()
        bench.turn(port, command("long 20", 1), command("long 20", 2), command("long 4", 3), command("x", 4))
        bench.sync()
        bench.turn()
        #expect(bench.takeCompleted() == ["4: output 1", "1: output 2"])
        #expect(bench.group.nextDeadline(core: &bench.core) == .zero)
        settle(&bench)
        #expect(bench.takeCompleted() == ["2: output 3", "3: output 4"])
        #expect(!bench.group.holdsRequests && bench.group.long.isIdle)
    }

    @Test("One is always let in, however long it is")
    func oneIsLetIn() {
        var (bench, port) = leading()
        bench.turn(port, command("long 1000", 1), command("long 1000", 2))
        settle(&bench)
        #expect(bench.takeCompleted() == ["1: output 1", "2: output 2"])
    }

    @Test("They wait for a while and in a limited number; then they fail for certain")
    func limits() {
        var (bench, port) = leading { $0.maximumHeld = 2 }
        bench.turn(port, command("long 20", 1), command("long 20", 2))
        bench.turn(port, command("long 20", 3), command("long 20", 4))
        #expect(bench.takeCompleted() == ["4: \(RequestFailure.overloaded)"])
        bench.now = bench.now + bench.core.limits.holdTimeout
        let wakeAt = bench.group.wakeAt
        #expect(wakeAt <= bench.now)
        bench.turn()
        let refused = [2, 3].map { "\($0): \(RequestFailure.overloaded)" }
        #expect(bench.takeCompleted().filter { $0.hasSuffix("\(RequestFailure.overloaded)") } == refused)
    }

    @Test("What nobody waits for any more is not proposed, and makes way")
    func cancelled() {
        var (bench, port) = leading()
        let gone = bench.group.openPort()
        bench.turn([
            PortBatch(port: port, requests: [command("long 20", 1), command("long 20", 2)]),
            PortBatch(port: gone, requests: [command("long 20", 3)]),
            PortBatch(port: port, requests: [command("long 20", 4)]),
        ])
        bench.group.cancel([RequestKey(port: port, token: 2)])
        bench.group.closePort(gone, core: &bench.core)
        settle(&bench)
        #expect(bench.takeCompleted() == ["1: output 1", "4: output 2"])
    }

    @Test("When one was given up, the next has its turn")
    func givenUp() {
        var bench = Bench(of: 3) { $0.holdTimeout = .seconds(10) }
        let port = bench.group.openPort()
        bench.turn(port, command("long 20", 1), command("long 20", 2))
        bench.run(for: .seconds(8))
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.unknownOutcome)"] && !bench.group.holdsRequests)
        bench.run(for: .seconds(8))
        #expect(bench.takeCompleted() == ["2: \(RequestFailure.unknownOutcome)"] && bench.group.long.isIdle)
    }

    @Test("A node that stops refuses those that wait")
    func stopped() {
        var (bench, port) = leading()
        bench.turn(port, command("long 20", 1), command("long 20", 2))
        bench.step(.stopRequested(isGraceful: true))
        settle(&bench)
        #expect(bench.takeCompleted().sorted() == ["1: output 1", "2: \(RequestFailure.stopped)"])
    }
}

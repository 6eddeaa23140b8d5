import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("Requests and completions")
struct RequestTests {
    private func leading(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> Bench {
        var bench = Bench(adjust)
        bench.run(for: .seconds(2))
        let leads = bench.core.groups[0].isLeading
        #expect(leads)
        return bench
    }

    private func command(_ token: UInt64) -> NodeRequest<Tally> { .command(Payload("x".utf8), token: token) }

    @Test("Each port has the outputs of its own commands, in one batch")
    func outputsFindTheirPorts() {
        var bench = leading()
        let (first, second) = (bench.group.openPort(), bench.group.openPort())
        bench.turn([
            PortBatch(port: first, requests: [command(1), command(2)]),
            PortBatch(port: second, requests: [command(1)]),
            PortBatch(port: first, requests: [command(3)]),
        ])
        #expect(bench.completions.isEmpty, "nothing is chosen before it is durable")
        bench.sync()
        bench.turn()
        #expect(bench.completions.map(\.port) == [first, second])
        #expect(bench.takeCompleted() == ["1: output 1", "2: output 2", "3: output 4", "1: output 3"])
        #expect(bench.core.groups[0].waitingCommands == 0)
    }

    @Test("A linearizable query sees the command that was answered before it")
    func queriesSeeCommands() {
        var bench = leading()
        let port = bench.group.openPort()
        bench.turn(port, command(1))
        bench.sync()
        bench.turn()
        bench.turn(port, .query(1, linearizable: true, token: 2))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["1: output 1", "2: answer 1"])
    }

    @Test("Where no quorum can be asked only a local query is answered; the other fails in time")
    func queriesWaitForBarrier() {
        var bench = Bench(of: 3)
        let port = bench.group.openPort()
        bench.turn(port, .query(1, linearizable: true, token: 1), .query(1, linearizable: false, token: 2))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["2: answer 0"])
        bench.run(for: .seconds(8))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.noLeader)"])
    }

    @Test("Queries that wait are bounded, whatever they wait for")
    func waitingQueries() {
        var bench = Bench(of: 3) { $0.maximumWaitingQueries = 2 }
        let port = bench.group.openPort()
        bench.turn(
            port, .query(1, linearizable: true, token: 1), .query(1, linearizable: false, token: 2),
            .query(1, linearizable: true, token: 3), .query(1, linearizable: false, token: 4))
        #expect(bench.takeCompleted() == ["3: \(RequestFailure.overloaded)", "4: \(RequestFailure.overloaded)"])
    }

    @Test("A query that takes many steps is answered from the state that it pinned")
    func cursorsArePinned() {
        var bench = leading()
        let port = bench.group.openPort()
        bench.turn(port, .query(3, linearizable: false, token: 9))
        bench.advance(.firstSteps)
        #expect(bench.group.machine.pins == 1)
        bench.turn(port, command(1))
        bench.sync()
        bench.turn()
        bench.advance(.cursors)
        #expect(bench.takeCompleted() == ["1: output 1", "9: answer 0"])
        #expect(bench.group.machine.pins == 0)
    }

    @Test("Queries end when there are too many, take too long or are given up, and let go of what they pinned")
    func queriesEnd() {
        var bench = leading { $0.maximumCursors = 2 }
        let port = bench.group.openPort()
        bench.turn([
            PortBatch(port: port, requests: (1...3).map { .query(9, linearizable: false, token: $0) })
        ])
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["3: \(RequestFailure.overloaded)"])
        bench.group.cancel([RequestKey(port: port, token: 1)])
        #expect(bench.group.machine.pins == 1)
        bench.now = bench.now + .seconds(11)
        bench.advance(.cursors)
        #expect(bench.takeCompleted() == ["2: \(RequestFailure.timedOut)"])
        #expect(bench.group.machine.pins == 0)
    }

    @Test("A port that closes has nothing more, and its commands take effect for nobody")
    func closedPortIsSilent() {
        var bench = leading()
        let (gone, other) = (bench.group.openPort(), bench.group.openPort())
        bench.turn([
            PortBatch(port: gone, requests: [command(1), .query(9, linearizable: false, token: 2)]),
            PortBatch(port: other, requests: [command(1)]),
        ])
        bench.advance(.firstSteps)
        bench.group.closePort(gone, core: &bench.core)
        bench.sync()
        bench.turn()
        bench.advance(.cursors)
        #expect(bench.takeCompleted() == ["1: output 2"])
        #expect(bench.group.machine.count == 2 && bench.group.machine.pins == 0)
    }

    @Test("What is too large is refused at once")
    func tooLarge() {
        var bench = leading { $0.maximumCommandBytes = 3 }
        bench.turn(bench.group.openPort(), .command(Payload("four".utf8), token: 1))
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.tooLarge)"])
    }

    @Test("Before the cluster is formed requests wait, but not for ever and not without bound; local queries do not")
    func heldBeforeFormed() {
        var bench = Bench(of: 3, isFormed: false) { $0.maximumHeld = 2 }
        let port = bench.group.openPort()
        bench.turn(port, command(1), .query(1, linearizable: true, token: 2), .query(1, linearizable: false, token: 3))
        bench.turn(port, command(4))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["4: \(RequestFailure.overloaded)", "3: answer 0"])
        bench.now = bench.now + bench.core.limits.holdTimeout
        bench.turn()
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.noLeader)", "2: \(RequestFailure.noLeader)"])
    }

    @Test("Requests that wait are bounded in bytes too, and what is too large does not wait")
    func heldBytes() {
        var bench = Bench(of: 3, isFormed: false) {
            $0.maximumHeldBytes = 3
            $0.maximumCommandBytes = 3
        }
        let port = bench.group.openPort()
        bench.turn(port, .command(Payload("four".utf8), token: 1), .command(Payload("two".utf8), token: 2))
        bench.turn(port, .command(Payload("x".utf8), token: 3))
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.tooLarge)", "3: \(RequestFailure.overloaded)"])
        bench.now = bench.now + bench.core.limits.holdTimeout
        bench.turn()
        bench.turn(port, .command(Payload("x".utf8), token: 4))
        #expect(bench.takeCompleted() == ["2: \(RequestFailure.noLeader)"])
    }

    @Test("Held requests go their way when the cluster is formed")
    func heldGoOn() {
        var bench = Bench(isFormed: false)
        let port = bench.group.openPort()
        bench.turn(port, command(1))
        #expect(bench.takeCompleted().isEmpty)
        bench.run(for: .seconds(2))
        #expect(bench.takeCompleted() == ["1: output 1"])
    }
}

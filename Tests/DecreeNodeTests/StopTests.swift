import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("The end of a node")
struct StopTests {
    private func leading() -> (Bench, PortID) {
        var bench = Bench()
        bench.run(for: .seconds(2))
        let port = bench.group.openPort()
        return (bench, port)
    }

    @Test("A graceful stop waits for commands under way, and new ones are refused meanwhile")
    func waitsForCommands() {
        var (bench, port) = leading()
        bench.turn(port, .command(Payload("x".utf8), token: 1))
        bench.step(.stopRequested(isGraceful: true))
        let endedEarly = bench.core.advanceStop(at: bench.now, into: &bench.effects)
        #expect(!endedEarly)
        bench.turn(port, .command(Payload("x".utf8), token: 2), .query(1, linearizable: false, token: 3))
        #expect(bench.takeCompleted() == ["2: \(RequestFailure.stopped)", "3: \(RequestFailure.stopped)"])
        bench.sync()
        bench.turn()
        #expect(bench.takeCompleted() == ["1: output 1"])
        let hasEnded = bench.core.advanceStop(at: bench.now, into: &bench.effects)
        #expect(hasEnded)
        #expect(bench.effects.hasEnded && bench.core.phase == .stopped)
    }

    @Test("Patience ends, and whoever still waits is told")
    func patienceEnds() {
        var (bench, port) = leading()
        bench.turn(port, .command(Payload("x".utf8), token: 1), .query(1, linearizable: true, token: 2))
        bench.step(.stopRequested(isGraceful: true))
        bench.now = bench.core.nextDeadline()
        bench.now = max(bench.now, bench.core.lifecycle.nextDeadline)
        let hasEnded = bench.core.advanceStop(at: bench.now, into: &bench.effects)
        #expect(hasEnded)
        bench.group.end(core: &bench.core)
        bench.collect()
        bench.takeNews()
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.unknownOutcome)", "2: \(RequestFailure.stopped)"])
    }

    @Test("A second stop hastens the first and never delays it")
    func secondStop() {
        var lifecycle = Lifecycle()
        lifecycle.stop(until: Instant(nanoseconds: 5))
        lifecycle.stop(until: Instant(nanoseconds: 9))
        #expect(lifecycle.stopsAt == Instant(nanoseconds: 5))
        lifecycle.stop(until: Instant(nanoseconds: 1))
        #expect(lifecycle.stopsAt == Instant(nanoseconds: 1))
    }

    @Test("What stands before an entry of a newer version is applied, what stands behind it is not")
    func haltsBetween() {
        var state = DurableState()
        let newer = Entry.unknown(kind: 200, payload: Payload("?".utf8))
        let records: [Record] = [
            .incarnation(Incarnation(1)), .learned(Slot(1), Self.command(1)), .learned(Slot(2), newer),
            .learned(Slot(3), Self.command(2)), .chosen(through: Slot(3)),
        ]
        for record in records { state.absorb(record) }
        var bench = Bench(durable: state)
        bench.run(for: .seconds(1))
        #expect(bench.core.phase == .halted)
        #expect(bench.notices.contains(.halted(GroupID(1), Slot(2), kind: 200)))
        #expect(bench.group.machine.count == 1)
    }

    private static func command(_ sequence: UInt64) -> Entry {
        let origin = Origin(node: NodeID(2), incarnation: Incarnation(1), sequence: sequence)
        return .command(Command(origin: origin, payload: Payload("x".utf8)))
    }

    private static var logOfNewerVersion: DurableState {
        var state = DurableState()
        for record: Record in [
            .incarnation(Incarnation(1)), .learned(Slot(1), .unknown(kind: 200, payload: Payload("?".utf8))),
            .chosen(through: Slot(1)),
        ] { state.absorb(record) }
        return state
    }

    @Test("A command under way when the node halts has an unknown outcome: newer nodes may apply it")
    func haltsUnderWay() {
        var bench = Bench(durable: Self.logOfNewerVersion)
        bench.turn(bench.group.openPort(), .command(Payload("x".utf8), token: 1))
        bench.run(for: .seconds(1))
        #expect(bench.core.phase == .halted)
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.unknownOutcome)"])
    }

    @Test("An entry of a newer version halts the node, and who comes is told")
    func halts() {
        var bench = Bench(durable: Self.logOfNewerVersion)
        bench.run(for: .seconds(1))
        #expect(bench.core.phase == .halted)
        #expect(bench.notices.contains(.halted(GroupID(1), Slot(1), kind: 200)))
        bench.turn(
            bench.group.openPort(), .command(Payload("x".utf8), token: 1), .query(1, linearizable: false, token: 2))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["1: \(RequestFailure.halted)", "2: answer 0"])
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("What a machine leaves for the next turns")
struct RestTests {
    /// A lone leader whose machine does two commands in a turn.
    private func slow(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> (Bench, PortID) {
        var bench = Bench(adjust)
        bench.run(for: .seconds(2))
        bench.group.machine.pace = 2
        let port = bench.group.openPort()
        return (bench, port)
    }

    private func commands(_ tokens: ClosedRange<UInt64>) -> [NodeRequest<Tally>] {
        tokens.map { .command(Payload("c\($0)".utf8), token: $0) }
    }

    /// Commands of a turn are chosen, and the next turn applies the first two.
    private func begin(_ bench: inout Bench, _ requests: [PortBatch<Tally>]) {
        bench.turn(requests)
        bench.sync()
        bench.turn()
    }

    @Test("Each command is applied once and answered to its own client, a bounded number in a turn")
    func inTurns() {
        var (bench, first) = slow()
        let second = bench.group.openPort()
        begin(
            &bench,
            [PortBatch(port: first, requests: commands(1...3)), PortBatch(port: second, requests: commands(4...5))])
        var turns: [[String]] = [bench.takeCompleted()]
        while bench.group.nextDeadline(core: &bench.core) == .zero, turns.count < 9 {
            #expect(bench.group.commandsOfTurn == turns.last?.count)
            bench.turn()
            bench.advance(.maintenance)
            turns.append(bench.takeCompleted())
        }
        #expect(turns == [["1: output 1", "2: output 2"], [], ["3: output 3", "4: output 4"], [], ["5: output 5"]])
        #expect(bench.core.groups[0].counters.commandsApplied == 5)
    }

    @Test("Meanwhile the replica hands out nothing more, and the slot that is told is that of the machine")
    func handsOutNothing() {
        var (bench, port) = slow()
        let start = bench.core.groups[0].applied
        begin(&bench, [PortBatch(port: port, requests: commands(1...4))])
        #expect(bench.core.groups[0].applied.rawValue == start.rawValue + 2)
        bench.turn([PortBatch(port: port, requests: commands(5...5))])
        bench.sync()
        #expect(bench.core.groups[0].effects.applies.isEmpty, "what is chosen stays in the log")
        var status = LoopStatus()
        bench.core.report(into: &status)
        bench.group.report(into: &status)
        #expect(status.applied.rawValue == start.rawValue + 2 && status.counters.waitingCommands == 3)
        bench.turn()
        bench.turn()
        #expect(bench.takeCompleted().last == "5: output 5")
    }

    @Test("A query behind a barrier waits for all of it; what failed for certain is told at once")
    func outcomes() {
        var (bench, port) = slow()
        bench.turn([PortBatch(port: port, requests: commands(1...5))])
        bench.sync()
        bench.turn(port, .query(1, linearizable: true, token: 9))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["1: output 1", "2: output 2"])
        let lost = bench.core.groups[0].waiters.insert(Waiter(port: port, token: 7))
        bench.core.groups[0].effects.outcomes.append(.unknown(token: lost))
        bench.turn(port, .query(1, linearizable: false, token: 8))
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["7: \(RequestFailure.unknownOutcome)", "8: answer 2"])
        for _ in 1...3 { bench.turn() }
        bench.advance(.firstSteps)
        #expect(bench.takeCompleted() == ["3: output 3", "4: output 4", "5: output 5", "9: answer 5"])
    }

    @Test("A snapshot waits until the machine stands where the log does")
    func snapshot() {
        var (bench, port) = slow { $0.snapshots.minimumJournalBytes = 1_000 }
        begin(&bench, [PortBatch(port: port, requests: commands(1...3))])
        bench.step(.measured(journalBytes: 1_001, freeBytes: nil))
        bench.advance(.snapshot)
        #expect(bench.snapshots.isEmpty)
        for _ in 1...2 { bench.turn() }
        bench.advance(.snapshot)
        guard case .begin(_, let metadata, let digest) = bench.snapshots.first else {
            return #expect(Bool(false), "no snapshot is begun")
        }
        #expect(metadata.applied == bench.core.groups[0].applied && digest.low == 3)
    }

    @Test("Pushes are told with the commands that they are of; who subscribes amid the rest is told from there on")
    func pushes() {
        var (bench, port) = slow()
        bench.group.subscribe(port, core: &bench.core)
        begin(&bench, [PortBatch(port: port, requests: commands(1...4))])
        let late = bench.group.openPort()
        bench.group.subscribe(late, core: &bench.core)
        for _ in 1...2 { bench.turn() }
        let told = bench.pushes.map { "\($0.batch.pushes.joined(separator: " "))" }
        #expect(told == ["c1 c2", "c3 c4", "c3 c4"])
        #expect(bench.pushes[0].batch.through == bench.pushes[1].batch.after)
        #expect(bench.pushes[2].batch.after == bench.pushes[0].batch.through)
    }

    @Test("An entry of a newer version halts the group behind the rest, whose clients have their outputs")
    func halt() {
        var (bench, port) = slow()
        let numbers = (1...3).map { bench.core.groups[0].waiters.insert(Waiter(port: port, token: $0)) }
        let open = bench.core.groups[0].waiters.insert(Waiter(port: port, token: 4))
        #expect(open > 0)
        let start = bench.core.groups[0].applied
        var applies: [Apply] = []
        for number in numbers {
            let slot = Slot(start.rawValue + UInt64(applies.count) + 1)
            applies.append(Apply(slot: slot, action: .command(Payload("x".utf8), token: number)))
        }
        applies.append(Apply(slot: Slot(start.rawValue + 4), action: .halt(kind: 9)))
        bench.core.groups[0].effects.applies = applies
        bench.turn()
        #expect(bench.core.phase == .serving && bench.takeCompleted() == ["1: output 1", "2: output 2"])
        for _ in 1...2 { bench.turn() }
        #expect(bench.core.phase == .halted && bench.core.groups[0].applied.rawValue == start.rawValue + 3)
        #expect(bench.takeCompleted() == ["3: output 3", "4: \(RequestFailure.unknownOutcome)"])
    }

    @Test("A graceful stop waits for the rest; one at once tells its clients that nobody knows")
    func stop() {
        for isGraceful in [true, false] {
            var (bench, port) = slow()
            begin(&bench, [PortBatch(port: port, requests: commands(1...3))])
            bench.step(.stopRequested(isGraceful: isGraceful))
            if isGraceful {
                #expect(!bench.core.advanceStop(at: bench.now, into: &bench.effects))
                for _ in 1...2 { bench.turn() }
            }
            #expect(bench.core.advanceStop(at: bench.now, into: &bench.effects))
            bench.group.end(core: &bench.core)
            bench.takeNews()
            let last = isGraceful ? "3: output 3" : "3: \(RequestFailure.unknownOutcome)"
            #expect(bench.takeCompleted() == ["1: output 1", "2: output 2", last])
        }
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("What a machine wants by itself")
struct DueTests {
    private static func leadership(_ round: UInt64, _ milliseconds: UInt64) -> Leadership {
        let ballot = Ballot(configuration: ConfigurationNumber(1), round: round, node: NodeID(1))
        return Leadership(ballot: ballot, time: LogTime.zero + .milliseconds(milliseconds))
    }

    private let now = Instant(nanoseconds: 1_000_000_000)
    private let pause = TimeSpan.milliseconds(100)

    /// A lone node with a port.
    private func bench(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> (Bench, PortID) {
        var bench = Bench(adjust)
        bench.run(for: .milliseconds(50))
        let port = bench.group.openPort()
        return (bench, port)
    }

    @Test("It is proposed when the log's clock has come to it, once, and nobody is told")
    func inTime() {
        var (bench, port) = bench()
        bench.turn(port, .command(Payload("wake 500".utf8), token: 1))
        bench.run(for: .milliseconds(490))
        #expect(bench.group.machine.rung == 0 && bench.core.groups[0].counters.commandsDue == 0)
        bench.run(for: .milliseconds(20))
        #expect(bench.group.machine.rung == 1 && bench.core.groups[0].counters.commandsDue == 1)
        #expect(bench.takeCompleted() == ["1: output 1"])
        bench.run(for: .seconds(5))
        #expect(bench.group.machine.count == 2 && bench.group.machine.asked == 1)
    }

    @Test("A limited number is under way at once, and nothing again before these are applied")
    func limited() {
        var (bench, port) = bench { $0.maximumDue = 2 }
        for token in 1...5 { bench.turn(port, .command(Payload("wake 10".utf8), token: UInt64(token))) }
        bench.run(for: .milliseconds(5))
        bench.now = bench.now + .milliseconds(20)
        for _ in 0..<20 { bench.turn() }
        #expect(bench.core.groups[0].counters.commandsDue == 2, "the disk has not answered")
        bench.run(for: .milliseconds(20))
        #expect(bench.group.machine.rung == 5 && bench.core.groups[0].counters.commandsDue == 5)
    }

    @Test("A machine that wants commands and names none is left alone for a while")
    func mute() {
        var (bench, port) = bench()
        bench.group.machine.isMute = true
        bench.turn(port, .command(Payload("wake 10".utf8), token: 1))
        bench.run(for: .milliseconds(1_000))
        #expect((5...11).contains(bench.group.machine.asked))
        bench.group.machine.isMute = false
        bench.run(for: .milliseconds(110))
        #expect(bench.group.machine.rung == 1)
    }

    @Test("A node that stops proposes nothing more")
    func stopping() {
        var (bench, port) = bench()
        bench.turn(port, .command(Payload("wake 100".utf8), token: 1))
        bench.run(for: .milliseconds(50))
        bench.step(.stopRequested(isGraceful: true))
        bench.run(for: .milliseconds(500))
        #expect(bench.group.machine.asked == 0)
    }

    @Test("Who does not lead, or has less log time than that, does nothing")
    func waits() {
        var due = DueCommands()
        due.next = .zero + .milliseconds(10)
        #expect(due.advance(nil, at: now, pause: pause) == .nothing && due.wakeAt == .distantFuture)
        #expect(due.advance(Self.leadership(1, 4), at: now, pause: pause) == .nothing)
        #expect(due.wakeAt == now + .milliseconds(6))
        due.next = nil
        #expect(due.isOpen, "it has to forget when it wanted to be woken")
        #expect(due.advance(Self.leadership(1, 4), at: now, pause: pause) == .nothing && !due.isOpen)
    }

    @Test("The barrier of a former leadership is worth nothing, and only what was due when it began is asked for")
    func barriers() {
        var due = DueCommands()
        due.next = .zero + .milliseconds(10)
        #expect(due.advance(Self.leadership(1, 10), at: now, pause: pause) == .barrier)
        #expect(due.advance(Self.leadership(1, 12), at: now, pause: pause) == .nothing, "one is under way")
        due.barrierEnded(isReached: true)
        #expect(due.advance(Self.leadership(2, 10), at: now, pause: pause) == .barrier)
        due.barrierEnded(isReached: false)
        #expect(due.advance(Self.leadership(2, 11), at: now, pause: pause) == .barrier)
        due.barrierEnded(isReached: true)
        let verdict = due.advance(Self.leadership(2, 15), at: now, pause: pause)
        #expect(verdict == .commands(.zero + .milliseconds(11)))
    }

    @Test("A round that brought nothing is not followed by another at once; one that was full is")
    func rounds() {
        func after(_ count: Int, isApplied: Bool, next: UInt64) -> DueCommands.Verdict {
            var due = DueCommands()
            due.next = .zero + .milliseconds(10)
            _ = due.advance(Self.leadership(1, 10), at: now, pause: pause)
            due.barrierEnded(isReached: true)
            _ = due.advance(Self.leadership(1, 10), at: now, pause: pause)
            due.proposed(count, limit: 2, at: now, pause: pause)
            for _ in 0..<count { due.settled(isApplied: isApplied) }
            due.next = .zero + .milliseconds(next)
            return due.advance(Self.leadership(1, 20), at: now, pause: pause)
        }
        #expect(after(1, isApplied: true, next: 11) == .barrier)
        #expect(after(2, isApplied: true, next: 10) == .barrier)
        #expect(after(1, isApplied: true, next: 10) == .nothing)
        #expect(after(2, isApplied: false, next: 11) == .nothing)
        #expect(after(0, isApplied: true, next: 10) == .nothing)
    }
}

import PaxosBase
import Testing

@testable import PaxosSynod

@Suite("A log without a leader")
struct LeaderlessLogTests {
    typealias Log = LeaderlessLog<SynodProcess>

    private static let members = Configuration(
        number: ConfigurationNumber(1), members: [NodeID(1), NodeID(2), NodeID(3)])

    private func log(_ identity: UInt64, durable: LogState = LogState()) -> Log {
        Log(identity: NodeID(identity), members: Self.members, durable: durable, patience: nil)
    }

    private func step(_ log: inout Log, _ event: LogEvent) -> LogEffects {
        var effects = LogEffects()
        log.step(event, at: .zero, into: &effects)
        return effects
    }

    private func tell(_ log: inout Log, _ slot: UInt64, _ message: SynodMessage, from sender: UInt64 = 2) -> LogEffects
    {
        step(&log, .received(LogMessage(Slot(slot), message), from: NodeID(sender)))
    }

    @Test("What is learned early is kept until all before it is known")
    func order() {
        var log = log(1)
        #expect(tell(&log, 2, .chosen(blue)).delivered.isEmpty && log.chosen(in: Slot(2)) == blue)
        let entries = tell(&log, 1, .chosen(red)).delivered
        #expect(entries == [LogEntry(slot: Slot(1), command: red), LogEntry(slot: Slot(2), command: blue)])
        #expect(tell(&log, 1, .chosen(red)).delivered.isEmpty && log.delivered == Slot(2))
    }

    @Test(
        "A command is tried in the first slot that is not known, and in the next once that is lost; nothing leaves before it is durable"
    )
    func next() {
        var log = log(1)
        _ = tell(&log, 2, .chosen(blue))
        let first = step(&log, .proposed(red))
        #expect(first.records == [LogRecord(slot: Slot(1), record: .stood(ballot(1, 1)))] && first.sends.isEmpty)
        let asked = step(&log, .written(first.write)).sends
        #expect(asked.map(\.message) == Array(repeating: LogMessage(Slot(1), .prepare(ballot(1, 1))), count: 3))
        let lost = tell(&log, 1, .chosen(Payload("green".utf8)))
        #expect(lost.records == [LogRecord(slot: Slot(3), record: .stood(ballot(1, 1)))] && log.isWaiting)
        #expect(tell(&log, 3, .chosen(red)).delivered.count == 1 && !log.isWaiting)
    }

    @Test("A command that is known to be chosen, is tried already, or is empty is not tried again")
    func again() {
        var log = log(1)
        _ = tell(&log, 5, .chosen(red))
        #expect(step(&log, .proposed(red)).records.isEmpty && step(&log, .proposed(Payload())).records.isEmpty)
        #expect(step(&log, .proposed(blue)).records.count == 1 && step(&log, .proposed(blue)).records.isEmpty)
    }

    @Test("Who knows what is chosen answers requests with it, and nothing else")
    func interrupted() {
        var log = log(1)
        _ = tell(&log, 1, .chosen(red))
        let answer = LogSend(to: NodeID(2), message: LogMessage(Slot(1), .chosen(red)))
        let proposal = Proposal(ballot: ballot(1, 2), value: blue)
        for request in [SynodMessage.prepare(ballot(1, 2)), .accept(proposal), .ask] {
            let effects = tell(&log, 1, request)
            #expect(effects.sends == [answer] && effects.records.isEmpty)
        }
        for other in [SynodMessage.accepted(proposal), .promise(ballot(1, 1), accepted: nil), .chosen(red)] {
            #expect(tell(&log, 1, other).sends.isEmpty)
        }
    }

    @Test("What speaks of no slot, or of one that is absurdly far, is not heard")
    func reach() {
        var log = log(1)
        for slot in [0, Log.reach + 1, .max] as [UInt64] {
            #expect(tell(&log, slot, .prepare(ballot(1, 2))).records.isEmpty)
        }
        #expect(tell(&log, Log.reach, .prepare(ballot(1, 2))).records.count == 1)
    }

    @Test("An acceptor of a slot comes back with what its disk holds")
    func restarts() {
        var state = LogState()
        let proposal = Proposal(ballot: ballot(1, 2), value: blue)
        state.absorb(LogRecord(slot: Slot(2), record: .accepted(proposal)))
        var log = log(1, durable: state)
        let asked = tell(&log, 2, .prepare(ballot(2, 3)), from: 3)
        let sent = step(&log, .written(asked.write)).sends
        let promise = LogMessage(Slot(2), .promise(ballot(2, 3), accepted: proposal))
        #expect(sent == [LogSend(to: NodeID(3), message: promise)])
    }

    @Test(
        "With faults and crashes commands are delivered in one order, each once, and in the end by all",
        arguments: [false, true])
    func runs(isFast: Bool) {
        for seed in 1...60 as ClosedRange<UInt64> {
            let finding = isFast ? LogRun<FastProcess>.run(seed) : LogRun<SynodProcess>.run(seed)
            #expect(finding == nil, "seed \(seed): \(finding ?? "")")
        }
    }

    /// Whether one of many runs finds what begins so.
    private func isFound(_ beginning: String, in run: (UInt64) -> String?) -> Bool {
        (1...200).contains { run($0)?.hasPrefix(beginning) == true }
    }

    @Test("These runs notice a rule that is left out, and members that come back with empty disks")
    func notices() {
        #expect(isFound("slot ") { LogRun<SynodProcess>.run($0, flaw: .deliversOutOfOrder) })
        #expect(isFound("slot ") { LogRun<SynodProcess>.run($0, flaw: .promisesOfFormerSlotCounted) })
        #expect(isFound("a command is delivered twice") { LogRun<SynodProcess>.run($0, flaw: .goesOnUnbeaten) })
        #expect(isFound("slot ") { LogRun<FastProcess>.run($0, keepsDisks: false) })
    }
}

import DecreeNode
import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

/// Its pushes are numbers.
private struct Pusher: SmallStateMachine {
    mutating func apply(_ command: ChosenCommand) {}
    mutating func takePushes() -> [Int] { [] }
    func answer(_ query: Void) {}
    func snapshot() -> [UInt8] { [] }
    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {}
}

private func ballot(_ round: UInt64, _ node: UInt64 = 1) -> Ballot {
    Ballot(configuration: ConfigurationNumber(1), round: round, node: NodeID(node))
}

private func entry(_ value: UInt8, sequence: UInt64 = 1) -> Entry {
    .command(Command(origin: origin(sequence), payload: Payload([value])))
}

private func origin(_ sequence: UInt64, life: UInt64 = 1) -> Origin {
    Origin(node: NodeID(1), incarnation: Incarnation(life), sequence: sequence)
}

@Suite("Every checker rejects what it is there for")
struct CheckerTests {
    private let findings = Findings()

    @Test("An entry's key tells values, origins and no-ops apart")
    func keys() {
        let keys = [EntryKey(.noOp), EntryKey(entry(1)), EntryKey(entry(2)), EntryKey(entry(1, sequence: 2))]
        #expect(Set(keys).count == 4)
        #expect(EntryKey(entry(1)) == EntryKey(entry(1)))
    }

    @Test("Agreement: two values in one ballot and slot")
    mutating func twoValuesInOneBallot() {
        var checker = AgreementChecker()
        checker.proposed(Slot(1), ballot(1), EntryKey(entry(1)), findings)
        checker.proposed(Slot(1), ballot(1), EntryKey(entry(1)), findings)
        checker.proposed(Slot(1), ballot(2), EntryKey(entry(2)), findings)
        #expect(findings.first == nil)
        checker.proposed(Slot(1), ballot(2), EntryKey(entry(1)), findings)
        #expect(findings.first?.checker == .agreement)
    }

    @Test(
        "Agreement: another value proposed above the ballot of a choice, before or after it", arguments: [true, false])
    mutating func proposedAboveChoice(isProposedFirst: Bool) {
        var checker = AgreementChecker()
        checker.proposed(Slot(1), ballot(3), EntryKey(entry(1)), findings)
        checker.proposed(Slot(1), ballot(2), EntryKey(entry(2)), findings)
        if isProposedFirst { checker.proposed(Slot(1), ballot(4), EntryKey(entry(2)), findings) }
        checker.chosen(Slot(1), ballot(3), EntryKey(entry(1)), findings)
        #expect((findings.first != nil) == isProposedFirst)
        if !isProposedFirst { checker.proposed(Slot(1), ballot(4), EntryKey(entry(2)), findings) }
        #expect(findings.first?.checker == .agreement)
    }

    @Test("Agreement: two values chosen, and two actions applied")
    mutating func twoChoices() {
        var checker = AgreementChecker()
        checker.chosen(Slot(1), ballot(3), EntryKey(entry(1)), findings)
        checker.chosen(Slot(1), ballot(5), EntryKey(entry(1)), findings)
        checker.applied(Slot(1), 7, by: NodeID(1), findings)
        checker.applied(Slot(1), 7, by: NodeID(2), findings)
        #expect(findings.first == nil)
        let other = Findings()
        checker.applied(Slot(1), 8, by: NodeID(3), other)
        #expect(other.first?.checker == .agreement)
        checker.chosen(Slot(1), ballot(4), EntryKey(.noOp), findings)
        #expect(findings.first?.checker == .agreement)
    }

    @Test("Durable quorum: votes of different ballots are not added up")
    mutating func votesPerBallot() {
        var checker = DurableQuorumChecker(quorum: 2)
        let key = EntryKey(entry(1))
        #expect(checker.accepted(Slot(1), ballot(1), key, entry(1), member: 0) == nil)
        #expect(checker.accepted(Slot(1), ballot(1), key, entry(1), member: 0) == nil)
        #expect(checker.accepted(Slot(1), ballot(2), key, entry(1), member: 1) == nil)
        let early = Findings()
        checker.claimed(first: Slot(1), last: Slot(1), by: NodeID(1), early)
        #expect(early.first?.checker == .durableQuorum)
        #expect(checker.accepted(Slot(1), ballot(2), key, entry(1), member: 2)?.ballot == ballot(2))
        checker.claimed(first: Slot(1), last: Slot(1), by: NodeID(1), findings)
        checker.claimed(key, at: Slot(1), by: NodeID(1), findings)
        #expect(findings.first == nil)
        checker.claimed(EntryKey(.noOp), at: Slot(1), by: NodeID(1), findings)
        #expect(findings.first?.checker == .durableQuorum)
    }

    @Test("Proposed: a command that nobody proposed, and an entry of an unknown kind")
    mutating func invented() {
        var checker = ProposedChecker()
        checker.proposed(Payload([1]), place: 0)
        checker.chosen(entry(1), at: Slot(1), findings)
        checker.chosen(.noOp, at: Slot(2), findings)
        #expect(findings.first == nil)
        let other = Findings()
        checker.chosen(.unknown(kind: 9, payload: Payload([1])), at: Slot(3), other)
        #expect(other.first?.checker == .proposed)
        checker.chosen(entry(2), at: Slot(3), findings)
        #expect(findings.first?.checker == .proposed)
    }

    @Test("At most once: a second application, and a command that is passed over for no reason")
    mutating func once() {
        var checker = AtMostOnceChecker()
        checker.applied(origin(2), at: Slot(1), by: NodeID(1), findings)
        checker.applied(origin(2), at: Slot(1), by: NodeID(2), findings)
        checker.skipped(origin(2), at: Slot(4), by: NodeID(1), findings)
        checker.skipped(origin(1), at: Slot(5), by: NodeID(1), findings)
        #expect(findings.first == nil)
        let other = Findings()
        checker.applied(origin(2), at: Slot(2), by: NodeID(1), other)
        #expect(other.first?.checker == .atMostOnce)
        checker.skipped(origin(3), at: Slot(6), by: NodeID(1), findings)
        #expect(findings.first?.checker == .atMostOnce)
    }

    @Test("Digest: two states at one slot")
    mutating func digests() {
        var checker = DigestChecker()
        checker.reached(Slot(3), StateDigest(high: 1, low: 1), by: NodeID(1), findings)
        checker.reached(Slot(4), StateDigest(high: 2, low: 1), by: NodeID(2), findings)
        checker.reached(Slot(3), StateDigest(high: 1, low: 1), by: NodeID(2), findings)
        #expect(findings.first == nil)
        checker.reached(Slot(4), StateDigest(high: 2, low: 2), by: NodeID(1), findings)
        #expect(findings.first?.checker == .digest)
    }

    @Test("Monotone: within a life", arguments: [true, false])
    mutating func withinLife(isPromise: Bool) {
        var checker = MonotoneChecker(nodeCount: 1)
        checker.stepped(0, promised: ballot(2), watermark: Slot(5), findings)
        checker.stepped(0, promised: ballot(3), watermark: Slot(5), findings)
        #expect(findings.first == nil)
        checker.stepped(
            0, promised: ballot(isPromise ? 2 : 3), watermark: Slot(isPromise ? 5 : 4), findings)
        #expect(findings.first?.checker == .monotone)
    }

    @Test("Monotone: a promise that a message showed is kept across a restart, and a durable watermark too")
    mutating func acrossLives() {
        var checker = MonotoneChecker(nodeCount: 1)
        var durable = DurableState()
        durable.absorb(.chosen(through: Slot(3)))
        checker.showed(0, ballot(4))
        checker.restarted(0, promised: ballot(4), watermark: Slot(3), durable: durable, findings)
        #expect(findings.first == nil)
        let other = Findings()
        checker.restarted(0, promised: ballot(3), watermark: Slot(3), durable: durable, other)
        #expect(other.first?.checker == .monotone)
        checker.restarted(0, promised: ballot(4), watermark: Slot(2), durable: durable, findings)
        #expect(findings.first?.checker == .monotone)
    }

    @Test("Monotone: a ballot of a former life, and a record below the promise")
    mutating func ballots() {
        var checker = MonotoneChecker(nodeCount: 1)
        checker.stood(0, ballot(4), findings)
        checker.stood(0, ballot(4), findings)
        checker.wrote(0, ballot(4), isAcceptance: true, findings)
        checker.restarted(0, promised: ballot(4), watermark: .zero, durable: DurableState(), findings)
        #expect(findings.first == nil)
        let other = Findings()
        checker.wrote(0, ballot(3), isAcceptance: true, other)
        #expect(other.first?.checker == .monotone)
        checker.stood(0, ballot(4), findings)
        #expect(findings.first?.checker == .monotone)
    }

    @Test("Due: what is proposed before its time, or by a leader that a quorum had left by then")
    mutating func due() {
        var checker = DueChecker(nodeCount: 3, quorum: 2, driftPerMillion: 0)
        func propose(dueAt due: UInt64, reading: UInt64, at now: UInt64) -> CheckerName? {
            let findings = Findings()
            checker.proposed(
                by: NodeID(1), in: ballot(1), due: LogTime(nanoseconds: due), reading: LogTime(nanoseconds: reading),
                at: now, findings)
            return findings.first?.checker
        }
        for node in 0..<3 { checker.promised(node, ballot(1), at: 100) }
        #expect(propose(dueAt: 50, reading: 50, at: 1_000) == nil)
        #expect(propose(dueAt: 51, reading: 50, at: 1_000) == .due)
        checker.promised(1, ballot(2, 2), at: 500)
        #expect(propose(dueAt: 50, reading: 50, at: 1_000) == nil, "a quorum is left")
        checker.promised(2, ballot(2, 2), at: 900)
        #expect(propose(dueAt: 50, reading: 50, at: 1_000) == .due)
        #expect(propose(dueAt: 50, reading: 200, at: 1_000) == nil, "it was due when a quorum still followed")
    }

    /// What a checker says of a batch for a port that was told everything up to `behind` and holds so much: the commands at
    /// slots 1, 2 and 4 pushed 1, 2 and 2.
    private func told(
        _ pushes: [Int], after: UInt64 = 1, through: UInt64 = 4, end: PushesEnd? = nil, behind: UInt64 = 1,
        holding held: Int = 0, at applied: UInt64 = 4, isOn: Bool = true, isEnding: Bool = false
    ) -> CheckerName? {
        var checker = PushChecker<Int>(limit: PushAmount(count: 4, byteCount: 100))
        checker.applied(Slot(1), [10])
        checker.applied(Slot(2), [20, 21])
        checker.applied(Slot(4), [40, 41])
        var port = Subscriber(isOn: isOn, through: Slot(behind), held: PushAmount(count: held, byteCount: held))
        let batch = PushBatch<Small<Pusher>>(
            pushes: pushes, after: Slot(after), through: Slot(through),
            amount: PushAmount(count: pushes.count, byteCount: pushes.count), end: end)
        let findings = Findings()
        checker.told(batch, to: &port, of: NodeID(1), at: Slot(applied), isEnding: isEnding, findings)
        checker.shows(Slot(applied), to: port, of: NodeID(1), findings)
        return findings.first?.checker
    }

    @Test("Pushes: what is missing, doubled, early, of another place, or for who does not want it")
    func pushes() {
        #expect(told([20, 21, 40, 41]) == nil)
        #expect(told([20, 21], through: 3, at: 3) == nil)
        #expect(told([20, 21], through: 2) == .pushes, "a part of it comes later than what shows it")
        #expect(told([20, 40, 41]) == .pushes)
        #expect(told([20, 21, 20, 21, 40, 41]) == .pushes)
        #expect(told([20, 21, 40, 41], at: 3) == .pushes)
        #expect(told([40, 41], after: 2) == .pushes)
        #expect(told([20, 21, 40, 41], isOn: false) == .pushes)
    }

    @Test("Pushes: more than a port may hold, and a loss for no reason")
    func pushesHeld() {
        #expect(told([20, 21, 40, 41], holding: 1) == .pushes)
        let lost = PushesEnd.lost(after: Slot(1))
        #expect(told([], through: 1, end: lost, holding: 3) == nil)
        #expect(told([], through: 1, end: lost, holding: 0) == .pushes)
        #expect(told([], through: 1, end: lost, holding: 3, at: 1) == .pushes)
        #expect(told([], through: 1, end: .lost(after: Slot(2)), holding: 3) == .pushes)
        #expect(told([], through: 1, end: .stopped, isEnding: true) == nil)
        #expect(told([], through: 1, end: .stopped) == .pushes)
        #expect(told([], through: 1, end: .halted, isEnding: true) == .pushes)
    }

    @Test("Pushes: a node that stops without a word to those who subscribe")
    func pushesEnd() {
        let checker = PushChecker<Int>(limit: PushAmount(count: 4, byteCount: 100))
        let findings = Findings()
        checker.nodeEnded(Subscriber(isOn: false, through: .zero, held: PushAmount()), of: NodeID(1), findings)
        #expect(findings.first == nil)
        checker.nodeEnded(Subscriber(isOn: true, through: .zero, held: PushAmount()), of: NodeID(1), findings)
        #expect(findings.first?.checker == .pushes)
    }

    @Test("Liveness: clients that wait, and replicas that differ")
    mutating func liveness() {
        func standing(
            _ watermark: UInt64, _ applied: UInt64, _ digest: UInt64, due: LogTime? = nil
        ) -> LivenessChecker.Standing {
            LivenessChecker.Standing(
                node: NodeID(1), watermark: Slot(watermark), applied: Slot(applied),
                digest: StateDigest(high: digest, low: 0), leader: nil, due: due)
        }
        let equal = [standing(3, 3, 1), standing(3, 3, 1)]
        #expect(LivenessChecker.haveConverged(equal))
        #expect(!LivenessChecker.haveConverged([standing(3, 3, 1), standing(3, 2, 1)]))
        #expect(!LivenessChecker.haveConverged([standing(3, 3, 1), standing(3, 3, 2)]))
        #expect(!LivenessChecker.haveConverged([standing(3, 3, 1), standing(3, 3, 1, due: .zero)]))
        LivenessChecker().timeIsUp(unfinished: 0, standings: equal, findings)
        LivenessChecker().served(after: .seconds(1), limit: .seconds(1), findings) { "an operation" }
        #expect(findings.first == nil)
        let others = Findings()
        LivenessChecker().served(after: .seconds(2), limit: .seconds(1), others) { "an operation" }
        #expect(others.first?.checker == .liveness)
        LivenessChecker().timeIsUp(unfinished: 1, standings: equal, findings)
        #expect(findings.first?.checker == .liveness)
    }
}

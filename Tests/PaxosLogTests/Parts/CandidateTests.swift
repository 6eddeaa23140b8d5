import PaxosBase
import Testing

@testable import PaxosLog

@Suite("A candidate")
struct CandidateTests {
    private let ballot = Parts.ballot(5)
    private let value = Entry.command(Parts.command(1))

    private func hear(
        _ promise: Promise, from peer: Int, _ candidate: inout Candidate, _ core: inout Core
    ) -> Candidate.Verdict {
        var effects = Effects()
        return candidate.receive(promise, from: peer, at: Parts.now, &core, into: &effects)
    }

    @Test("A quorum of promises completes phase 1, and the value of the highest ballot is adopted")
    func highestBallot() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        let old = Entry.command(Parts.command(2))
        let reports: [(UInt64, SlotReport.State)] = [(3, .accepted(Parts.ballot(2, of: 2), value))]
        #expect(hear(Parts.promise(Parts.ballot(4), reports), from: 1, &candidate, &core) == .waits, "another ballot")
        _ = hear(
            Promise(
                ballot: ballot, attempt: 1, answer: 1, watermark: .zero, part: 0, parts: 2,
                reports: [SlotReport(slot: Slot(3), state: .accepted(Parts.ballot(1, of: 3), old))]),
            from: 2, &candidate, &core)
        #expect(hear(Parts.promise(ballot, reports), from: 1, &candidate, &core) == .leads)
        #expect(candidate.adopted[Slot(3)]?.entry == value)
        #expect(candidate.highest == Slot(3))
    }

    @Test("What a promiser knows to be chosen is fetched first")
    func catchesUp() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        #expect(hear(Parts.promise(ballot, watermark: 2), from: 1, &candidate, &core) == .waits)
        #expect(!candidate.hasCaughtUp(core))
        #expect(core.repair.asked?.peer == NodeID(2))
    }

    @Test("It is content while something new comes, and left alone when nothing does, though the same comes again")
    func leftAlone() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        var effects = Effects()
        let limit = TimeSpan.milliseconds(400)
        let part = Promise(
            ballot: ballot, attempt: 1, answer: 1, watermark: .zero, part: 0, parts: 2, reports: [])
        #expect(!candidate.isLeftAlone(at: Parts.now + .milliseconds(399), limit: limit))
        #expect(candidate.isLeftAlone(at: Parts.now + .milliseconds(400), limit: limit))
        for later in [300, 600] as [UInt64] {
            let now = Parts.now + .milliseconds(later)
            #expect(candidate.receive(part, from: 1, at: now, &core, into: &effects) == .waits)
            #expect(candidate.isHappy(at: Parts.now + .milliseconds(699), limit: limit))
        }
        #expect(candidate.isLeftAlone(at: Parts.now + .milliseconds(700), limit: limit))
    }

    @Test("Over a slot that somebody reports as faulty no no-op is proposed: the candidate waits")
    func faultyWaits() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        let faulty = Parts.promise(ballot, [(3, .faulty(bound: Parts.ballot(2)))])
        #expect(hear(faulty, from: 1, &candidate, &core) == .waits)
        #expect(hear(Parts.promise(ballot), from: 2, &candidate, &core) == .waits, "an intact quorum without a value")
        let later = Parts.now + .milliseconds(10_000)
        #expect(!candidate.isLeftAlone(at: later, limit: .milliseconds(400)), "it may stand again, and asks anew")
    }

    @Test("An intact quorum with a value settles a faulty slot")
    func faultySettled() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        _ = hear(Parts.promise(ballot, [(3, .faulty(bound: Parts.ballot(2)))]), from: 1, &candidate, &core)
        let intact = Parts.promise(ballot, [(3, .accepted(Parts.ballot(2, of: 2), value))])
        #expect(hear(intact, from: 2, &candidate, &core) == .leads)
        #expect(candidate.adopted[Slot(3)]?.entry == value)
    }

    @Test("A known chosen value settles a faulty slot")
    func faultyChosen() {
        var core = Parts.core()
        var candidate = Parts.candidate(&core)
        _ = hear(
            Promise(
                ballot: ballot, attempt: 1, answer: 1, watermark: .zero, part: 0, parts: 2,
                reports: [SlotReport(slot: Slot(3), state: .chosen(value))]),
            from: 2, &candidate, &core)
        let faulty = Parts.promise(ballot, [(3, .faulty(bound: Parts.ballot(2)))])
        #expect(hear(faulty, from: 1, &candidate, &core) == .leads)
    }

    @Test("The flaw that takes faulty for never had is noticed: a no-op goes where a value may have been chosen")
    func faultyFlaw() {
        var core = Parts.core()
        core.leftOut = [.faultyTakenForNeverHad]
        var candidate = Parts.candidate(&core)
        let faulty = Parts.promise(ballot, [(3, .faulty(bound: Parts.ballot(2)))])
        #expect(hear(faulty, from: 1, &candidate, &core) == .leads)
    }
}

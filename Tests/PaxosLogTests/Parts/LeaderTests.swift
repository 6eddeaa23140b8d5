import PaxosBase
import Testing

@testable import PaxosLog

@Suite("A leader")
struct LeaderTests {
    private let value = Entry.command(Parts.command(1))

    /// A leader after a phase 1 in which node 2 reported these values.
    private func leader(
        finding reports: [(UInt64, SlotReport.State)] = [], _ core: inout Core, _ effects: inout Effects
    ) -> Leader {
        var candidate = Parts.candidate(&core)
        let promise = Parts.promise(candidate.ballot, reports)
        _ = candidate.receive(promise, from: 1, at: Parts.now, &core, into: &effects)
        return Leader(succeeding: candidate, at: Parts.now, &core, into: &effects)
    }

    private func accepts(_ effects: Effects) -> [Accept] {
        effects.sends.compactMap { if case .accept(let accept) = $0.envelope.message { accept } else { nil } }
    }

    @Test("It proposes what phase 1 found again, no-ops in the gaps, and asks every other member")
    func proposesFound() {
        var (core, effects) = (Parts.core(), Effects())
        let leader = leader(finding: [(2, .accepted(Parts.ballot(1, of: 2), value))], &core, &effects)
        #expect(accepts(effects).map(\.entries) == [[.noOp, value], [.noOp, value]])
        #expect(leader.phaseOneHighest == Slot(2))
        #expect(leader.readTarget(core) == Slot(2), "reads wait for all that phase 1 saw")
    }

    @Test("It counts itself only when its write is durable")
    func ownVote() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(finding: [(1, .accepted(Parts.ballot(1, of: 2), value))], &core, &effects)
        leader.count(Parts.run(leader.ballot, 1, 1), of: 1, &core)
        #expect(core.log.watermark == .zero)
        #expect(core.durability.waiting.last?.action == .ownVote(Parts.run(leader.ballot, 1, 1)))
        leader.count(Parts.run(leader.ballot, 1, 1), of: 0, &core)
        #expect(core.log.watermark == Slot(1) && leader.mark == Slot(1))
    }

    @Test("Votes of another ballot count for nothing")
    func otherBallot() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(finding: [(1, .accepted(Parts.ballot(1, of: 2), value))], &core, &effects)
        for voter in 0..<3 { leader.count(Parts.run(Parts.ballot(4), 1, 1), of: voter, &core) }
        #expect(core.log.watermark == .zero)
    }

    @Test("A command is proposed once however often it comes, stamped with the log's time")
    func proposesOnce() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(&core, &effects)
        effects.removeAll()
        let later = Parts.now + .microseconds(5)
        leader.take([Parts.command(1), Parts.command(2), Parts.command(1)], &core)
        leader.proposeWaiting(at: later, &core, into: &effects)
        let commands = accepts(effects)[0].entries.compactMap { entry -> Command? in
            if case .command(let command) = entry { command } else { nil }
        }
        #expect(commands.map(\.origin.sequence) == [1, 2])
        #expect(commands.allSatisfy { $0.stamp == leader.clock.reading(at: later) })
        #expect(commands[0].lineage != commands[1].lineage)
    }

    @Test("A peer's word that its proposal was chosen is as good as the votes; another value deposes it")
    func learns() {
        var (core, effects) = (Parts.core(), Effects())
        let found: [(UInt64, SlotReport.State)] = [
            (1, .accepted(Parts.ballot(1, of: 2), value)), (2, .accepted(Parts.ballot(1, of: 2), .noOp)),
        ]
        var leader = leader(finding: found, &core, &effects)
        let first = leader.learn(value, at: Slot(1), at: Parts.now, &core, into: &effects)
        #expect(first == .leads)
        leader.advanceMark(&core)
        #expect(leader.mark == Slot(1))
        let second = leader.learn(value, at: Slot(2), at: Parts.now, &core, into: &effects)
        #expect(second == .isDeposed)
        leader.advanceMark(&core)
        #expect(leader.mark == Slot(1), "a mark never covers a value that another ballot chose (rule 9)")
    }

    @Test("It is stuck when nothing was chosen for the limit while proposals are open; one slot chosen is progress")
    func stuck() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(&core, &effects)
        let limit = core.settings.progressLimit
        let begun = Parts.now + limit * 3
        let late = begun + limit * 3
        leader.noteConfirmed(at: begun)
        leader.proposeWaiting(at: begun, &core, into: &effects)
        #expect(!leader.isStuck(at: begun + limit, core), "nothing is open")
        leader.take([Parts.command(1), Parts.command(2)], &core)
        leader.proposeWaiting(at: begun, &core, into: &effects)
        leader.noteConfirmed(at: late)
        #expect(!leader.isStuck(at: begun + limit, core))
        #expect(leader.isStuck(at: late, core), "that its ballot is confirmed is not progress of what is open")
        for voter in 0..<2 { leader.count(Parts.run(leader.ballot, 2, 2), of: voter, &core) }
        #expect(!leader.isStuck(at: late, core))
        leader.proposeWaiting(at: late, &core, into: &effects)
        #expect(!leader.isStuck(at: late + limit, core))
        #expect(leader.isStuck(at: late + limit * 2, core))
    }

    @Test("It wants to be answered when nothing called for it, and is stuck when nobody does")
    func idle() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(&core, &effects)
        let limit = core.settings.progressLimit
        let wants = [limit / 4, limit / 2, limit / 2].map { leader.wantsAnswer(at: Parts.now + $0, core) }
        #expect(wants == [false, true, false], "it asks once")
        #expect(!leader.isStuck(at: Parts.now + limit, core))
        #expect(leader.isStuck(at: Parts.now + limit * 2, core))
        leader.noteConfirmed(at: Parts.now + limit)
        #expect(!leader.isStuck(at: Parts.now + limit * 2, core))
    }

    @Test("While it hands over it proposes nothing more")
    func handsOver() {
        var (core, effects) = (Parts.core(), Effects())
        var leader = leader(&core, &effects)
        effects.removeAll()
        leader.handOver(to: NodeID(3), into: &effects)
        leader.take([Parts.command(1)], &core)
        leader.proposeWaiting(at: Parts.now, &core, into: &effects)
        #expect(accepts(effects).isEmpty)
        #expect(effects.sends.map(\.to) == [NodeID(3)])
    }
}

import PaxosBase
import PaxosLog
import Testing

@testable import DecreeNode

@Suite("When snapshots are taken and take effect")
struct SnapshotRuleTests {
    private func grown(_ adjust: (inout NodeLimits) -> Void = { _ in }) -> Bench {
        var bench = Bench { limits in
            limits.snapshots.minimumJournalBytes = 1_000
            adjust(&limits)
        }
        bench.run(for: .seconds(2))
        bench.turn(bench.group.openPort(), .command(Payload("x".utf8), token: 1))
        bench.sync()
        bench.turn()
        bench.step(.measured(journalBytes: 1_001, freeBytes: nil))
        return bench
    }

    private func kinds(_ effects: [SnapshotEffect]) -> String {
        effects.map {
            switch $0 {
            case .begin: "b"
            case .append: "+"
            case .finish: "f"
            case .abandon: "a"
            }
        }.joined()
    }

    @Test("One is begun when the journal has grown by more than is allowed, not before")
    func due() {
        var bench = grown()
        bench.step(.measured(journalBytes: 1_000, freeBytes: nil))
        bench.advance(.snapshot)
        #expect(bench.snapshots.isEmpty)
        bench.step(.measured(journalBytes: 1_001, freeBytes: nil))
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots) == "b++++")
    }

    @Test("The walk rests while four blocks wait for the disk, and another snapshot waits for the first")
    func rests() {
        var bench = grown()
        bench.advance(.snapshot)
        bench.step(.snapshotRequested)
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots) == "b++++")
        bench.step(.snapshotBlocksWritten(GroupID(1), 4))
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots).hasPrefix("b++++++"))
        #expect(bench.group.machine.pins == 0, "what was walked is not pinned any more")
    }

    @Test("It takes effect only when the journal holds, as chosen, what it covers")
    func waitsForWatermark() {
        var bench = grown()
        let applied = bench.core.groups[0].applied
        #expect(bench.core.groups[0].replica.durableWatermark < applied)
        bench.advance(.snapshot)
        bench.step(.snapshotBlocksWritten(GroupID(1), 4))
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots) == "b++++++")
        bench.run(for: .seconds(1))
        #expect(bench.core.groups[0].replica.durableWatermark >= Slot(1))
        bench.advance(.snapshot)
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots) == "b++++++f")
    }

    @Test("After a failure it is tried again, though not at once")
    func triesAgain() {
        var bench = grown { $0.snapshots.retryDelay = .seconds(5) }
        bench.advance(.snapshot)
        bench.step(.snapshotEnded(GroupID(1), .failure(SnapshotFailure(reason: "no"))))
        bench.advance(.snapshot)
        #expect(bench.group.machine.pins == 0)
        #expect(kinds(bench.snapshots) == "b++++")
        bench.now = bench.now + .seconds(5)
        bench.advance(.snapshot)
        #expect(kinds(bench.snapshots) == "b++++b++++")
    }

    @Test("When it fails amid its walk, the next turn comes at once and lets go of what the walk pinned")
    func failsAmidWalk() {
        var bench = grown()
        bench.advance(.maintenance)
        bench.advance(.snapshot)
        #expect(bench.group.nextDeadline(core: &bench.core) == .distantFuture, "four blocks wait for the disk")
        bench.step(.snapshotEnded(GroupID(1), .failure(SnapshotFailure(reason: "no"))))
        #expect(bench.group.nextDeadline(core: &bench.core) == .zero)
        bench.advance(.snapshot)
        #expect(bench.group.machine.pins == 0)
    }

    @Test("None is begun where the disk has no room for it")
    func needsRoom() {
        var bench = grown { $0.snapshots.reservedDiskBytes = 500 }
        bench.step(.measured(journalBytes: 1_001, freeBytes: 499))
        bench.advance(.snapshot)
        #expect(bench.snapshots.isEmpty)
        guard case .snapshotFailed = bench.notices.last else { return #expect(Bool(false), "\(bench.notices)") }
    }

    @Test("A node that ends abandons it")
    func abandonedAtEnd() {
        var bench = grown()
        bench.advance(.snapshot)
        bench.step(.stopRequested(isGraceful: false))
        let hasEnded = bench.core.advanceStop(at: bench.now, into: &bench.effects)
        #expect(hasEnded)
        bench.group.end(core: &bench.core)
        bench.collect()
        #expect(kinds(bench.snapshots) == "b++++a" && bench.group.machine.pins == 0)
    }
}

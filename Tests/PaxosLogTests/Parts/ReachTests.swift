import PaxosBase
import Testing

@testable import PaxosLog

@Suite("How far beyond what is known a slot may lie")
struct ReachTests {
    private let value = Entry.command(Parts.command(1))
    private let absurd: [Slot] = [1 << 20, 1 << 40, 1 << 63, UInt64.max - 1, UInt64.max].map { Slot($0) }

    private func follower(reach: Int) -> (cluster: Cluster, leader: NodeID, follower: NodeID) {
        var settings = Cluster.defaults
        settings.maximumReach = reach
        var cluster = Cluster(of: 3, settings: settings)
        let leader = cluster.elect()
        return (cluster, leader, cluster.nodes.first { $0 != leader }!)
    }

    @Test("An Accept and chosen entries far behind a gap are as good as lost, and cost no memory")
    func farIsLost() {
        var (cluster, leader, follower) = follower(reach: 1 << 18)
        let ballot = cluster.replicas[leader]!.promised
        for slot in absurd {
            let mark = ChosenMark(ballot: ballot, watermark: .zero)
            let accept = Accept(ballot: ballot, first: slot, entries: [value, value], mark: mark)
            let learned = Learned(first: slot, entries: [value], watermark: .zero, trimmed: .zero)
            for message in [.accept(accept), .learned(learned)] as [Message] {
                cluster.step(follower, .received(cluster.envelope(message), from: leader))
            }
        }
        #expect(cluster.replicas[follower]?.core.log.gapBytes == 0)
        #expect(cluster.replicas[follower]?.core.log.highest == cluster.replicas[follower]?.watermark)
    }

    @Test("Of an Accept that begins within reach the part beyond is lost")
    func cut() {
        var (cluster, leader, follower) = follower(reach: 4)
        let ballot = cluster.replicas[leader]!.promised
        let accept = Accept(
            ballot: ballot, first: Slot(3), entries: Array(repeating: .noOp, count: 9),
            mark: ChosenMark(ballot: ballot, watermark: .zero))
        cluster.network = []
        cluster.step(follower, .received(cluster.envelope(.accept(accept)), from: leader))
        #expect(cluster.sent(by: follower).contains(.accepted(Parts.run(ballot, 3, 4))))
        #expect(cluster.replicas[follower]?.core.log.highest == Slot(4))
    }

    @Test("The records of a gap count as memory until it is filled")
    func gapIsCounted() {
        var core = Parts.core()
        core.log.accept(value, at: Slot(1_000), in: Parts.ballot(1), write: .zero)
        #expect(core.log.gapBytes >= 999 * MemoryLayout<SlotRecord>.size)
        for slot in 1..<1_000 as Range<UInt64> { core.log.learn(value, at: Slot(slot)) }
        core.log.advanceWatermark()
        #expect(core.log.gapBytes == 0)
        #expect(core.hasRoomInMemory)
        core.log.accept(value, at: Slot(4_000_000), in: Parts.ballot(1), write: .zero)
        #expect(!core.hasRoomInMemory)
    }

    @Test("A node that lags by many times the reach catches up, also when the others need its vote")
    func laggardCatchesUp() {
        var (cluster, leader, late) = follower(reach: 4)
        cluster.crash(late)
        for index in 0..<100 {
            cluster.propose("\(index)", at: leader, token: UInt64(index))
            cluster.deliver()
        }
        let third = cluster.nodes.first { $0 != leader && $0 != late }!
        cluster.crash(third)
        cluster.start(late)
        cluster.propose("last", at: leader, token: 100)
        cluster.run(milliseconds: 6_000)
        #expect(cluster.log(of: late) == (0..<100).map { "\($0)" } + ["last"])
    }

    @Test("A promise that reports absurd slots is as good as lost")
    func absurdReports() {
        for slot in absurd {
            for state in [.accepted(.zero, value), .chosen(value), .faulty(bound: .zero)] as [SlotReport.State] {
                var (core, effects) = (Parts.core(), Effects())
                var candidate = Parts.candidate(&core)
                let promise = Parts.promise(candidate.ballot, [(slot.rawValue, state)])
                let verdict = candidate.receive(promise, from: 1, at: Parts.now, &core, into: &effects)
                #expect(verdict == .waits && candidate.highest == .zero && core.log.gapBytes == 0)
            }
        }
    }

    @Test("A candidate that lags takes reports near the promiser's watermark, and proposes what is chosen there")
    func laggingCandidate() {
        var (core, effects) = (Parts.core(), Effects())
        var candidate = Parts.candidate(&core)
        let (far, lower) = (UInt64(1 << 30), Entry.command(Parts.command(2)))
        let reports: [(UInt64, SlotReport.State)] = [
            (far + 2, .chosen(value)), (far + 3, .accepted(Parts.ballot(2, of: 2), value)),
        ]
        _ = candidate.receive(
            Promise(
                ballot: candidate.ballot, attempt: 1, answer: 1, watermark: Slot(far), part: 0, parts: 2,
                reports: [SlotReport(slot: Slot(far + 2), state: .accepted(Parts.ballot(4, of: 3), lower))]),
            from: 2, at: Parts.now, &core, into: &effects)
        let promise = Parts.promise(candidate.ballot, watermark: far, reports)
        #expect(candidate.receive(promise, from: 1, at: Parts.now, &core, into: &effects) == .waits)
        #expect(candidate.highest == Slot(far + 3) && core.log.gapBytes == 0)
        #expect(candidate.adopted[Slot(far + 2)]?.entry == value)
    }
}

import PaxosBase
import Testing

@testable import PaxosLog

@Suite("The time of the log")
struct LogTimeTests {
    private func time(_ nanoseconds: UInt64) -> LogTime { LogTime(nanoseconds: nanoseconds) }

    @Test("A leader's clock goes on from where the log's time stood, by the monotonic time that passes")
    func clock() {
        let clock = LogClock(startingAt: time(500), at: Parts.now)
        #expect(clock.reading(at: Parts.now) == time(500))
        #expect(clock.reading(at: Parts.now + .microseconds(2)) == time(2_500))
        #expect(LogClock(startingAt: .zero, at: Parts.now).reading(at: Parts.now) > .zero, "no stamp is zero")
    }

    @Test("Stamps count on the log that they were made for, and time never goes back")
    func counts() {
        var timeline = LogTimeline()
        timeline.pass(.command(Parts.command(1, stamp: 10, lineage: timeline.lineage)))
        timeline.pass(.noOp)
        timeline.pass(.command(Parts.command(2, stamp: 7, lineage: timeline.lineage)))
        #expect(timeline.time == time(10))
        timeline.pass(.command(Parts.command(3, stamp: 30, lineage: timeline.lineage)))
        #expect(timeline.time == time(30))
    }

    @Test("A deposed leader's stamp behind its successor's commands does not count, nor what the successor stamps then")
    func staleStamp() {
        var timeline = LogTimeline(time: time(10))
        let deposed = timeline
        timeline.pass(.command(Parts.command(1, stamp: 15, lineage: timeline.lineage)))
        var successor = timeline
        timeline.pass(.command(Parts.command(2, stamp: 21, lineage: deposed.lineage)))
        #expect(timeline.time == time(15))
        successor.pass(.command(Parts.command(3, stamp: 16, lineage: successor.lineage)))
        timeline.pass(.command(Parts.command(4, stamp: 17, lineage: successor.lineage)))
        #expect(timeline.time == time(15), "until a leader goes on that knew all commands")
        timeline.pass(.command(Parts.command(5, stamp: 18, lineage: timeline.lineage)))
        #expect(timeline.time == time(18))
    }

    @Test("On a log that begins without stamps, replicas compute the same time wherever their snapshots end")
    func carriedOver() {
        var durable = DurableState()
        for slot in 1...6 as ClosedRange<UInt64> { durable.absorb(.learned(Slot(slot), .command(Parts.command(slot)))) }
        durable.absorb(.chosen(through: Slot(6)))
        let timelines = ([2, 4, 6] as [UInt64]).map { slot in
            let snapshot = SnapshotMetadata(applied: Slot(slot), configuration: Parts.configuration, origins: [])
            var core = Core(
                of: NodeID(1), durable: durable, snapshot: snapshot, settings: Replica.Settings(), seed: 7)
            var effects = Effects()
            core.applyChosen(into: &effects)
            core.timeline.pass(.command(Parts.command(7, stamp: 5, lineage: core.timeline.lineage)))
            return core.timeline
        }
        #expect(Set(timelines).count == 1 && timelines[0].time == time(5))
    }

    @Test("A command without a stamp behind stamped ones counts as every other: who did not know it stamps in vain")
    func adoptedUnstamped() {
        var timeline = LogTimeline()
        timeline.pass(.command(Parts.command(1, stamp: 5, lineage: 0)))
        let ignorant = timeline
        timeline.pass(.command(Parts.command(2)))
        timeline.pass(.command(Parts.command(3, stamp: 9, lineage: ignorant.lineage)))
        #expect(timeline.time == time(5))
    }

    @Test("Across a change of leader log time goes on, by no more than true time")
    func acrossLeaders() {
        var cluster = Cluster(of: 3)
        let first = cluster.elect()
        #expect(cluster.nodes.allSatisfy { ($0 == first) == (cluster.replicas[$0]?.logTime(at: cluster.now) != nil) })
        cluster.propose("a", at: first, token: 1)
        cluster.run(milliseconds: 300)
        let begin = cluster.now
        cluster.propose("b", at: first, token: 2)
        cluster.run(milliseconds: 100)
        cluster.crash(first)
        cluster.run(milliseconds: 2_000)
        let next = cluster.leaders[0]
        cluster.propose("c", at: next, token: 3)
        cluster.run(milliseconds: 100)
        let times = cluster.applied[next, default: []].filter { $0.action != .skip }.map(\.time)
        #expect(times == times.sorted() && Set(times).count == 3)
        #expect(times[2].since(times[1]) <= cluster.now.since(begin))
        #expect(cluster.replicas[next]?.snapshotMetadata().time == times[2])
    }
}

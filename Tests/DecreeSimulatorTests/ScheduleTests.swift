import PaxosBase
import Testing

@testable import DecreeSimulator

@Suite("What is going to happen")
struct ScheduleTests {
    @Test("Occurrences come by time, and at one time in the order in which they were planned")
    func order() {
        var random = SeededRandom(seed: 1)
        var schedule = Schedule()
        var expected: [(time: UInt64, number: UInt64)] = []
        for number in 0..<2_000 as Range<UInt64> {
            let time = random.below(100)
            schedule.plan(Occurrence(.delivery, number: number), at: time)
            expected.append((time, number))
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        for (time, number) in expected {
            let next = schedule.next()
            #expect(next?.occurrence.number == number)
            #expect(next?.time == time && schedule.now == time)
        }
        #expect(schedule.isEmpty)
    }

    @Test("What is planned for the past comes now, and time never goes back")
    func past() {
        var schedule = Schedule()
        schedule.plan(Occurrence(.delivery, number: 1), at: 50)
        _ = schedule.next()
        schedule.plan(Occurrence(.delivery, number: 2), at: 10)
        #expect(schedule.next()?.occurrence.number == 2)
        #expect(schedule.now == 50)
    }

    @Test("A clock that drifts never goes back, and its alarms never ring early", arguments: [-50_000, 0, 50_000])
    func clocks(drift: Int64) {
        let clock = NodeClock(offset: 12_345, driftPerMillion: drift)
        var random = SeededRandom(seed: 2)
        var time: UInt64 = 0
        for _ in 0..<1_000 {
            let later = time + random.below(10_000_000)
            #expect(clock.reading(at: time) <= clock.reading(at: later))
            let alarm = clock.reading(at: later)
            #expect(clock.reading(at: clock.time(of: alarm)) >= alarm)
            #expect(clock.time(of: alarm) <= later + 2_000)
            time = later
        }
    }
}

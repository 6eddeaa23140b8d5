import NIOCore
import PaxosBase
import Testing

@testable import Decree

struct StallWatchTests {
    private let start = Instant.zero + .seconds(100)

    @Test("A connection is stalled when nothing of what is under way came for as long as that is tolerated")
    func stalls() {
        var watch = StallWatch(patience: .seconds(3))
        var isPossible = false
        #expect(watch.deadline == nil)
        watch.sends(100, at: start)
        watch.sends(100, at: start + .seconds(2))
        #expect(watch.deadline == start + .seconds(3))
        // Some of it came: that is progress.
        isPossible = watch.hears(50, at: start + .seconds(2))
        #expect(isPossible)
        #expect(watch.deadline == start + .seconds(5))
        // The same again is none.
        isPossible = watch.hears(50, at: start + .seconds(4))
        #expect(isPossible)
        #expect(watch.deadline == start + .seconds(5))
        isPossible = watch.hears(200, at: start + .seconds(4))
        #expect(isPossible)
        #expect(watch.deadline == nil)
    }

    @Test("A receipt for more than was sent, or for less than came before, is none")
    func impossible() {
        var watch = StallWatch(patience: .seconds(3))
        watch.sends(100, at: start)
        var isPossible = watch.hears(101, at: start)
        #expect(!isPossible)
        isPossible = watch.hears(60, at: start)
        #expect(isPossible)
        isPossible = watch.hears(59, at: start)
        #expect(!isPossible)
    }

    @Test("A node that stood still itself waits once more before it gives a connection up")
    func slept() {
        var watch = StallWatch(patience: .seconds(3))
        watch.slept(until: start)
        #expect(watch.deadline == nil)
        watch.sends(1, at: start)
        watch.slept(until: start + .seconds(60))
        #expect(watch.deadline == start + .seconds(63))
    }

    @Test("Something is said a few times, then that it is left out, and again after a while")
    func lines() {
        var lines = LineBudget(limit: 3, interval: .seconds(60))
        let verdicts = (0..<5).map { lines.ask(at: start + .seconds(UInt64($0))) }
        #expect(verdicts == [.say, .say, .sayLast, .keepSilent, .keepSilent])
        let later = [60, 130].map { lines.ask(at: start + .seconds($0)) }
        #expect(later == [.sayLast, .say])
    }
}

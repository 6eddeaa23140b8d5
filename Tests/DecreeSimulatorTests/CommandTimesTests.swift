import PaxosBase
import Testing

@testable import DecreeSimulator

@Suite("Times of commands in the order of the log")
struct CommandTimesTests {
    @Test("Halving finds what going through all of them finds")
    func countsLikeALook() {
        var random = SeededRandom(seed: 4)
        for count in 0..<40 {
            let commands = (0..<count).map { _ in
                (invoked: random.below(50), returned: random.chance(1, in: 4) ? nil : random.below(50) as UInt64?)
            }
            let times = CommandTimes(commands)
            for time: UInt64 in 0...51 {
                let last = commands.lastIndex { $0.returned ?? .max < time }
                #expect(times.countThroughLast(returnedBefore: time) == last.map { $0 + 1 } ?? 0)
                let first = commands.firstIndex { $0.invoked > time }
                #expect(times.countBeforeFirst(invokedAfter: time) == first ?? count)
            }
            #expect(times.countBeforeFirst(invokedAfter: .max) == count)
        }
    }
}

import NIOCore
import Testing

@testable import DecreeHTTP2

@Suite("Turns of an event loop") struct TurnClockTests {
    private func at(_ microseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .microseconds(microseconds) }

    @Test("A turn counts from the first look at the clock, and the next one anew")
    func limit() {
        var turn = TurnClock()
        #expect(!turn.isOver(at: at(5_000)) && !turn.isOver(at: at(6_999)))
        #expect(turn.isOver(at: at(7_000)) && turn.isOver(at: at(90_000)))
        turn.end()
        #expect(!turn.isOver(at: at(90_000)) && turn.isOver(at: at(92_000)))
    }
}

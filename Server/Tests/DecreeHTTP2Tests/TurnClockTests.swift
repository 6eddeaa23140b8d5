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

    /// As many turns as given, in each of which two have their turn and come again at once.
    private func served(_ row: inout TurnRow<String>, turns: Int) -> [String] {
        var served: [String] = []
        for _ in 0..<turns {
            let waiting = row.takeAll()
            for element in waiting.prefix(2) {
                served.append(element)
                row.append(element)
            }
            row.putBack(waiting.dropFirst(2))
        }
        return served
    }

    @Test("Who had no turn comes before those who had one, so that each of many has its turn")
    func row() {
        var row = TurnRow<String>()
        for name in ["a", "b", "c"] { row.append(name) }
        #expect(served(&row, turns: 3) == ["a", "b", "c", "a", "b", "c"])
        #expect(row.takeAll() == ["a", "b", "c"] && row.isEmpty)
    }
}

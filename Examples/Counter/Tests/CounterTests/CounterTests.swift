import Counter
import Decree
import Testing

@Suite("A counter")
struct CounterTests {
    private static func chosen(_ payload: Payload, at slot: UInt64 = 1) -> ChosenCommand {
        ChosenCommand(slot: Slot(slot), payload: payload, isAwaited: true)
    }

    @Test("Numbers add up, and a command that is none adds nothing")
    func addsUp() {
        var counter = Counter()
        _ = counter.apply(Self.chosen(Counter.add(40)))
        _ = counter.apply(Self.chosen(Payload("nonsense".utf8)))
        #expect(counter.apply(Self.chosen(Counter.add(2))) == Counter.Reading(commands: 3, sum: 42))
    }

    @Test("A snapshot gives the same counter back, and other bytes are refused")
    func restores() throws {
        var counter = Counter()
        _ = counter.apply(Self.chosen(Counter.add(-7)))
        var other = Counter()
        try other.restore(counter.snapshot())
        #expect(other.answer(()) == counter.answer(()))
        #expect(throws: SnapshotError.self) { try other.restore([1, 2, 3]) }
    }
}

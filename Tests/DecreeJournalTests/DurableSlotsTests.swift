import PaxosBase
import PaxosLog
import Testing

@Suite struct DurableSlotsTests {
    @Test(
        "Slots are kept like in a dictionary, in order, whatever is written and trimmed",
        arguments: 0..<6 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var state = DurableState()
        var model: [Slot: Entry] = [:]
        var trimmed = Slot.zero
        for step in UInt64(0)..<3000 {
            let far = random.chance(1, in: 100) ? UInt64(1) << random.below(50) : 0
            let slot = Slot(trimmed.rawValue + far + random.below(900))
            if random.chance(1, in: 50) {
                trimmed = max(trimmed, Slot(trimmed.rawValue + random.below(random.chance(1, in: 5) ? 2000 : 200)))
                state.absorb(.trimmed(through: trimmed))
                model = model.filter { $0.key > trimmed }
            } else if slot > trimmed {
                state.absorb(.learned(slot, command(step, byteCount: 1)))
                model[slot] = command(step, byteCount: 1)
            }
            #expect(state.slots.count == model.count)
        }
        #expect(state.slots.keys == model.keys.sorted())
        #expect(state.slots.isEmpty == model.isEmpty)
        for slot in UInt64(0)..<3000 {
            let slot = Slot(trimmed.rawValue - min(trimmed.rawValue, 1000) + slot)
            #expect(state.slots[slot]?.entry == model[slot])
        }
        var other = DurableState()
        other.absorb(.trimmed(through: trimmed))
        for (slot, entry) in model { other.absorb(.learned(slot, entry)) }
        #expect(other.slots == state.slots)
        let few = state.slots.filter { slot, _ in slot.rawValue % 3 == 0 }
        #expect(few.keys == model.keys.filter { $0.rawValue % 3 == 0 }.sorted())
    }
}

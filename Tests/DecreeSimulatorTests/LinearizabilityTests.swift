import PaxosBase
import PaxosLog
import Testing

@testable import DecreeSimulator

@Suite("Histories that no single machine could have had")
struct LinearizabilityTests {
    typealias Log = History<RegisterOperation, RegisterMachine.Output, RegisterMachine.Answer>

    private func set(
        _ value: UInt64, _ invoked: UInt64, _ returned: UInt64?, slot: UInt64?, revision: UInt64? = nil
    ) -> Log.Entry {
        Log.Entry(
            client: 0, operation: .set(key: 0, value: value, padding: 0), invoked: invoked, returned: returned,
            result: revision.map { .output(.init(revision: $0, isDone: true)) } ?? .unknown, slot: slot.map { Slot($0) }
        )
    }

    private func read(
        _ value: UInt64, revision: UInt64, _ invoked: UInt64, _ returned: UInt64, isLinearizable: Bool = true
    ) -> Log.Entry {
        var registers = Array(
            repeating: RegisterMachine.Register(value: 0, version: 0), count: RegisterMachine.registerCount)
        registers[0] = .init(value: value, version: revision)
        let answer = RegisterMachine.Answer(revision: revision, registers: registers)
        return Log.Entry(
            client: 1, operation: .read(isLinearizable: isLinearizable), invoked: invoked, returned: returned,
            result: .answer(answer, isLinearizable: isLinearizable))
    }

    private func verdict(_ entries: [Log.Entry]) -> String? {
        var history = Log()
        history.entries = entries
        var model = RegisterModel()
        return LinearizabilityChecker<RegisterModel>().check(history, on: &model)
    }

    @Test("Sound histories pass, also with outcomes that nobody knows")
    func sound() {
        #expect(verdict([set(1, 1, 4, slot: 1, revision: 1), read(1, revision: 1, 2, 3)]) == nil)
        #expect(verdict([set(1, 1, nil, slot: 1), read(1, revision: 1, 5, 6)]) == nil)
        #expect(verdict([set(1, 1, nil, slot: nil), read(0, revision: 0, 5, 6)]) == nil)
        #expect(
            verdict([set(1, 1, 2, slot: 1, revision: 1), read(0, revision: 0, 3, 4, isLinearizable: false)]) == nil)
        #expect(
            verdict([
                set(1, 1, 9, slot: 2, revision: 2), set(2, 2, 8, slot: 1, revision: 1), read(2, revision: 1, 3, 4),
            ])
                == nil)
    }

    @Test("A read that misses a write which had ended")
    func staleRead() {
        #expect(verdict([set(1, 1, 2, slot: 1, revision: 1), read(0, revision: 0, 3, 4)]) != nil)
    }

    @Test("A read that goes back behind another read")
    func readsGoBack() {
        #expect(verdict([set(1, 1, nil, slot: 1), read(1, revision: 1, 2, 3), read(0, revision: 0, 4, 5)]) != nil)
    }

    @Test("Writes in the wrong order of real time")
    func writesOutOfOrder() {
        #expect(verdict([set(1, 1, 2, slot: 2, revision: 2), set(2, 3, 4, slot: 1, revision: 1)]) != nil)
    }

    @Test("A read of a value that was not there")
    func wrongValue() {
        #expect(verdict([set(1, 1, 2, slot: 1, revision: 1), read(7, revision: 1, 3, 4)]) != nil)
        #expect(verdict([read(7, revision: 1, 3, 4, isLinearizable: false)]) != nil)
    }

    @Test("A position that never was leaves the history undecided, which is no pass")
    func unknownPosition() {
        #expect(verdict([set(1, 1, 2, slot: 1, revision: 1), read(1, revision: 2, 3, 4)]) != nil)
    }

    @Test("A lost write: answered, and nowhere in the log")
    func lostWrite() {
        #expect(verdict([set(1, 1, 2, slot: nil, revision: 1)]) != nil)
    }

    @Test("A write that was refused and took effect")
    func refusedWrite() {
        var entry = set(1, 1, nil, slot: 1)
        entry.result = .refused
        #expect(verdict([entry]) != nil)
    }

    @Test("An output that claims another state than the one behind the command")
    func wrongOutput() {
        #expect(verdict([set(1, 1, 2, slot: 1, revision: 2)]) != nil)
        var entry = set(1, 1, 2, slot: 1, revision: 1)
        entry.result = .output(.init(revision: 1, isDone: false))
        #expect(verdict([entry]) != nil)
    }
}

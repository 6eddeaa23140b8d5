import DecreeTestSupport
import Testing

/// The checker that judges the servers is itself judged by histories in which something is wrong.
@Suite("The checker of histories") struct HistoryCheckerTests {
    /// Two writes of x, a read of each, a condition that held and one that did not, and a write nobody heard of again.
    private let sound: [Operation] = [
        Operation(id: "a", invoked: 0, returned: 10, action: .write(register: "x", revision: 2)),
        Operation(id: "r1", invoked: 11, returned: 12, action: read("a", 2, asOf: 2)),
        Operation(id: "b", invoked: 13, returned: 30, action: .write(register: "x", revision: 3)),
        Operation(id: "r2", invoked: 14, returned: 20, action: read("b", 3, asOf: 3)),
        Operation(id: "r3", invoked: 15, returned: 16, action: read("a", 2, asOf: 2)),
        Operation(id: "c", invoked: 31, returned: 40, action: conditional(expected: 3, revision: 4)),
        Operation(id: "d", invoked: 41, returned: 50, action: refused(expected: 3, asOf: 4)),
        Operation(id: "e", invoked: 51, returned: nil, action: .write(register: nil, revision: nil)),
        Operation(id: "f", invoked: 52, returned: nil, action: .write(register: "x", revision: nil)),
        Operation(id: "r4", invoked: 60, returned: 70, action: read("f", 5, asOf: 5)),
        Operation(id: "s", invoked: 80, returned: 90, action: stale("a", 2, asOf: 2)),
    ]
    private let held = [
        HeldWrite(id: "a", revision: 2, version: 1), HeldWrite(id: "b", revision: 3, version: 1),
        HeldWrite(id: "c", revision: 4, version: 1), HeldWrite(id: "f", revision: 5, version: 1),
    ]

    private static func read(_ value: String?, _ written: Int64, asOf revision: Int64) -> Operation.Action {
        .read(register: "x", value: value, written: written, revision: revision)
    }

    private static func stale(_ value: String?, _ written: Int64, asOf revision: Int64) -> Operation.Action {
        .staleRead(register: "x", value: value, written: written, revision: revision)
    }

    private static func conditional(expected: Int64, revision: Int64?) -> Operation.Action {
        .conditionalWrite(register: "x", expected: expected, revision: revision)
    }

    private static func refused(expected: Int64, asOf revision: Int64) -> Operation.Action {
        .refusedWrite(register: "x", expected: expected, revision: revision)
    }

    /// What is found if one operation of the sound history is another.
    private func findings(replacing id: String, with action: Operation.Action) -> [String] {
        let changed = sound.map { operation in
            operation.id != id
                ? operation
                : Operation(id: id, invoked: operation.invoked, returned: operation.returned, action: action)
        }
        return HistoryChecker.check(changed, held: held)
    }

    @Test("A sound history with an unknown outcome and a stale serializable read passes") func soundHistory() {
        #expect(HistoryChecker.check(sound, held: held) == [])
    }

    @Test("A lost acknowledged write is found") func lostWrite() {
        let found = HistoryChecker.check(sound, held: held.filter { $0.id != "a" })
        #expect(found.contains { $0.hasPrefix("lost: a ") })
    }

    @Test("A write that is held at another revision than acknowledged is found") func movedWrite() {
        #expect(!findings(replacing: "b", with: .write(register: "x", revision: 9)).isEmpty)
    }

    @Test("A write that was applied twice is found") func doubleWrite() {
        let twice = held.map { HeldWrite(id: $0.id, revision: $0.revision, version: $0.id == "b" ? 2 : 1) }
        #expect(HistoryChecker.check(sound, held: twice) == ["b was applied 2 times"])
    }

    @Test("A write that nobody sent is found") func phantomWrite() {
        let found = HistoryChecker.check(sound, held: held + [HeldWrite(id: "z", revision: 6, version: 1)])
        #expect(found == ["z is held, but nobody sent it"])
    }

    @Test("A revision that no client's write explains is found, unless others write too") func gapOfRevisions() {
        let late = held.map { HeldWrite(id: $0.id, revision: $0.id == "f" ? 6 : $0.revision, version: 1) }
        let operations = sound.filter { $0.id != "r4" }
        #expect(HistoryChecker.check(operations, held: late).count == 1)
        #expect(HistoryChecker.check(operations, held: late, onlyWriters: false) == [])
    }

    @Test("Two writes that share a revision are found") func sharedRevision() {
        let shared = held.map { HeldWrite(id: $0.id, revision: $0.id == "f" ? 4 : $0.revision, version: 1) }
        #expect(HistoryChecker.check(sound, held: shared).contains { $0.contains("share revision 4") })
    }

    @Test("A stale read is found") func staleRead() {
        let found = findings(replacing: "r4", with: Self.read("a", 2, asOf: 2))
        #expect(found.count == 1 && found[0].hasPrefix("r4 stands at revision 2"))
    }

    @Test("A read of a value that did not stand at its revision is found") func wrongValue() {
        #expect(!findings(replacing: "r2", with: Self.read("a", 2, asOf: 3)).isEmpty)
        #expect(!findings(replacing: "r2", with: Self.read(nil, 0, asOf: 3)).isEmpty)
        #expect(!findings(replacing: "s", with: Self.stale("b", 3, asOf: 2)).isEmpty)
    }

    @Test("A read that saw a write before it was invoked is found") func readOfTheFuture() {
        let found = findings(replacing: "r1", with: Self.read("b", 3, asOf: 3))
        #expect(found.contains { $0.hasPrefix("b stands at revision 3, but was invoked after r1") })
    }

    @Test("A write that took effect before an earlier one that had returned is found") func reorderedWrites() {
        let swapped = held.map { HeldWrite(id: $0.id, revision: [3: 4, 4: 3][$0.revision] ?? $0.revision, version: 1) }
        let operations = sound.map { operation in
            switch operation.id {
            case "b": Operation(id: "b", invoked: 13, returned: 30, action: .write(register: nil, revision: 4))
            case "c": Operation(id: "c", invoked: 31, returned: 40, action: .write(register: nil, revision: 3))
            default: operation
            }
        }
        let found = HistoryChecker.check(operations, held: swapped)
        #expect(found.contains { $0.hasPrefix("c stands at revision 3, but was invoked after b") })
    }

    @Test("A condition that was judged wrongly is found, either way") func wrongConditions() {
        #expect(!findings(replacing: "c", with: Self.conditional(expected: 2, revision: 4)).isEmpty)
        #expect(!findings(replacing: "d", with: Self.refused(expected: 4, asOf: 4)).isEmpty)
    }

    @Test("A write of unknown outcome may appear late, but not before it was invoked") func unknownOutcome() {
        let early = sound.map { operation in
            operation.id == "f"
                ? Operation(id: "f", invoked: 100, returned: nil, action: operation.action) : operation
        }
        #expect(HistoryChecker.check(early, held: held).contains { $0.hasPrefix("f stands at revision 5") })
    }
}

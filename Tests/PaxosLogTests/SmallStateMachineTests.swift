import PaxosBase
import PaxosLog
import Testing

/// Keeps every payload it was given.
private struct Collector: SmallStateMachine {
    private(set) var bytes: [UInt8] = []

    mutating func apply(_ command: ChosenCommand) -> Int {
        bytes += command.payload.bytes
        return bytes.count
    }

    func answer(_ query: Void) -> Int { bytes.count }

    func snapshot() -> [UInt8] { bytes }

    mutating func restore(_ snapshot: [UInt8]) throws(SnapshotError) {
        guard snapshot.first != 0xFF else { throw SnapshotError("not collected here") }
        bytes = snapshot
    }
}

@Suite("A small state machine behind the large face")
struct SmallStateMachineTests {
    private static func chosen(_ bytes: [UInt8], at slot: UInt64, isAwaited: Bool = true) -> ChosenCommand {
        ChosenCommand(slot: Slot(slot), payload: Payload(bytes), isAwaited: isAwaited)
    }

    @Test("Every command is applied, and only those that are awaited yield an output")
    func outputsOfAwaited() {
        var small = Small(Collector())
        var outputs: [Int] = []
        let commands = [
            Self.chosen([1], at: 1), Self.chosen([2, 3], at: 2, isAwaited: false), Self.chosen([4], at: 3),
        ]
        small.apply(commands, into: &outputs)
        #expect(outputs == [1, 4])
        #expect(small.machine.bytes == [1, 2, 3, 4])
    }

    @Test("A snapshot leaves in blocks of at most 1 MiB as it was when it began, and they give the state back")
    func snapshotInBlocks() throws {
        var small = Small(Collector())
        var outputs: [Int] = []
        let large = (0..<(5 << 19)).map { UInt8(truncatingIfNeeded: $0) }
        small.apply([Self.chosen(large, at: 1)], into: &outputs)
        let before = small.digest
        var walk = small.beginSnapshot()
        small.apply([Self.chosen([9], at: 2)], into: &outputs)
        var blocks: [[UInt8]] = []
        while let block = small.nextBlock(of: &walk) { blocks.append(block) }
        #expect(blocks.map(\.count) == [1 << 20, 1 << 20, 1 << 19])

        var other = Small(Collector())
        other.beginRestore()
        for block in blocks { try block.withUnsafeBytes { try other.restore($0) } }
        try other.endRestore()
        #expect(other.digest == before)
        #expect(other.machine.bytes == large)
        #expect(other.digest != small.digest)
    }

    @Test("What the machine refuses to restore is refused, and a second attempt begins afresh")
    func refusesForeignSnapshot() throws {
        var small = Small(Collector())
        small.beginRestore()
        try [UInt8(0xFF)].withUnsafeBytes { try small.restore($0) }
        #expect(throws: SnapshotError.self) { try small.endRestore() }
        small.beginRestore()
        try [UInt8(7)].withUnsafeBytes { try small.restore($0) }
        try small.endRestore()
        #expect(small.machine.bytes == [7])
    }
}
